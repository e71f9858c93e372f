//! A person in the hall.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use expense_core::conversation::action::Action;
use expense_core::conversation::event::{Event, Scene};
use expense_core::domain::attachment::Fingerprint;
use expense_core::domain::keys::{ChatKey, MessageKey};
use expense_core::testing::conformance::frontend::{Person, Seen};

use super::Flaw;
use super::hall::{FLAT, Hall, Message, Who, name, number};

pub(super) struct Guest {
    hall: Arc<Hall>,
    name: &'static str,
    chat: &'static str,
    topic: Option<MessageKey>,
    last: Mutex<Option<MessageKey>>,
}

impl Guest {
    pub(super) fn new(
        hall: &Arc<Hall>,
        name: &'static str,
        chat: &'static str,
        topic: Option<&'static str>,
    ) -> Self {
        Self {
            hall: Arc::clone(hall),
            name,
            chat,
            topic: topic.map(|topic| MessageKey::new(topic).expect("a key")),
            last: Mutex::default(),
        }
    }

    fn flawed(&self, flaw: Flaw) -> bool {
        self.hall.flaw == flaw
    }

    async fn does(&self, message: Option<MessageKey>, addressed: bool, event: Event) {
        let topic = self.topic.clone();
        let scene = match self.chat {
            FLAT => Scene::Group {
                addressed: addressed || self.flawed(Flaw::HearsEverything),
                topic: topic.filter(|_| !self.flawed(Flaw::KnowsNoTopics)),
            },
            _ => Scene::Private,
        };
        let who = Who {
            name: self.name,
            chat: self.chat,
            scene,
        };
        self.hall.happens(&who, message, event).await;
    }

    /// A message of theirs.
    fn write(&self, file: Option<Fingerprint>) -> Option<MessageKey> {
        let message = Message {
            chat: ChatKey::new(self.chat).expect("a key"),
            buttons: Vec::new(),
            by_bot: false,
            file,
        };
        let key = self.hall.state().add(message);
        *self.last.lock().expect("nobody panicked") = Some(key.clone());
        Some(key)
    }

    /// What is heard of these words, and whether the bot is meant.
    fn heard(&self, words: &str) -> (String, bool) {
        match words.strip_prefix("@bot ") {
            Some(rest) if !self.flawed(Flaw::KeepsTheMention) => (rest.to_owned(), true),
            rest => (words.to_owned(), rest.is_some() || words.starts_with('/')),
        }
    }

    async fn shows(&self, content: Bytes, caption: &str, album: Option<MessageKey>) {
        let (caption, addressed) = self.heard(caption);
        let attachment = self.hall.hold(content);
        let message = self.write(Some(attachment.fingerprint.clone()));
        let event = Event::Photo {
            attachment,
            caption,
            album,
        };
        self.does(message, addressed, event).await;
    }

    /// The newest of the bot's messages here that is meant, and what its buttons mean.
    fn newest(&self, meant: impl Fn(&Message) -> bool) -> (MessageKey, Vec<Action>) {
        let state = self.hall.state();
        let here = |message: &Message| message.chat.as_str() == self.chat && message.by_bot;
        let found = state.messages.iter().rposition(|m| here(m) && meant(m));
        let at = found.expect("a message of the bot");
        let buttons = state.messages[at].buttons.iter();
        (
            name(at),
            buttons.map(|button| button.action.clone()).collect(),
        )
    }
}

#[async_trait]
impl Person for Guest {
    async fn at(&self, now: DateTime<Utc>) {
        self.hall.state().now = now;
    }

    async fn say(&self, words: &str) {
        let (text, addressed) = self.heard(words);
        let reply_to = None;
        let event = Event::Text { text, reply_to };
        self.does(self.write(None), addressed, event).await;
    }

    async fn photo(&self, content: Bytes, caption: &str) {
        self.shows(content, caption, None).await;
    }

    async fn album(&self, photos: Vec<Bytes>, caption: &str) {
        let album = name(self.hall.state().messages.len());
        let album = (!self.flawed(Flaw::TearsAlbums)).then_some(album);
        let captions = std::iter::once(caption).chain(std::iter::repeat(""));
        for (photo, caption) in photos.into_iter().zip(captions) {
            self.shows(photo, caption, album.clone()).await;
        }
    }

    async fn file(&self, name: &str, content: Bytes, caption: &str) {
        if name.ends_with(".pdf") && self.flawed(Flaw::KnowsNoPdf) {
            return self.nonsense().await;
        }
        self.shows(content, caption, None).await;
    }

    async fn voice(&self, content: Bytes) {
        if self.flawed(Flaw::HearsNoVoice) {
            return self.nonsense().await;
        }
        let attachment = self.hall.hold(content);
        let message = self.write(Some(attachment.fingerprint.clone()));
        let event = Event::Voice {
            attachment,
            seconds: None,
            caption: String::new(),
        };
        self.does(message, false, event).await;
    }

    async fn nonsense(&self) {
        self.does(self.write(None), false, Event::Unsupported).await;
        self.hall.state().stuck = self.flawed(Flaw::StopsAtNonsense);
    }

    async fn rewrite(&self, words: &str) {
        let last = self.last.lock().expect("nobody panicked").clone();
        let last = last.expect("they wrote something");
        let at = number(&last).expect("a message");
        let file = self.hall.state().messages[at].file.clone();
        let text = words.to_owned();
        let event = match file {
            Some(_) if self.flawed(Flaw::TakesCaptionsForMessages) => Event::Edited { text },
            Some(file) => {
                let caption = text;
                Event::Recaptioned { file, caption }
            }
            None if self.flawed(Flaw::TakesChangesForMessages) => return self.say(words).await,
            None => Event::Edited { text },
        };
        self.does(Some(last), false, event).await;
    }

    async fn reply(&self, words: &str) {
        let (_, buttons) = self.newest(|_| true);
        let known = !buttons.is_empty() || self.flawed(Flaw::KnowsEveryReply);
        let event = Event::Text {
            text: words.to_owned(),
            reply_to: known.then_some(buttons),
        };
        self.does(self.write(None), true, event).await;
    }

    async fn press(&self, label: &str) {
        let has_it = |message: &Message| message.buttons.iter().any(|b| b.label == label);
        let (message, _) = self.newest(has_it);
        let at = number(&message).expect("a message");
        let buttons = self.hall.state().messages[at].buttons.clone();
        let mut pressed = buttons.into_iter().filter(|b| b.label == label);
        let mut action = pressed.next().expect("the button").action;
        if self.flawed(Flaw::ShortensPayloads) {
            let payload = String::from(action.clone());
            let short = payload.get(..20).and_then(|short| short.parse().ok());
            action = match payload.len() > 20 {
                true => short.unwrap_or(Action::Cancel),
                false => action,
            };
        }
        let message = match self.flawed(Flaw::PressesTheNewest) {
            true => self.newest(|_| true).0,
            false => message,
        };
        self.does(Some(message), true, Event::Press(action)).await;
    }

    async fn sees(&self) -> Seen {
        self.hall.shown(self.chat, self.topic.as_ref())
    }

    async fn turn_away(&self) {
        self.hall.state().closed = Some(self.chat);
        self.does(None, true, Event::Departed).await;
    }
}
