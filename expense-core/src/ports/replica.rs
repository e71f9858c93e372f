//! Copies of the store that follow it by a moment, and how to tell whether they have arrived.

use std::time::Duration;

use async_trait::async_trait;

use super::error::Result;
use crate::conversation::question::{Census, ExpenseFilter, Page, PageRequest, Total, TotalsQuery};
use crate::domain::keys::LedgerId;
use crate::domain::text::Tag;

/// Which commit of a ledger was its last. Only whether two positions of one ledger are the same
/// means anything: where they are, the same was committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Position(
    /// A value that this ledger had never before.
    pub u64,
);

impl Position {
    /// Of a ledger of which nothing is kept.
    pub const NONE: Self = Self(0);
}

/// How far the log of all changes has come, as the backend counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark(
    /// The end of the log, in bytes since its beginning.
    pub u64,
);

/// How far a copy is behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lag {
    /// What it has yet to replay, in bytes of the log.
    pub bytes: u64,
    /// The age of what it shows; zero where it has replayed everything.
    pub time: Duration,
}

/// An answer, and where its ledger stood where it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen<T> {
    /// Where the ledger stood before it was read: the answer is no older than this.
    pub position: Position,
    /// The answer.
    pub value: T,
}

/// The store that is written to, as far as its copies are concerned.
///
/// Promises:
/// - a commit that was answered as recorded counts: whoever asks afterwards gets the position
///   that it led to, or a later one;
/// - every commit leads its ledger to another position, one that the ledger never had: not before
///   it was erased either, and not in a history that a fail-over cut off;
/// - while nothing is committed to a ledger its position stays;
/// - a ledger of which nothing is kept, and one that went into another, has [`Position::NONE`];
/// - a mark that was taken after a commit was answered covers it.
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait Primary: Send + Sync {
    /// Where these ledgers stand, in the order of the question.
    async fn positions(&self, ledgers: &[LedgerId]) -> Result<Vec<Position>>;
    /// How far the log has come.
    async fn mark(&self) -> Result<Mark>;
}

/// A copy that is only read from. It replays what the primary committed, in the same order,
/// sooner or later, and may pause, die and come back.
///
/// Promises:
/// - at a position a ledger shows what the primary showed there;
/// - an answer is no older than the position that comes with it, and no newer than the primary;
/// - a copy that goes on catches up: the position becomes the primary's, the lag nothing;
/// - what it can't answer now is an error that says whether to ask it again.
///
/// What it answers means what [`ExpenseStore`](super::store::ExpenseStore) says.
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait ReadReplica: Send + Sync {
    /// Expenses that meet the filter, the newest first.
    async fn expenses(
        &self,
        ledger: LedgerId,
        filter: &ExpenseFilter,
        page: PageRequest,
    ) -> Result<Seen<Page>>;
    /// Sums per group and currency.
    async fn totals(&self, ledger: LedgerId, query: &TotalsQuery) -> Result<Seen<Vec<Total>>>;
    /// Tags with how many expenses have each.
    async fn tags(&self, ledger: LedgerId) -> Result<Seen<Vec<(Tag, u64)>>>;
    /// How much is kept, as far as it has come.
    async fn census(&self) -> Result<Census>;
    /// How far it is behind this mark; nothing where it has come so far.
    async fn lag(&self, mark: Mark) -> Result<Lag>;
}
