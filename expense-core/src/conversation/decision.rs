//! What a step comes to.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::event::{Event, Scene};
use super::question::{Answer, Question};
use super::reply::Reply;
use super::session::Session;
use super::write::Write;
use crate::domain::access::Access;
use crate::domain::keys::{ChatKey, MessageKey, UpdateKey, UserKey};
use crate::domain::ledger::Ledger;
use crate::domain::limits;
use crate::domain::person::PersonName;

/// All that is ambient to a step, as data.
#[derive(Debug, Clone)]
pub struct Turn {
    /// The worker's time, in whole microseconds: what has expired is judged by it.
    pub now: DateTime<Utc>,
    /// When the update was sent: dates are read by it.
    pub sent_at: DateTime<Utc>,
    /// The update.
    pub update: UpdateKey,
    /// Its chat.
    pub chat: ChatKey,
    /// Who caused it.
    pub who: UserKey,
    /// The message that it is, or that its button hangs on.
    pub message: Option<MessageKey>,
    /// The chat's ledger, or the one that it would begin with.
    pub ledger: Arc<Ledger>,
    /// What is configured.
    pub policy: Policy,
    /// Among whom it was said.
    pub scene: Scene,
    /// What the platform calls who caused it.
    pub name: Option<PersonName>,
    /// Whether they decide about who may use the bot.
    pub owner: bool,
    /// Who may use it by configuration.
    pub access: Arc<Access>,
    /// Whether a source of exchange rates is at hand, so that what lacks a rate will get one.
    pub converts: bool,
    /// Whether somebody can be asked for categories.
    pub suggests: bool,
}

/// What an operator decides about conversations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// How long a draft can be saved.
    pub draft_ttl: std::time::Duration,
}

impl Default for Policy {
    /// Drafts wait for [`limits::DRAFT_TTL`].
    fn default() -> Self {
        Self {
            draft_ttl: limits::DRAFT_TTL,
        }
    }
}

/// What a step is given: what happened, or the answer to what it asked.
#[derive(Debug, Clone)]
pub enum Input {
    /// What happened.
    Event(Event),
    /// The answer to the question of the last `Step::Ask`.
    Answer(Answer),
}

/// What a step comes to.
#[derive(Debug)]
pub enum Step {
    /// It needs to know something first.
    Ask {
        /// What.
        question: Box<Question>,
        /// To be given back with the answer.
        session: Session,
    },
    /// It is decided.
    Done(Decision),
}

/// What follows from an update.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decision {
    /// What the conversation remembers now.
    pub session: Session,
    /// What changes.
    pub writes: Vec<Write>,
    /// What is said.
    pub replies: Vec<Reply>,
}
