//! Rooms in memory where people meet the bot.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use expense_core::conversation::event::{Envelope, Event, Scene};
use expense_core::conversation::reply::Button;
use expense_core::domain::attachment::{Attachment, Fingerprint};
use expense_core::domain::keys::{ChatKey, MessageKey, UpdateKey, UserKey};
use expense_core::domain::person::PersonName;
use expense_core::memory::attachments::MemoryAttachments;
use expense_core::memory::clock::SystemClock;
use expense_core::ports::clock::Clock;
use expense_core::ports::error::Fault;
use expense_core::service::Service;
use expense_core::testing::conformance::frontend::{Seen, service};
use expense_core::testing::fixtures::noon;
use expense_core::testing::inbox::Inbox;

use super::Flaw;

/// Anna's room, the one that she shares with Ben, and a corner of that.
pub(super) const ANNA: &str = "hall:anna";
pub(super) const FLAT: &str = "hall:flat";
pub(super) const TOPIC: &str = "corner";
pub(super) struct Hall {
    pub(super) flaw: Flaw,
    state: Mutex<State>,
    pub(super) files: MemoryAttachments,
    service: OnceLock<Service>,
}

pub(super) struct State {
    pub(super) now: DateTime<Utc>,
    updates: u64,
    pub(super) messages: Vec<Message>,
    pub(super) screen: VecDeque<(ChatKey, Option<MessageKey>, Seen)>,
    pub(super) stutters: bool,
    /// Whether nothing comes in any more.
    pub(super) stuck: bool,
    /// What becomes of the next messages.
    pub(super) refusal: Option<Fault>,
    /// So many messages can't be edited any more.
    pub(super) sealed: usize,
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
}
