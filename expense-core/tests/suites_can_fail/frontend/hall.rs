//! Rooms in memory where people meet the bot.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use expense_core::conversation::event::{Envelope, Event, Scene};
use expense_core::conversation::reply::Button;
use expense_core::domain::attachment::{Attachment, Fingerprint};
use expense_core::domain::keys::{ChatKey, MessageKey, UpdateKey, UserKey};
use expense_core::domain::person::PersonName;
use expense_core::memory::attachments::MemoryAttachments;
use expense_core::memory::clock::SystemClock;
use expense_core::ports::attachments::Attachments;
use expense_core::ports::clock::Clock;
use expense_core::ports::error::{Fault, PortError, Result};
use expense_core::ports::messenger::{Messenger, Outgoing};
use expense_core::service::Service;
use expense_core::testing::conformance::frontend::{Group, Platform, Seen, service};
use expense_core::testing::fixtures::noon;
use expense_core::testing::inbox::Inbox;

use super::Flaw;

/// Anna's room, the one that she shares with Ben, and a corner of that.
pub(super) const ANNA: &str = "hall:anna";
pub(super) const FLAT: &str = "hall:flat";
pub(super) const TOPIC: &str = "corner";
/// More of a message than this is lost by a frontend that cuts words.
const CUT: usize = 4_096;

pub(super) struct Hall {
    pub(super) flaw: Flaw,
    state: Mutex<State>,
    files: MemoryAttachments,
    service: OnceLock<Service>,
}

pub(super) struct State {
    pub(super) now: DateTime<Utc>,
    updates: u64,
    pub(super) messages: Vec<Message>,
    screen: VecDeque<(ChatKey, Option<MessageKey>, Seen)>,
    stutters: bool,
    /// Whether nothing comes in any more.
    pub(super) stuck: bool,
    /// What becomes of the next messages.
    refusal: Option<Fault>,
    /// So many messages can't be edited any more.
    sealed: usize,
    /// Where the bot may say nothing.
    pub(super) closed: Option<&'static str>,
}

/// A message, named by its place among all of them.
pub(super) struct Message {
    pub(super) chat: ChatKey,
    pub(super) buttons: Vec<Button>,
    pub(super) by_bot: bool,
    pub(super) file: Option<Fingerprint>,
}

/// Who does something, and where.
pub(super) struct Who<'a> {
    pub(super) name: &'a str,
    pub(super) chat: &'a str,
    pub(super) scene: Scene,
}

impl Hall {
    pub(super) fn open(flaw: Flaw, inbox: &Arc<Inbox>) -> Arc<Self> {
        let hall = Arc::new(Self {
            flaw,
            state: Mutex::new(State {
                now: noon(),
                updates: 0,
                messages: Vec::new(),
                screen: VecDeque::new(),
                stutters: false,
                stuck: false,
                refusal: None,
                sealed: 0,
                closed: None,
            }),
            files: MemoryAttachments::default(),
            service: OnceLock::new(),
        });
        let _ = hall.service.set(service(inbox, hall.clone(), hall.clone()));
        hall
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panicked")
    }

    pub(super) fn hold(&self, content: Bytes) -> Attachment {
        let mut held = self.files.hold(content);
        match self.flaw {
            Flaw::ForgetsFiles => self.files.drop_file(&held),
            Flaw::PrintsByName => held.fingerprint = Fingerprint("photo.jpg".to_owned()),
            _ => {}
        }
        held
    }

    /// Something happens, and the service hears of it until it has taken it.
    pub(super) async fn happens(&self, who: &Who<'_>, message: Option<MessageKey>, event: Event) {
        let times = match self.state() {
            state if state.stuck => 0,
            state if state.stutters => 2,
            _ => 1,
        };
        let mut envelope = self.envelope(who, message, event);
        for time in 0..times {
            if time > 0 && self.flaw == Flaw::NamesRepetitionsAnew {
                envelope.key = self.key();
            }
            let service = self.service.get().expect("the hall is open");
            while service.accept(envelope.clone()).await.is_err() {
                match self.flaw {
                    Flaw::GivesUpAtOnce => break,
                    Flaw::NamesEveryTryAnew => envelope.key = self.key(),
                    _ => {}
                }
            }
        }
    }

