//! A messenger that keeps what it was given.

use std::collections::VecDeque;
use std::sync::Mutex;

use async_trait::async_trait;

use super::locked;
use crate::domain::keys::{ChatKey, MessageKey};
use crate::ports::error::{Fault, PortError, Result};
use crate::ports::messenger::{Messenger, Outgoing};

/// The most messages that an [`Outbox`] keeps; beyond that the oldest go.
pub const OUTBOX: usize = 10_000;

/// [`Messenger`] for tests and for programs that show messages themselves.
#[derive(Debug, Default)]
pub struct Outbox {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    last: u64,
    shown: VecDeque<Shown>,
}

/// A message as it stands in its chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its name.
    pub message: MessageKey,
    /// What was said, the last edit where there were some.
    pub outgoing: Outgoing,
}

impl Outbox {
    /// The messages of a chat as they stand now, the oldest first.
    #[must_use]
    pub fn chat(&self, chat: &ChatKey) -> Vec<Shown> {
        let inner = locked(&self.inner);
        let of_chat = inner
            .shown
            .iter()
            .filter(|shown| shown.outgoing.chat == *chat);
        of_chat.cloned().collect()
    }

    /// All messages as they stand now, the oldest first.
    #[must_use]
    pub fn all(&self) -> Vec<Shown> {
        locked(&self.inner).shown.iter().cloned().collect()
    }
}

#[async_trait]
impl Messenger for Outbox {
    async fn send(&self, outgoing: &Outgoing) -> Result<MessageKey> {
        let mut inner = locked(&self.inner);
        let edited = inner.shown.iter_mut().find(|shown| {
            Some(&shown.message) == outgoing.edits.as_ref() && shown.outgoing.chat == outgoing.chat
        });
        if let Some(shown) = edited {
            shown.outgoing = outgoing.clone();
            return Ok(shown.message.clone());
        }
        inner.last += 1;
        let message = MessageKey::new(inner.last.to_string())
            .map_err(|error| PortError::new("messenger", "send", Fault::Bug).because(error))?;
        if inner.shown.len() >= OUTBOX {
            inner.shown.pop_front();
        }
        inner.shown.push_back(Shown {
            message: message.clone(),
            outgoing: outgoing.clone(),
        });
        Ok(message)
    }
}
