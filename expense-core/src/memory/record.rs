//! What a store holds, row by row and in no database's terms: archives are made of it, and
//! ledgers move from one database to another by it.
//!
//! Not in it is what can be had again: totals, what a search looks through, which images a draft
//! has. Nor is what is over once the store is another: claims, and shared copies of sessions.

mod of_row;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::of_row::of_row;
use crate::domain::access::Person;
use crate::domain::change::Change;
use crate::domain::draft::Draft;
use crate::domain::expense::Expense;
use crate::domain::keys::{ChatKey, ExpenseId, LedgerId, UpdateKey};
use crate::domain::ledger::{Ledger, Revision};

/// One row. A store hands its rows out kind by kind in the order of [`KINDS`], each kind in the
/// order of its key, so that what two stores hold is the same where their records are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// What was decided about somebody; in the order of whom it is about.
    Person(Person),
    /// A ledger with what it counts; ordered by its id.
    Ledger(Box<LedgerRecord>),
    /// An expense; by ledger and number.
    Expense(Box<ExpenseRecord>),
    /// An expense for which a category is wanted; by ledger and expense.
    Suggestion(SuggestionRecord),
    /// A draft; by ledger and id.
    Draft(Box<DraftRecord>),
    /// A change that can be undone, or was; by ledger and id.
    Change(Box<ChangeRecord>),
    /// What an update did; by ledger and key.
    Outcome(OutcomeRecord),
    /// Replies that could not be sent; by ledger, those of one in the order of their sending.
    Parked(ParkedRecord),
}

/// A kind of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// [`Record::Person`].
    Person,
    /// [`Record::Ledger`].
    Ledger,
    /// [`Record::Expense`].
    Expense,
    /// [`Record::Suggestion`].
    Suggestion,
    /// [`Record::Draft`].
    Draft,
    /// [`Record::Change`].
    Change,
    /// [`Record::Outcome`].
    Outcome,
    /// [`Record::Parked`].
    Parked,
}

/// The kinds of records, in the order in which a store hands them out: what others belong to
/// comes before them.
pub const KINDS: [Kind; 8] = [
    Kind::Person,
    Kind::Ledger,
    Kind::Expense,
    Kind::Suggestion,
    Kind::Draft,
    Kind::Change,
    Kind::Outcome,
    Kind::Parked,
];

impl Kind {
    /// The word that a record of this kind is written under.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Ledger => "ledger",
            Self::Expense => "expense",
            Self::Suggestion => "suggestion",
            Self::Draft => "draft",
            Self::Change => "change",
            Self::Outcome => "outcome",
            Self::Parked => "parked",
        }
    }
}

/// A ledger with what it counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LedgerRecord {
    /// The ledger with its categories, members and lessons.
    pub ledger: Ledger,
    /// Chats that it had before the one that it has, in their order.
    pub moved_from: Vec<ChatKey>,
    /// The version of its session; 0 before the first.
    pub session_version: u64,
    /// Its session as JSON; `None` where nothing was said yet.
    pub session: Option<String>,
    /// The number of its newest expense; 0 before the first.
    pub last_number: u32,
    /// The newest place of its drafts, changes and lessons.
    pub last_place: i64,
    /// When it is due for a sweep.
    pub sweep_at: Option<DateTime<Utc>>,
}

/// An expense in its ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExpenseRecord {
    /// Whose it is.
    pub ledger: LedgerId,
    /// The expense with its number.
    pub expense: Expense,
    /// When its rate may be looked for; `None` where it needs none.
    pub rate_due: Option<DateTime<Utc>>,
}

/// An expense for which a category is wanted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SuggestionRecord {
    /// Whose it is.
    pub ledger: LedgerId,
    /// For which.
    pub expense: ExpenseId,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// A draft in its ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DraftRecord {
    /// Whose it is.
    pub ledger: LedgerId,
    /// The draft.
    pub draft: Draft,
    /// Its place among the ledger's drafts, changes and lessons.
    pub place: i64,
    /// When the last turn of whoever opened it ended; 1970 before the first.
    pub turn: DateTime<Utc>,
}

/// A change in its ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangeRecord {
    /// Whose it is.
    pub ledger: LedgerId,
    /// The change.
    pub change: Change,
    /// Its place among the ledger's drafts, changes and lessons.
    pub place: i64,
}

/// What an update did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutcomeRecord {
    /// In which ledger: it need not be there any more.
    pub ledger: LedgerId,
    /// The hash of the update's key.
    pub key: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Whether its ledger was erased.
    pub orphaned: bool,
    /// The outcome as JSON; `None` where nothing of it is kept.
    pub outcome: Option<String>,
}

/// Replies that could not be sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParkedRecord {
    /// Of which ledger: it need not be there any more.
    pub ledger: LedgerId,
    /// Where they were to go.
    pub chat: ChatKey,
    /// The update that they answer.
    pub key: UpdateKey,
    /// The place of the first of them among all the replies of that update.
    pub first: u64,
    /// The replies as JSON.
    pub replies: String,
}

impl Record {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Person(_) => Kind::Person,
            Self::Ledger(_) => Kind::Ledger,
            Self::Expense(_) => Kind::Expense,
            Self::Suggestion(_) => Kind::Suggestion,
            Self::Draft(_) => Kind::Draft,
            Self::Change(_) => Kind::Change,
            Self::Outcome(_) => Kind::Outcome,
            Self::Parked(_) => Kind::Parked,
        }
    }

    /// The same for a store that goes on from here at this time: its counts begin anew with the
    /// time, as those of a new ledger do. Copies of what the store held before, in whatever process
    /// or cache, are then older than all that it holds now, and none passes for the truth.
    #[must_use]
    pub fn renewed(mut self, at: DateTime<Utc>) -> Self {
        if let Self::Ledger(kept) = &mut self {
            let now = u64::try_from(at.timestamp_micros()).unwrap_or(0);
            let Revision(revision) = kept.ledger.revision;
            kept.ledger.revision = Revision(now.max(revision + 1));
            if kept.session_version > 0 {
                kept.session_version = now.max(kept.session_version + 1);
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::domain::access::Role;
    use crate::domain::keys::UserKey;

    #[test]
    fn a_record_is_written_under_the_name_of_its_kind() {
        let person = Record::Person(Person {
            who: UserKey::new("test:anna").unwrap(),
            role: Role::Owner,
            name: None,
            since: DateTime::UNIX_EPOCH,
        });
        let written = serde_json::to_string(&person).unwrap();
        assert!(written.starts_with(&format!("{{\"{}\":", person.kind().name())));
        assert_eq!(serde_json::from_str::<Record>(&written).unwrap(), person);
    }
}
