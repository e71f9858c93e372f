//! What buttons mean, small enough for any transport.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::category::CategoryId;
use crate::domain::draft::DraftField;
use crate::domain::keys::{ChangeId, DraftId, ExpenseId, UserKey};
use crate::domain::person::MemberId;

/// The longest payload of a button, in bytes.
pub const MAX_PAYLOAD_BYTES: usize = 64;

/// What pressing a button means. It carries ids and no data: whatever it names is looked up in
/// the ledger of the chat that it was pressed in, so that a forged one finds nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Action {
    /// Take this change back.
    Undo(ChangeId),
    /// Take it back although something touched the same later.
    UndoAnyway(ChangeId),
    /// Ask what to change of this expense.
    Edit(ExpenseId),
    /// Ask for the new value of this field.
    EditField(ExpenseId, DraftField),
    /// Put this expense into that category.
    SetCategory(ExpenseId, CategoryId),
    /// This member paid it.
    SetPayer(ExpenseId, MemberId),
    /// Delete this expense, as asked before.
    Delete(ExpenseId),
    /// Save this reading of a draft, from 0.
    Save(DraftId, u8),
    /// Ask what to change of this draft.
    EditDraft(DraftId),
    /// Ask for the new value of this field of a draft.
    EditDraftField(DraftId, DraftField),
    /// Put this draft into that category.
    SetDraftCategory(DraftId, CategoryId),
    /// This member paid what this draft is about.
    SetDraftPayer(DraftId, MemberId),
    /// Drop this draft.
    Discard(DraftId),
    /// Read this draft's photos again.
    ReadAgain(DraftId),
    /// Show the page of a list after this place.
    More(Listing),
    /// Delete a category: its expenses go to the other one.
    DeleteCategory {
        /// Which goes.
        from: CategoryId,
        /// Which takes its expenses.
        to: CategoryId,
    },
    /// Show this expense with its usual buttons again.
    Show(ExpenseId),
    /// Show this draft with its usual buttons again.
    ShowDraft(DraftId),
    /// Erase everything, as asked once: it is asked once more.
    Erase,
    /// Erase everything, as asked twice.
    EraseForGood,
    /// Let this person in. Only owners can.
    Approve(UserKey),
    /// Turn this person away. Only owners can.
    Refuse(UserKey),
    /// Leave things as they are.
    Cancel,
}

/// A list and the place from which its next page goes on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Listing {
    /// Which list.
    pub list: List,
    /// The date of the last expense shown.
    pub date: NaiveDate,
    /// The number of the last expense shown.
    pub number: u32,
}

/// The lists that go on over pages and can be named within a button.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum List {
    /// Expenses of days, from and until (exclusive); all where neither is given.
    Period(Option<(NaiveDate, NaiveDate)>),
    /// Expenses of a category.
    Category(CategoryId),
    /// Expenses with a tag or words, kept by the session since they may be long.
    Remembered,
}
