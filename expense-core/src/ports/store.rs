//! The source of truth.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::error::Result;
use crate::conversation::question::{
    Census, ChangeQuery, DraftQuery, ExpenseFilter, Page, PageRequest, Total, TotalsQuery,
};
use crate::conversation::reply::Reply;
use crate::conversation::session::{Session, SessionVersion};
use crate::conversation::write::Write;
use crate::domain::access::Person;
use crate::domain::change::Change;
use crate::domain::draft::Draft;
use crate::domain::keys::{ChatKey, ExpenseId, LedgerId, UpdateKey};
use crate::domain::ledger::{Ledger, Revision};
use crate::domain::text::Tag;

/// Everything that one update causes, to be recorded together or not at all.
#[derive(Debug, Clone, PartialEq)]
pub struct Commit {
    /// The idempotency key.
    pub key: UpdateKey,
    /// The chat.
    pub chat: ChatKey,
    /// The ledger, as it was when the decision was computed. Where its revision is 0 and the
    /// chat has none, the commit creates it as it stands here, with `at` in microseconds as its
    /// first revision. A session's first version is found in the same way.
    pub ledger: Arc<Ledger>,
    /// The version of the session that the decision was computed from.
    pub session_seen: SessionVersion,
    /// The next session; `None` when it stays as it is.
    pub session: Option<Session>,
    /// What changes.
    pub writes: Vec<Write>,
    /// What is said, with slots for numbers.
    pub replies: Vec<Reply>,
    /// When, in whole microseconds.
    pub at: DateTime<Utc>,
}

/// What came of a commit.
#[derive(Debug, Clone, PartialEq)]
pub enum Committed {
    /// It is recorded, durably.
    Recorded {
        /// What the key did.
        outcome: Outcome,
        /// The version of the session now.
        session: SessionVersion,
        /// The revision of the ledger now.
        revision: Revision,
    },
    /// The key did this before; nothing was written now.
    Already(Outcome),
    /// Nothing was written and the key is not used up.
    Refused(Refusal),
}

/// Why a commit was refused. All but the last mean: reload and decide again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The session is another by now.
    StaleSession,
    /// The ledger's settings, categories or lessons are others by now, or the ledger is gone.
    StaleLedger,
    /// An expense or a draft is another by now, or gone.
    StaleRevision,
    /// An expense with this id exists: the decision came twice by different keys.
    ExpenseExists(ExpenseId),
}

/// What a key did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// What was said, every slot filled.
    pub replies: Vec<Reply>,
}

/// A session as the store knows it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StoredSession {
    /// Its version; 0 for a chat that has none.
    pub version: SessionVersion,
    /// The session.
    pub session: Session,
}

/// The source of truth: ledgers, expenses, drafts, changes, sessions and the outcomes of updates.
///
/// Promises:
/// - the same key twice is recorded once and the second caller gets the first outcome, whatever
///   else its commit holds;
/// - `Recorded` means durable: it survives the death of the process and the loss of power;
/// - racing commits have one winner, the others are refused or find its outcome;
/// - a refused commit writes nothing and does not use up its key;
/// - an existing expense id is refused, never overwritten; a stale revision is refused;
/// - numbers are allotted per ledger from 1, in the order of the writes, and never reused;
/// - a sum never mixes currencies; minor units survive for exponents 0, 2, 3 and 4;
/// - totals agree with the expenses that are not removed, at every moment;
/// - pages neither skip nor repeat an expense that was there from the first page on, while
///   others are added; the order is by date, then number, the newest first;
/// - one ledger never sees another's rows;
/// - erasing a ledger leaves nothing of it but hashed keys, and a redelivery of an earlier key
///   is still found as done (with no replies); whatever else the erasing commit writes goes with
///   it, and only its own replies stay, so that its farewell can be sent again;
/// - what was decided about people is seen from every chat and outlives every ledger;
/// - a ledger that moves keeps its id, rows, session and keys, is found by every chat that it had,
///   and takes in what its new chat had begun; nothing is lost and nothing doubled;
/// - what was computed from a ledger or a session before the erasing is refused after it, however
///   often the chat has begun again since.
///
/// A refusal is looked for in this order, after the key: the session, the ledger, the writes in
/// turn, each against what those before it left. "The newest" draft or change is the one that
/// was put last for the first time. `memory::plan` computes all this for every adapter.
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait ExpenseStore: Send + Sync {
    /// Records all of it or nothing, once per key. The commit is shared, not copied, with
    /// whoever writes it together with others.
    async fn commit(&self, commit: Arc<Commit>) -> Result<Committed>;
    /// What this key did, if it did.
    async fn recorded(&self, chat: &ChatKey, key: &UpdateKey) -> Result<Option<Outcome>>;
    /// The chat's ledger, if it has one.
    async fn ledger(&self, chat: &ChatKey) -> Result<Option<Ledger>>;
    /// The ledgers of those of these chats that have one, each once, in no order. At most
    /// `limits::MAX_PAGE` chats are asked for at a time.
    async fn ledgers(&self, chats: &[ChatKey]) -> Result<Vec<Ledger>>;
    /// The chat's session; the empty one of version 0 where none was kept.
    async fn session(&self, chat: &ChatKey) -> Result<StoredSession>;
    /// Expenses that meet the filter, the newest first.
    async fn expenses(
        &self,
        ledger: LedgerId,
        filter: &ExpenseFilter,
        page: PageRequest,
    ) -> Result<Page>;
    /// Sums per group and currency, ordered by category, day, currency code; a group without
    /// expenses is absent.
    async fn totals(&self, ledger: LedgerId, query: &TotalsQuery) -> Result<Vec<Total>>;
    /// Tags of expenses that are not removed, with how many have each, the most used first, then
    /// by code point, at most `limits::MAX_PAGE`.
    async fn tags(&self, ledger: LedgerId) -> Result<Vec<(Tag, u64)>>;
    /// A draft.
    async fn draft(&self, ledger: LedgerId, query: &DraftQuery) -> Result<Option<Draft>>;
    /// A change.
    async fn change(&self, ledger: LedgerId, query: &ChangeQuery) -> Result<Option<Change>>;
    /// Everybody about whom something was decided, ordered by their keys. Whoever decides keeps
    /// them below `limits::PEOPLE`.
    async fn people(&self) -> Result<Vec<Person>>;
    /// How much is kept. It may be a moment behind.
    async fn census(&self) -> Result<Census>;
}
