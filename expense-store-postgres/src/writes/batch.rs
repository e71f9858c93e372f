//! The rows of a batch, by the statements that write them.

use chrono::{DateTime, Utc};
use expense_core::domain::access::Person;
use sqlx::types::Uuid;

use crate::columns::{
    Changes, Drafts, Expenses, Images, Ledgers, Lessons, Members, Sessions, Suggestions, Tags,
    Totals,
};

/// What almost every commit writes: one statement does it all.
#[derive(Default)]
pub(crate) struct Common<'a> {
    pub(crate) members: Members,
    pub(crate) ledgers: Ledgers<'a>,
    pub(crate) sessions: Sessions,
    pub(crate) expenses: Expenses<'a>,
    pub(crate) tags: Tags<'a>,
    pub(crate) totals: Totals<'a>,
    pub(crate) suggestions: Suggestions,
    pub(crate) changes: Changes<'a>,
}

/// What few commits write, after the former and in the same transaction.
#[derive(Default)]
pub(crate) struct Seldom<'a> {
    pub(crate) lessons: Lessons<'a>,
    pub(crate) forgotten: (Vec<i64>, Vec<&'a str>),
    pub(crate) amended: Expenses<'a>,
    pub(crate) retagged: (Vec<i64>, Vec<i32>),
    pub(crate) reworked: (Vec<i64>, Vec<Uuid>),
    pub(crate) recounted: Vec<Recounted<'a>>,
    pub(crate) tags: Tags<'a>,
    pub(crate) drafts: Drafts<'a>,
    pub(crate) put: (Vec<i64>, Vec<Uuid>),
    pub(crate) images: Images<'a>,
    pub(crate) undone: (Vec<i64>, Vec<Uuid>),
    pub(crate) sweeps: Vec<Sweep>,
    pub(crate) people: Vec<&'a Person>,
    pub(crate) erased: Vec<Erased>,
    pub(crate) moves: Vec<Moving<'a>>,
}

/// A ledger that counts in another currency now, and since when.
pub(crate) struct Recounted<'a> {
    pub(crate) ledger: i64,
    pub(crate) currency: &'a str,
    pub(crate) at: DateTime<Utc>,
}

/// A ledger that goes with everything in it.
pub(crate) struct Erased {
    pub(crate) ledger: i64,
    /// The ledger that its chat begins next: it finds the keys of this one.
    pub(crate) next: i64,
    /// The key whose replies stay.
    pub(crate) own: Uuid,
}

/// A ledger that goes on under another chat.
pub(crate) struct Moving<'a> {
    pub(crate) ledger: i64,
    pub(crate) to: &'a str,
}

/// A ledger that is swept.
pub(crate) struct Sweep {
    pub(crate) ledger: i64,
    pub(crate) drafts: DateTime<Utc>,
    pub(crate) outcomes: DateTime<Utc>,
    pub(crate) own: Uuid,
}