    fn envelope(&self, who: &Who<'_>, message: Option<MessageKey>, event: Event) -> Envelope {
        let user = match self.flaw {
            Flaw::HasMasks => format!("{}:{}", who.chat, who.name),
            _ => format!("hall:{}", who.name),
        };
        let name = (self.flaw != Flaw::KnowsNoNames).then(|| PersonName::new(who.name));
        Envelope {
            key: self.key(),
            chat: ChatKey::new(who.chat).expect("a key"),
            who: UserKey::new(user).expect("a key"),
            sent_at: match self.flaw {
                Flaw::GoesByItsOwnClock => SystemClock.now(),
                _ => self.state().now,
            },
            message,
            language: None,
            name: name.map(|name| name.expect("a name")),
            scene: who.scene.clone(),
            trace: None,
            event,
        }
    }

    fn key(&self) -> UpdateKey {
        let mut state = self.state();
        state.updates += 1;
        let key = match self.flaw {
            Flaw::NamesUpdatesByTheirTime => format!("hall:{}", state.now.timestamp()),
            _ => format!("hall:{}", state.updates),
        };
        UpdateKey::new(key).expect("a key")
    }

    /// The next thing that is shown in this place.
    pub(super) fn shown(&self, chat: &str, topic: Option<&MessageKey>) -> Seen {
        let mut state = self.state();
        let here = |(at, corner, _): &(ChatKey, Option<MessageKey>, Seen)| {
            at.as_str() == chat && corner.as_ref() == topic
        };
        let next = state.screen.iter().position(here);
        let (.., seen) = next
            .and_then(|next| state.screen.remove(next))
            .expect("something is shown");
        seen
    }

    fn refusal(&self, state: &mut State, outgoing: &Outgoing) -> Option<Fault> {
        if state.closed == Some(outgoing.chat.as_str()) {
            return match self.flaw {
                Flaw::SpeaksIntoTheVoid => None,
                Flaw::TriesTheClosedDoor => Some(Fault::Unavailable),
                _ => Some(Fault::Denied),
            };
        }
        let known = [ANNA, FLAT].contains(&outgoing.chat.as_str());
        if !known && self.flaw != Flaw::ShowsEverything {
            return Some(Fault::Unavailable);
        }
        match (state.refusal?, self.flaw) {
            (Fault::Busy { .. }, Flaw::HidesTheWait) => Some(Fault::Busy { retry_after: None }),
            (Fault::Busy { retry_after }, _) => {
                // It is over when somebody has waited for it.
                let long = retry_after > Some(Duration::from_secs(60));
                let busy = state.refusal.filter(|_| long);
                std::mem::replace(&mut state.refusal, busy)
            }
            _ => state.refusal.take(),
        }
    }
}

/// The number of a message among all.
pub(super) fn number(message: &MessageKey) -> Option<usize> {
    message.as_str().parse().ok()
}

pub(super) fn name(number: usize) -> MessageKey {
    MessageKey::new(number.to_string()).expect("a key")
}

impl State {
    /// Adds a message, and names it.
    pub(super) fn add(&mut self, message: Message) -> MessageKey {
        self.messages.push(message);
        name(self.messages.len() - 1)
    }

    /// The message that is edited, if it still can be.
    fn edited(&mut self, outgoing: &Outgoing) -> Option<(MessageKey, &mut Message)> {
        let edits = outgoing.edits.clone()?;
        let at = number(&edits).filter(|at| *at >= self.sealed)?;
        Some((edits, self.messages.get_mut(at)?))
    }
}

