//! What stands on buttons.

use crate::conversation::action::Action;
use crate::conversation::reply::Button;
use crate::domain::category::CategoryId;
use crate::domain::draft::DraftField;
use crate::domain::keys::{ChangeId, DraftId, ExpenseId};
use crate::domain::ledger::Ledger;

/// The most categories that are offered as buttons; others are written.
const CATEGORIES: usize = 40;

pub(crate) fn button(label: impl Into<String>, action: Action) -> Button {
    Button {
        label: label.into(),
        action,
    }
}

pub(crate) fn undo(change: ChangeId) -> Button {
    button("Undo", Action::Undo(change))
}

pub(crate) fn undo_anyway(change: ChangeId) -> Button {
    button("Undo anyway", Action::UndoAnyway(change))
}

pub(crate) fn edit(expense: ExpenseId) -> Button {
    button("Edit", Action::Edit(expense))
}

pub(crate) fn delete(expense: ExpenseId) -> Button {
    button("Delete", Action::Delete(expense))
}

pub(crate) fn save(draft: DraftId) -> Button {
    button("Save", Action::Save(draft, 0))
}

pub(crate) fn edit_draft(draft: DraftId) -> Button {
    button("Edit", Action::EditDraft(draft))
}

pub(crate) fn discard(draft: DraftId) -> Button {
    button("Discard", Action::Discard(draft))
}

pub(crate) fn ignore(draft: DraftId) -> Button {
    button("Ignore", Action::Discard(draft))
}

pub(crate) fn keep() -> Button {
    button("Keep", Action::Cancel)
}

pub(crate) fn cancel() -> Button {
    button("Cancel", Action::Cancel)
}

/// A field, as a button and as a word that people write.
pub(crate) fn field(field: DraftField) -> &'static str {
    match field {
        DraftField::Amount => "Amount",
        DraftField::Currency => "Currency",
        DraftField::Date => "Date",
        DraftField::Merchant => "Merchant",
        DraftField::Description => "Description",
        DraftField::Category => "Category",
        DraftField::Tags => "Tags",
    }
}

/// Every field, in the order of the buttons.
pub(crate) const FIELDS: [DraftField; 7] = [
    DraftField::Amount,
    DraftField::Currency,
    DraftField::Date,
    DraftField::Category,
    DraftField::Description,
    DraftField::Merchant,
    DraftField::Tags,
];

/// A button for each field, in rows.
pub(crate) fn fields(action: impl Fn(DraftField) -> Action) -> Vec<Vec<Button>> {
    let buttons = FIELDS.map(|of| button(field(of), action(of)));
    buttons.chunks(3).map(<[Button]>::to_vec).collect()
}

/// A button for each living category but `without`, two a row, as many as are bearable.
pub(crate) fn categories(
    ledger: &Ledger,
    without: Option<CategoryId>,
    action: impl Fn(CategoryId) -> Action,
) -> Vec<Vec<Button>> {
    let buttons: Vec<Button> = ledger
        .living_categories()
        .filter(|category| Some(category.id) != without)
        .take(CATEGORIES)
        .map(|category| button(category.name.as_str(), action(category.id)))
        .collect();
    buttons.chunks(2).map(<[Button]>::to_vec).collect()
}
