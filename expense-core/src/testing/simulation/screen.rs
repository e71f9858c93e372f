//! What the people of a simulation see.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use crate::conversation::action::Action;
use crate::domain::keys::{ChatKey, MessageKey};
use crate::ports::error::{Fault, PortError, Result};
use crate::ports::messenger::{Messenger, Outgoing};

/// A messenger that outlives the process: it keeps all that was ever said, edits included.
#[derive(Debug, Default)]
pub struct Screen {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    said: Vec<(MessageKey, Outgoing)>,
    refusals: usize,
}

impl Screen {
    /// A screen that refuses its first so many messages by a flood wait.
    #[must_use]
    pub fn refusing(refusals: usize) -> Self {
        let said = Vec::new();
        Self {
            state: Mutex::new(State { said, refusals }),
        }
    }

    /// All that was said in a chat, in order, as bare words.
    #[must_use]
    pub fn said(&self, chat: &ChatKey) -> Vec<String> {
        let state = self.state();
        let of_chat = state.said.iter().filter(|(_, said)| said.chat == *chat);
        of_chat
            .map(|(_, said)| said.reply.text.to_plain())
            .collect()
    }

    /// The newest button with this label in a chat, and its message.
    #[must_use]
    pub fn button(&self, chat: &ChatKey, label: &str) -> Option<(MessageKey, Action)> {
        let state = self.state();
        state.said.iter().rev().find_map(|(message, said)| {
            let buttons = said.reply.buttons.iter().flatten();
            let found = buttons
                .filter(|_| said.chat == *chat)
                .find(|button| button.label.contains(label))?;
            Some((message.clone(), found.action.clone()))
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Messenger for Screen {
    async fn send(&self, outgoing: &Outgoing) -> Result<MessageKey> {
        let mut state = self.state();
        if state.refusals > 0 {
            state.refusals -= 1;
            let retry_after = Some(Duration::from_secs(3));
            let busy = Fault::Busy { retry_after };
            return Err(PortError::new("messenger", "send", busy));
        }
        let message = match &outgoing.edits {
            Some(message) => message.clone(),
            None => MessageKey::new(format!("b{}", state.said.len()))
                .map_err(|error| PortError::new("messenger", "send", Fault::Bug).because(error))?,
        };
        state.said.push((message.clone(), outgoing.clone()));
        Ok(message)
    }
}