#[async_trait]
impl Messenger for Hall {
    async fn send(&self, outgoing: &Outgoing) -> Result<MessageKey> {
        let error = |fault| PortError::new("messenger", "send", fault);
        let mut state = self.state();
        if let Some(fault) = self.refusal(&mut state, outgoing) {
            if self.flaw == Flaw::ForgetsRefusals {
                return Ok(name(state.messages.len()));
            }
            return Err(error(fault));
        }
        let mut words = outgoing.reply.text.to_plain();
        if self.flaw == Flaw::CutsWords {
            words = words.chars().take(CUT).collect();
        }
        let mut buttons: Vec<Button> = outgoing.reply.buttons.iter().flatten().cloned().collect();
        let lost = outgoing.topic.as_ref().filter(|at| at.as_str() != TOPIC);
        let (key, edited) = match state.edited(outgoing) {
            Some((key, message)) => {
                if self.flaw == Flaw::KeepsOldButtons {
                    buttons = message.buttons.clone();
                }
                message.buttons = buttons.clone();
                (key, true)
            }
            // What was to be edited is gone, or where it was to stand.
            None if self.flaw == Flaw::LosesRefusedEdits
                && (outgoing.edits.is_some() || lost.is_some()) =>
            {
                return Err(error(Fault::Bug));
            }
            None => {
                let message = Message {
                    chat: outgoing.chat.clone(),
                    buttons: buttons.clone(),
                    by_bot: true,
                    file: None,
                };
                (state.add(message), false)
            }
        };
        let most = match self.flaw {
            Flaw::SendsOneFile => 1,
            _ => usize::MAX,
        };
        let seen = Seen {
            words,
            buttons: buttons.into_iter().map(|button| button.label).collect(),
            files: outgoing.files.iter().take(most).cloned().collect(),
            edited,
        };
        let topic = outgoing.topic.clone().filter(|_| lost.is_none());
        let topic = topic.filter(|_| self.flaw != Flaw::AnswersOutside);
        state.screen.push_back((outgoing.chat.clone(), topic, seen));
        Ok(key)
    }
}

#[async_trait]
impl Attachments for Hall {
    async fn fetch(&self, attachment: &Attachment) -> Result<Bytes> {
        let fetched = self.files.fetch(attachment).await;
        match self.flaw {
            Flaw::FetchesAnything => Ok(fetched.unwrap_or_default()),
            _ => fetched,
        }
    }
}

#[async_trait]
impl Platform for Hall {
    async fn stutter(&self) {
        self.state().stutters = true;
    }

    async fn flood(&self, wait: Duration) {
        let retry_after = Some(wait);
        self.state().refusal = Some(Fault::Busy { retry_after });
    }

    async fn stumble(&self) {
        self.state().refusal = Some(Fault::Unavailable);
    }

    async fn seal(&self) {
        let mut state = self.state();
        state.sealed = state.messages.len();
    }

    async fn make_up(&self) {
        self.state().closed = None;
        let anna = Who {
            name: "anna",
            chat: ANNA,
            scene: Scene::Private,
        };
        self.happens(&anna, None, Event::Arrived).await;
    }
}

/// Ben, in the flat, as whoever changes who is there.
fn ben() -> Who<'static> {
    Who {
        name: "ben",
        chat: FLAT,
        scene: Scene::Group {
            addressed: true,
            topic: None,
        },
    }
}

#[async_trait]
impl Group for Hall {
    fn mention(&self) -> String {
        "@bot".to_owned()
    }

    async fn visit(&self) {
        if self.flaw == Flaw::NotesGuests {
            self.happens(&ben(), None, Event::Unsupported).await;
        }
    }

    async fn take_out(&self) {
        self.state().closed = Some(FLAT);
        self.happens(&ben(), None, Event::Departed).await;
    }

    async fn bring_in(&self) {
        self.state().closed = None;
        self.happens(&ben(), None, Event::Arrived).await;
    }
}
