//! What a conversation remembers from one message to the next.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::event::Event;
use super::question::{Answer, ExpenseFilter, Question};
use crate::domain::draft::DraftField;
use crate::domain::keys::{DraftId, ExpenseId, UserKey};
use crate::domain::limits;

/// Counts the sessions of a chat, from the time of the first in microseconds. 0: none was kept
/// yet.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct SessionVersion(pub u64);

/// What a conversation remembers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Session {
    /// What the next message of somebody is expected to answer, at most one a person.
    pub dialogues: Vec<Dialogue>,
    /// The list that "more" goes on with, where it is too long for a button.
    pub listing: Option<ExpenseFilter>,
    /// The update that is being decided; only while a step asks, never stored.
    #[serde(skip)]
    pub inquiry: Option<Box<Inquiry>>,
}

impl Session {
    /// What was asked of this person and still waits for a message.
    #[must_use]
    pub fn waiting(&self, who: &UserKey, now: DateTime<Utc>) -> Option<&Dialogue> {
        self.dialogues
            .iter()
            .find(|dialogue| dialogue.with == *who && dialogue.until > now)
    }

    /// Takes the next message of this person as the answer about `topic`, instead of what was
    /// asked before. What nobody answered in time goes.
    pub fn expect(&mut self, who: &UserKey, topic: Topic, now: DateTime<Utc>, wait: Duration) {
        self.forget(who);
        self.dialogues.retain(|dialogue| dialogue.until > now);
        if self.dialogues.len() >= limits::DIALOGUES {
            self.dialogues.remove(0);
        }
        self.dialogues.push(Dialogue {
            with: who.clone(),
            about: topic,
            until: now + wait,
        });
    }

    /// Nothing is expected of this person any more.
    pub fn forget(&mut self, who: &UserKey) {
        self.dialogues.retain(|dialogue| dialogue.with != *who);
    }
}

/// Something that was asked and waits for a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dialogue {
    /// Whose answer counts.
    pub with: UserKey,
    /// What was asked.
    pub about: Topic,
    /// Until when.
    pub until: DateTime<Utc>,
}

/// What was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Topic {
    /// The new value of a field of this expense; which field, where none was chosen yet.
    Expense(ExpenseId, Option<DraftField>),
    /// The new value of a field of this draft; which field, where none was chosen yet.
    Draft(DraftId, Option<DraftField>),
    /// Whether everything shall be erased: only buttons answer it, and only while it waits.
    Erase,
}

/// An update that is being decided, with what was asked so far: a step that gets an answer
/// decides from the beginning and finds every earlier answer here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inquiry {
    /// What happened.
    pub event: Event,
    /// What was asked and answered.
    pub answered: Vec<(Question, Answer)>,
    /// What was asked last.
    pub asked: Option<Question>,
}
