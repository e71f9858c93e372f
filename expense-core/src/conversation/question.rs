//! What a step needs to know: questions and their answers.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::access::Person;
use crate::domain::attachment::Fingerprint;
use crate::domain::calendar::Period;
use crate::domain::category::CategoryId;
use crate::domain::change::Change;
use crate::domain::currency::Currency;
use crate::domain::draft::Draft;
use crate::domain::expense::Expense;
use crate::domain::keys::{ChangeId, DraftId, ExpenseId, MessageKey, Number, UserKey};
use crate::domain::limits;
use crate::domain::person::PersonName;
use crate::domain::text::Tag;

/// A read, within the ledger of the turn but for the last three. Reads may be repeated; they change nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Question {
    /// Expenses, the newest first.
    Expenses(ExpenseFilter, PageRequest),
    /// Sums of what is not removed.
    Totals(TotalsQuery),
    /// How often each tag is used, the most used first, at most `limits::MAX_PAGE`.
    Tags,
    /// A draft.
    Draft(DraftQuery),
    /// A change.
    Change(ChangeQuery),
    /// Everybody about whom something was decided.
    People,
    /// What somebody who is not let in was called when they wrote last, as far as that is remembered.
    Stranger(UserKey),
    /// How much is kept in all.
    Census,
}

/// The answer to the question of the same name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// One page.
    Expenses(Page),
    /// The sums, by group and currency.
    Totals(Vec<Total>),
    /// Tags with their numbers of expenses.
    Tags(Vec<(Tag, u64)>),
    /// The draft, if there is one.
    Draft(Option<Box<Draft>>),
    /// The change, if there is one.
    Change(Option<Box<Change>>),
    /// The people, ordered by their keys.
    People(Vec<Person>),
    /// The name, if it is known.
    Stranger(Option<PersonName>),
    /// The counts.
    Census(Census),
}

/// How much is kept, in all ledgers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Census {
    /// The ledgers.
    pub ledgers: u64,
    /// The expenses that were recorded in them, removed ones included.
    pub expenses: u64,
}

/// Which expenses: all that meet every condition given.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ExpenseFilter {
    /// Bought within these days.
    pub period: Option<Period>,
    /// Recorded under one of these categories (see `Ledger::merged`).
    pub categories: Option<Vec<CategoryId>>,
    /// With this tag.
    pub tag: Option<Tag>,
    /// With every one of these words, folded, somewhere in description, merchant or tags.
    pub words: Vec<String>,
    /// With this number.
    pub number: Option<Number>,
    /// With one of these ids.
    pub ids: Option<Vec<ExpenseId>>,
    /// From this message of a person.
    pub message: Option<MessageKey>,
    /// Removed ones as well.
    pub removed: bool,
}

impl ExpenseFilter {
    /// This expense, removed or not.
    #[must_use]
    pub fn of(id: ExpenseId) -> Self {
        Self {
            ids: Some(vec![id]),
            removed: true,
            ..Self::default()
        }
    }
}

/// A place in the order of lists: by date, then number, the newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Cursor {
    /// The date of the last expense seen.
    pub date: NaiveDate,
    /// Its number.
    pub number: Number,
}

impl Cursor {
    /// The place of this expense; `None` before it has its number.
    #[must_use]
    pub fn of(expense: &Expense) -> Option<Self> {
        let number = expense.number?;
        Some(Self {
            date: expense.details.date,
            number,
        })
    }
}

/// Which part of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageRequest {
    /// Only what comes after this place.
    pub after: Option<Cursor>,
    /// At most this many, and never more than `limits::MAX_PAGE`.
    pub limit: usize,
}

impl PageRequest {
    /// The first of the list alone.
    pub const FIRST: Self = Self {
        after: None,
        limit: 1,
    };

    /// How many expenses the page holds at most.
    #[must_use]
    pub fn size(self) -> usize {
        self.limit.clamp(1, limits::MAX_PAGE)
    }
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Page {
    /// The expenses, the newest first.
    pub expenses: Vec<Expense>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<Cursor>,
}

impl Page {
    /// The page of this size, cut from the list that begins where it does: one expense more tells
    /// that another page follows.
    #[must_use]
    pub fn cut(mut expenses: Vec<Expense>, size: usize) -> Self {
        let more = expenses.len() > size;
        expenses.truncate(size);
        let next = expenses.last().filter(|_| more).and_then(Cursor::of);
        Self { expenses, next }
    }
}

/// Which sums.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotalsQuery {
    /// The days, all when `None`.
    pub period: Option<Period>,
    /// Only these categories.
    pub categories: Option<Vec<CategoryId>>,
    /// What each sum is of.
    pub group: Group,
    /// The currency in which the sums are wanted together: the ledger's own, mostly.
    pub into: Currency,
}

/// What each sum is of, beside its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Group {
    /// Everything.
    None,
    /// A category as recorded.
    Category,
    /// A day.
    Day,
}

/// A sum in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Total {
    /// The category, when grouped by it.
    pub category: Option<CategoryId>,
    /// The day, when grouped by it.
    pub day: Option<NaiveDate>,
    /// The currency.
    pub currency: Currency,
    /// The sum in minor units; sums may leave the bound of a single amount.
    pub minor: i128,
    /// How many expenses.
    pub count: u64,
    /// What they are worth together in the wanted currency, in its minor units: those that were
    /// spent in it and those that were converted into it.
    pub converted: i128,
    /// How many of them are neither, and so not in `converted`.
    pub unconverted: u64,
}

/// Which draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum DraftQuery {
    /// By its id.
    Id(DraftId),
    /// The one that this album opened.
    Album(MessageKey),
    /// The newest that this person has open: it takes a bare amount as its own.
    NewestOpen(UserKey),
    /// The newest saved one, else the newest open one, whose attachment or content has one of
    /// these fingerprints.
    Image(Vec<Fingerprint>),
}

/// Which change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChangeQuery {
    /// By its id.
    Id(ChangeId),
    /// The newest of this person that has not been undone.
    NewestBy(UserKey),
}
