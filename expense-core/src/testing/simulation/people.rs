//! What people do, as updates.

use std::time::Duration;

use super::scenario::Deed;
use super::world::World;
use crate::conversation::event::{Envelope, Event, Scene};
use crate::domain::keys::{MessageKey, UpdateKey, UserKey};
use crate::ports::clock::Clock;

impl World {
    /// The updates of a deed, the same ones however often they are delivered.
    pub(super) async fn envelopes(&self, index: usize, deed: &Deed) -> Vec<Envelope> {
        let text = |text: &str| Event::Text {
            text: text.to_owned(),
            reply_to: None,
        };
        match deed {
            Deed::Write(words) => vec![self.envelope(index, 0, own(index), text(words))],
            Deed::WriteDelivered2(words) => {
                vec![self.envelope(index, 0, own(index), text(words)); 2]
            }
            Deed::Rewrite(words) => {
                let text = (*words).to_owned();
                vec![self.envelope(index, 0, own(0), Event::Edited { text })]
            }
            Deed::Photograph => {
                let event = Event::Photo {
                    attachment: self.photo.clone(),
                    caption: String::new(),
                    album: None,
                };
                vec![self.envelope(index, 0, own(index), event)]
            }
            Deed::Speak => {
                let event = Event::Voice {
                    attachment: self.recording.clone(),
                    seconds: Some(3),
                    caption: String::new(),
                };
                vec![self.envelope(index, 0, own(index), event)]
            }
            Deed::Await(words) => {
                while !self
                    .screen
                    .said(&self.chat)
                    .iter()
                    .any(|said| said.contains(words))
                {
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
                Vec::new()
            }
            Deed::Wait(hours) => {
                tokio::time::sleep(Duration::from_secs(hours * 60 * 60)).await;
                Vec::new()
            }
            Deed::Press(label) => self.presses(index, label, 1).await,
            Deed::PressTwice(label) => self.presses(index, label, 2).await,
        }
    }

    async fn presses(&self, index: usize, label: &str, times: usize) -> Vec<Envelope> {
        let (message, action) = loop {
            match self.screen.button(&self.chat, label) {
                Some(found) => break found,
                None => tokio::time::sleep(Duration::from_millis(500)).await,
            }
        };
        (0..times)
            .map(|tap| self.envelope(index, tap, message.clone(), Event::Press(action.clone())))
            .collect()
    }

    fn envelope(&self, index: usize, tap: usize, message: MessageKey, event: Event) -> Envelope {
        let key = format!("simulation:{}:{index}:{tap}", self.chat.as_str());
        Envelope {
            key: UpdateKey::new(key).expect("keys are short"),
            chat: self.chat.clone(),
            who: person(),
            sent_at: self.clock.now(),
            message: Some(message),
            language: None,
            name: None,
            scene: Scene::Private,
            trace: None,
            event,
        }
    }
}

fn own(index: usize) -> MessageKey {
    MessageKey::new(format!("p{index}")).expect("keys are short")
}

fn person() -> UserKey {
    UserKey::new("simulation:1").expect("keys are short")
}
