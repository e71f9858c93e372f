//! Changes and how they are taken back.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::category::{Category, CategoryId};
use super::expense::Expense;
use super::keys::{ChangeId, ExpenseId, UserKey};
use super::ledger::Settings;

/// What one update changed, with all that is needed to take it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Named by the button of its confirmation that takes it back.
    pub id: ChangeId,
    /// Who did it.
    pub by: UserKey,
    /// When.
    pub at: DateTime<Utc>,
    /// What it did, in order.
    pub effects: Vec<Effect>,
    /// Whether it has been taken back.
    pub undone: bool,
}

/// One effect of a change, by what was before it. What stands now tells whether something touched
/// the same later: an expense by [`Expense::change`], the rest by not being `after` any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    /// An expense was recorded, changed, deleted or restored.
    Expense {
        /// Which.
        id: ExpenseId,
        /// How it was before; `None` when the change recorded it.
        before: Option<Box<Expense>>,
    },
    /// A category was added, renamed or deleted.
    Category {
        /// Which.
        id: CategoryId,
        /// How it was before; `None` when the change added it.
        before: Option<Category>,
        /// How the change left it.
        after: Category,
    },
    /// The settings were changed.
    Settings {
        /// How they were before.
        before: Box<Settings>,
        /// How the change left them.
        after: Box<Settings>,
    },
    /// A lesson was learned, changed or forgotten.
    Lesson {
        /// The folded words.
        words: String,
        /// Where they led before; `None` when they were new.
        before: Option<CategoryId>,
        /// Where the change made them lead; `None` when it forgot them.
        after: Option<CategoryId>,
    },
}
