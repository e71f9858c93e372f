//! What is seen in one chat.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::model::Message;
use crate::shared::Shared;
use crate::world::{Room, Seen};

/// How long a test waits for the bot.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A look at a chat: its messages as they are now, and what happens there, in order.
#[derive(Clone)]
pub struct Chat {
    shared: Arc<Shared>,
    id: i64,
}

impl Chat {
    pub(crate) fn new(shared: &Arc<Shared>, id: i64) -> Self {
        Self {
            shared: shared.clone(),
            id,
        }
    }

    /// All messages that are still there, as they look now.
    pub fn messages(&self) -> Vec<Message> {
        self.with(|room| {
            room.messages
                .values()
                .map(|message| Message::clone(message))
                .collect()
        })
    }

    /// The message of this number.
    pub fn message(&self, id: i64) -> Option<Message> {
        self.with(|room| {
            room.messages
                .get(&id)
                .map(|message| Message::clone(message))
        })
    }

    /// All that has happened and is still kept.
    pub fn events(&self) -> Vec<Seen> {
        self.with(|room| room.events.iter().cloned().collect())
    }

    /// The messages of the bot, as they look now.
    pub fn replies(&self) -> Vec<Message> {
        let bot = self.shared.world().bot.id;
        let mut messages = self.messages();
        messages.retain(|message| message.from.as_ref().is_some_and(|user| user.id == bot));
        messages
    }

    /// The next message that the bot sends or edits here, after the last one that was looked at.
    /// Panics with the whole chat if none comes within [`PATIENCE`].
    pub async fn next_reply(&self) -> Message {
        let reply = self.wait_for(PATIENCE, |seen| match seen {
            Seen::Sent(message) | Seen::Edited(message) => Some(Message::clone(message)),
            Seen::Deleted(_) | Seen::Answered(_) => None,
        });
        let reply = reply.await;
        reply.unwrap_or_else(|| panic!("no reply in chat {}:\n{}", self.id, self.transcript()))
    }

    /// What the bot did here since the last look, in order: messages, edits, deletions, answers.
    pub fn news(&self) -> Vec<Seen> {
        std::iter::from_fn(|| self.look(|seen| Some(seen.clone()))).collect()
    }

    /// The next answer to a press: its words. Panics if none comes within [`PATIENCE`].
    pub async fn next_answer(&self) -> Option<String> {
        let answer = self.wait_for(PATIENCE, |seen| match seen {
            Seen::Answered(words) => Some(words.clone()),
            _ => None,
        });
        let answer = answer.await;
        answer.unwrap_or_else(|| panic!("no answer in chat {}:\n{}", self.id, self.transcript()))
    }

    /// Whether the bot has sent or edited nothing since the last look, for this long. Where
    /// silence is expected, send something else after it and wait for that answer instead.
    pub async fn is_silent_for(&self, time: Duration) -> bool {
        self.wait_for(time, |seen| match seen {
            Seen::Sent(_) | Seen::Edited(_) => Some(()),
            _ => None,
        })
        .await
        .is_none()
    }

    /// The bytes of a message's file.
    pub fn file(&self, message: &Message) -> Option<Bytes> {
        let media = message.media()?;
        let world = self.shared.world();
        let stored = world.files.get(&media.file_id);
        stored.map(|stored| stored.bytes.clone())
    }

    /// The chat as text, a line for each message, for people.
    pub fn transcript(&self) -> String {
        let bot = self.shared.world().bot.id;
        let mut text = String::new();
        for message in self.messages() {
            let by_bot = message.from.as_ref().is_some_and(|user| user.id == bot);
            let who = if by_bot { "bot" } else { "user" };
            // Writing to a string can't fail.
            let _ = write!(text, "{who}: {}", message.words());
            for button in message.rows().iter().flatten() {
                let _ = write!(text, " [{}]", button.text);
            }
            text.push('\n');
        }
        text
    }

    /// Goes on from the last event that was looked at, until one of others than the people of
    /// the chat fits.
    async fn wait_for<T>(&self, time: Duration, fits: impl Fn(&Seen) -> Option<T>) -> Option<T> {
        let deadline = tokio::time::Instant::now() + time;
        loop {
            let seen = self.shared.seen.notified();
            tokio::pin!(seen);
            seen.as_mut().enable();
            if let Some(found) = self.look(&fits) {
                return Some(found);
            }
            if tokio::time::timeout_at(deadline, seen).await.is_err() {
                return None;
            }
        }
    }

    fn look<T>(&self, fits: impl Fn(&Seen) -> Option<T>) -> Option<T> {
        let mut world = self.shared.world();
        let bot = world.bot.id;
        let room = world.rooms.get_mut(&self.id)?;
        loop {
            let index = room.read.saturating_sub(room.dropped);
            let event = room.events.get(index)?;
            let ours = match event {
                Seen::Sent(message) | Seen::Edited(message) => {
                    message.from.as_ref().is_some_and(|user| user.id == bot)
                }
                Seen::Deleted(_) | Seen::Answered(_) => true,
            };
            let found = fits(event).filter(|_| ours);
            room.read = room.dropped + index + 1;
            if found.is_some() {
                return found;
            }
        }
    }

    fn with<T: Default>(&self, look: impl FnOnce(&Room) -> T) -> T {
        let world = self.shared.world();
        world.rooms.get(&self.id).map(look).unwrap_or_default()
    }
}
