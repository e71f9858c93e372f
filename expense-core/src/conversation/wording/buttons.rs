//! What stands on buttons.

use crate::conversation::action::Action;
use crate::conversation::reply::Button;
use crate::domain::category::CategoryId;
use crate::domain::draft::DraftField;
use crate::domain::keys::{ChangeId, DraftId, ExpenseId};
use crate::domain::ledger::Ledger;
use crate::domain::person::MemberId;

/// The most categories that are offered as buttons; others are written.
const CATEGORIES: usize = 40;

/// The most members that are offered as buttons; others are written.
const MEMBERS: usize = 30;

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
        DraftField::Payer => "Paid by",
    }
}

/// Every field, in the order of the buttons; the last is shown where people share a ledger.
pub(crate) const FIELDS: [DraftField; 8] = [
    DraftField::Amount,
    DraftField::Currency,
    DraftField::Date,
    DraftField::Category,
    DraftField::Description,
    DraftField::Merchant,
    DraftField::Tags,
    DraftField::Payer,
];

/// A button for each field, in rows.
pub(crate) fn fields(ledger: &Ledger, action: impl Fn(DraftField) -> Action) -> Vec<Vec<Button>> {
    let shared = !ledger.members.is_empty();
    let fields = FIELDS.into_iter();
    let fields = fields.filter(|field| shared || *field != DraftField::Payer);
    let buttons: Vec<Button> = fields.map(|of| button(field(of), action(of))).collect();
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

/// A button for each member, three a row, as many as are bearable; the latest first.
pub(crate) fn members(ledger: &Ledger, action: impl Fn(MemberId) -> Action) -> Vec<Vec<Button>> {
    let latest = ledger.members.iter().rev().take(MEMBERS);
    let buttons: Vec<Button> = latest
        .map(|member| button(member.name.as_str(), action(member.id)))
        .collect();
    buttons.chunks(3).map(<[Button]>::to_vec).collect()
}
