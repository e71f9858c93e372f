//! What is said in the hall, and what people sent there.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use expense_core::conversation::reply::Button;
use expense_core::domain::attachment::Attachment;
use expense_core::domain::keys::MessageKey;
use expense_core::ports::attachments::Attachments;
use expense_core::ports::error::{Fault, PortError, Result};
use expense_core::ports::messenger::{Messenger, Outgoing};
use expense_core::testing::conformance::frontend::Seen;

use super::Flaw;
use super::hall::{ANNA, FLAT, Hall, Message, State, TOPIC, name, number};

/// More of a message than this is lost by a frontend that cuts words.
const CUT: usize = 4_096;

impl Hall {
    fn refusal(&self, state: &mut State, outgoing: &Outgoing) -> Option<Fault> {
        if state.closed == Some(outgoing.chat.as_str()) {
            return match self.flaw {
                Flaw::SpeaksIntoTheVoid => None,
                Flaw::TriesTheClosedDoor => Some(Fault::Unavailable),
                _ => Some(Fault::Denied),
            };
        }
        let known = [ANNA, FLAT].contains(&outgoing.chat.as_str());
        match self.flaw {
            Flaw::DropsOthers if !known => return Some(Fault::Bug),
            Flaw::ShowsEverything => {}
            _ if !known => return Some(Fault::Unavailable),
            _ => {}
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

impl State {
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
