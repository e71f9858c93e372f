//! What a decision changes, as data: a store applies all of it or none of it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::access::Person;
use crate::domain::category::Category;
use crate::domain::change::Change;
use crate::domain::draft::Draft;
use crate::domain::expense::Expense;
use crate::domain::keys::{ChangeId, ChatKey, ExpenseId};
use crate::domain::ledger::{Lesson, Settings};
use crate::domain::person::Member;

/// One change to a ledger. Adapters match it without `_`, so that the compiler names every one
/// that lacks a new kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Write {
    /// Record a new expense of revision 1; the commit allots its number. Refused when its id
    /// exists.
    AddExpense(Box<Expense>),
    /// Replace an expense; `after` has the revision of `before` plus one. Refused unless the
    /// stored revision is that of `before`.
    AmendExpense {
        /// As it was read: with it the kept totals need no reading.
        before: Box<Expense>,
        /// As it shall be.
        after: Box<Expense>,
    },
    /// Open a draft (revision 1) or replace one (the stored revision plus one). Refused
    /// otherwise.
    PutDraft(Box<Draft>),
    /// Have a category suggested for an expense: work that is kept until it is released as done.
    /// Moves no revision.
    WantCategory {
        /// Which.
        expense: ExpenseId,
        /// Since when; what was wanted first comes first.
        from: DateTime<Utc>,
    },
    /// Replace the settings. Like the categories and lessons below it moves the ledger's revision
    /// by one, once a commit; the commit that creates the ledger begins the count.
    PutSettings(Box<Settings>),
    /// Add or replace a category.
    PutCategory(Category),
    /// Learn, or learn anew: it becomes the latest, and beyond `limits::LESSONS` the oldest goes.
    PutLesson(Lesson),
    /// Forget the lesson of these folded words.
    DropLesson(String),
    /// Add a member or rename one, beyond `limits::MEMBERS` instead of the one with the smallest
    /// id.
    PutMember(Member),
    /// Keep a change, so that it can be taken back. Moves no revision.
    PutChange(Box<Change>),
    /// Mark a change as taken back; an unknown one is left alone. Moves no revision.
    MarkUndone(ChangeId),
    /// Let waiting and open drafts expire, each with one more revision, and drop outcomes. Moves
    /// no revision of the ledger.
    Sweep {
        /// Those whose `expires_at` is not after this.
        drafts: DateTime<Utc>,
        /// Those that were not recorded after this.
        outcomes: DateTime<Utc>,
    },
    /// The ledger goes on under this chat; the one that it had leads to it from now on, too, so
    /// that late updates, their keys and parked replies find it. Moves its revision.
    ///
    /// What the new chat has begun meanwhile comes along: its expenses get the next numbers, in
    /// their order, and keep their ids; its drafts, changes, outcomes and parked replies stay
    /// what they are. A category that it added for itself becomes `OTHERS`; its settings,
    /// lessons, members and session go.
    Move {
        /// The chat from now on.
        to: ChatKey,
    },
    /// Keep what was decided about a person, in place of what was decided before. It belongs to
    /// no ledger: it is seen from all of them and stays when this one is erased. Moves no
    /// revision.
    PutPerson(Person),
    /// Erase the ledger with everything in it. Only hashed update keys stay until they are
    /// swept, so that a redelivery can't bring it back.
    Erase,
}

impl Write {
    /// Whether it moves the ledger's revision.
    #[must_use]
    pub fn moves_revision(&self) -> bool {
        match self {
            Self::PutSettings(_)
            | Self::PutCategory(_)
            | Self::PutLesson(_)
            | Self::DropLesson(_)
            | Self::PutMember(_)
            | Self::Move { .. }
            | Self::Erase => true,
            Self::AddExpense(_)
            | Self::AmendExpense { .. }
            | Self::PutDraft(_)
            | Self::WantCategory { .. }
            | Self::PutChange(_)
            | Self::MarkUndone(_)
            | Self::PutPerson(_)
            | Self::Sweep { .. } => false,
        }
    }
}
