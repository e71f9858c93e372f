//! Work that waits in the store for somebody to do it.

use std::time::Duration;

use async_trait::async_trait;
use uuid::Uuid;

use super::error::Result;
use crate::conversation::reply::Reply;
use crate::domain::currency::Currency;
use crate::domain::draft::Draft;
use crate::domain::expense::Expense;
use crate::domain::keys::{ChatKey, DraftId, LedgerId, UpdateKey};
use crate::domain::ledger::Ledger;

/// The kinds of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobKind {
    /// Drafts that wait for their reading and whose time to start has come.
    Reading,
    /// Replies that could not be sent.
    Reply,
    /// Expenses for which a category was wanted.
    Suggestion,
    /// Ledgers with drafts that expired or outcomes that are old enough to go.
    Sweep,
    /// Expenses that were spent in another currency than their ledger's and lack a rate.
    Rate,
}

/// Whose drafts are read and whose replies are sent: of the chats of one frontend, where several
/// work on one store. The keys of its chats and of its people begin with this; all do with nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Served(pub &'static str);

impl Served {
    /// Whether this chat is one of them.
    #[must_use]
    pub fn has(self, chat: &ChatKey) -> bool {
        chat.as_str().starts_with(self.0)
    }
}

/// Which work is to be claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimRequest {
    /// Work of this kind.
    pub kind: JobKind,
    /// At most so many pieces of it.
    pub limit: usize,
    /// How long it is nobody else's, unless it is done or released earlier.
    pub ttl: Duration,
    /// Drafts and replies of other chats are left to others. It decides nothing of the other
    /// kinds, which anybody can do.
    pub served: Served,
}

impl ClaimRequest {
    /// For all chats.
    #[must_use]
    pub fn new(kind: JobKind, limit: usize, ttl: Duration) -> Self {
        Self {
            kind,
            limit,
            ttl,
            served: Served::default(),
        }
    }

    /// For these chats alone.
    #[must_use]
    pub fn serving(self, served: Served) -> Self {
        Self { served, ..self }
    }
}

/// A piece of work, claimed until its time runs out.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// To release it by; another claim of the same work has another one.
    pub claim: Uuid,
    /// How often it has been claimed, this time included.
    pub attempt: u32,
    /// Its chat, where it is now: replies go there.
    pub chat: ChatKey,
    /// Its ledger.
    pub ledger: LedgerId,
    /// The work.
    pub work: Work,
}

/// The work itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Work {
    /// Read this draft.
    Reading {
        /// The draft, as it is now.
        draft: Box<Draft>,
        /// Its ledger, for hints.
        settings: Box<Ledger>,
    },
    /// Send these replies.
    Reply(Parked),
    /// Find a category for this expense.
    Suggestion {
        /// The expense, as it is now.
        expense: Box<Expense>,
        /// Its ledger, whose categories are the choice.
        settings: Box<Ledger>,
    },
    /// Sweep the ledger.
    Sweep,
    /// Find the rate of this expense.
    Rate {
        /// The expense, as it is now.
        expense: Box<Expense>,
        /// What its ledger counts in.
        into: Currency,
    },
}

impl Work {
    /// Which kind it is of.
    #[must_use]
    pub fn kind(&self) -> JobKind {
        match self {
            Self::Reading { .. } => JobKind::Reading,
            Self::Reply(_) => JobKind::Reply,
            Self::Suggestion { .. } => JobKind::Suggestion,
            Self::Sweep => JobKind::Sweep,
            Self::Rate { .. } => JobKind::Rate,
        }
    }
}

/// How much waits, claimed work included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Backlog {
    /// Drafts that wait for their reading.
    pub readings: u64,
    /// Replies that wait to be sent, promised ones included.
    pub replies: u64,
    /// Expenses for which a category is wanted.
    pub suggestions: u64,
    /// Expenses that lack a rate.
    pub rates: u64,
}

/// Replies that could not be sent when they were due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parked {
    /// The update that they answer.
    pub key: UpdateKey,
    /// Where they were to go when they were parked.
    pub chat: ChatKey,
    /// The place of the first of them among all the replies of that update.
    pub first: usize,
    /// The replies, their slots filled. Without any it is a promise, made before the commit of an
    /// update that no transport delivers again: what the outcome of that key says is to be sent.
    pub replies: Vec<Reply>,
}

/// How a claim ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Release {
    /// It is done: a parked reply or the wish for a category is gone. A reading, a sweep or a rate
    /// is done by its commit alone.
    Done,
    /// It may be claimed again after this time.
    Again {
        /// How long to wait.
        after: Duration,
    },
    /// It was not begun, and may be claimed again after this time: this claim was no attempt.
    NotBegun {
        /// How long to wait.
        after: Duration,
    },
}

impl Release {
    /// How long the work stays unclaimed.
    #[must_use]
    pub fn pause(self) -> Duration {
        match self {
            Self::Done => Duration::ZERO,
            Self::Again { after } | Self::NotBegun { after } => after,
        }
    }
}

/// The store as a list of work: it is the truth, a queue only wakes whoever works.
///
/// Promises: a piece of work is claimed by one at a time; a claim ends by `release`, by the
/// commit that does the work, or by running out after `ttl`, and then another may claim it; a
/// claim that another has followed releases nothing; parking the same replies (key and `first`)
/// twice keeps them once; a chat's parked replies are claimed in the order in which they were
/// parked, one claim of a chat at a time, none before the first of them has waited its time.
///
/// Drafts are read in turn, a person at a time: of each person the one that waits longest, in
/// the order in which their turn came. A person's turn comes with their first waiting draft and
/// again, behind everybody who is there by then, whenever one of theirs is claimed. Nobody waits
/// longer than for one draft of each of the others, however many those send.
///
/// A draft whose `state` a commit changed is other work, tried for the first time. A ledger is
/// due for a sweep when a waiting or open draft has expired or an outcome is older than
/// `limits::OUTCOMES`; keys of erased ledgers, which nobody sweeps, go at that age by themselves.
///
/// An expense lacks a rate while [`Expense::lacks_rate`] says so of its ledger's currency. Each
/// commit that changes it, and each that changes that currency, makes it other work.
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait Jobs: Send + Sync {
    /// The work that is to be had of what is `wanted`.
    async fn claim(&self, wanted: ClaimRequest) -> Result<Vec<Job>>;
    /// The drafts that could be claimed for reading now, in the order in which they would be, at
    /// most `limit`.
    async fn waiting(&self, limit: usize) -> Result<Vec<DraftId>>;
    /// The chats, where they are now, for which replies are parked, whenever they are due, at most
    /// `limit` of those that are `served`. What such a chat is told next waits its turn, on every
    /// instance. Promises do not count, nor do chats of which somebody holds a claim that ends
    /// within `dying`: they have had it for so long that they may have died.
    async fn parked(&self, limit: usize, served: Served, dying: Duration) -> Result<Vec<ChatKey>>;
    /// How much waits. It may be a moment behind.
    async fn backlog(&self) -> Result<Backlog>;
    /// Ends a claim.
    async fn release(&self, job: &Job, release: Release) -> Result<()>;
    /// Keeps replies until they can be sent: nobody claims them before `wait` has passed. Of those
    /// that are kept already nothing changes.
    async fn park(&self, parked: &Parked, wait: Duration) -> Result<()>;
}
