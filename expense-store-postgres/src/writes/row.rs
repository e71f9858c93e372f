//! One row of a kind, as a commit writes it, and whoever fills a new database.

use chrono::{DateTime, Utc};
use expense_core::domain::access::Person;
use expense_core::domain::attachment::Fingerprint;
use expense_core::domain::change::Change;
use expense_core::domain::draft::Draft;
use expense_core::domain::expense::Expense;
use expense_core::domain::keys::ChatKey;
use expense_core::domain::ledger::Ledger;
use expense_core::memory::column::{categories, json, members, narrow, state, text};

use crate::columns::{ChangeRow, DraftRow, ExpenseRow, ImageRow, LedgerRow, PersonRow, TagRow};
use crate::error::Failure;

pub(crate) fn person(person: &Person) -> Result<PersonRow, Failure> {
    Ok(PersonRow {
        since: person.since,
        who: person.who.as_str().to_owned(),
        role: text(&person.role)?,
        name: person.name.as_ref().map(|name| name.as_str().to_owned()),
    })
}

/// The ledger under this chat.
pub(crate) fn ledger<'a>(ledger: &'a Ledger, chat: &'a ChatKey) -> Result<LedgerRow<'a>, Failure> {
    let settings = &ledger.settings;
    Ok(LedgerRow {
        ledger_id: ledger.id.as_i64(),
        chat: chat.as_str(),
        currency: settings.currency.code(),
        zone: settings.zone.name(),
        locale: settings.locale.as_str(),
        language: text(&settings.language)?,
        categories: categories(&ledger.categories)?,
        members: members(&ledger.members)?,
    })
}

/// The expense without its tags.
pub(crate) fn expense(
    ledger: i64,
    number: i32,
    expense: &Expense,
    rate_due: Option<DateTime<Utc>>,
) -> Result<ExpenseRow<'_>, Failure> {
    let details = &expense.details;
    let origin = expense.origin.as_ref();
    let known = expense.conversion.as_ref();
    let search = details.search_text();
    Ok(ExpenseRow {
        ledger_id: ledger,
        recorded_at: expense.recorded_at,
        id: *expense.id.as_uuid(),
        change: *expense.change.as_uuid(),
        number,
        revision: narrow(expense.revision)?,
        day: details.date,
        category: narrow(details.category.0)?,
        removed: expense.removed,
        amount: details.money.amount(),
        currency: details.money.currency().code(),
        description: details.description.as_str(),
        merchant: details.merchant.as_ref().map(|merchant| merchant.as_str()),
        search: (search != details.description.as_str()).then_some(search),
        paid_by: expense.paid_by.as_str(),
        entered_by: expense.entered_by.as_str(),
        message: origin.map(|origin| origin.message.as_str()),
        line: origin.map(|origin| i32::from(origin.line)),
        sent_on: origin.map(|origin| origin.sent_on),
        said: origin.map(|origin| origin.said),
        draft: expense.draft.map(|draft| *draft.as_uuid()),
        converted: known.map(|known| known.money.amount()),
        converted_into: known.map(|known| known.money.currency().code()),
        rate: known.map(|known| known.rate.factor.value()),
        rate_source: known.map(|known| known.rate.source.as_str()),
        rate_day: known.map(|known| known.rate.day),
        rate_due,
    })
}

pub(crate) fn tags(
    ledger: i64,
    number: i32,
    expense: &Expense,
) -> impl Iterator<Item = TagRow<'_>> {
    expense.details.tags.iter().map(move |tag| TagRow {
        ledger_id: ledger,
        number,
        day: expense.details.date,
        removed: expense.removed,
        tag: tag.as_str(),
    })
}

/// The draft without its images.
pub(crate) fn draft(ledger: i64, place: i64, draft: &Draft) -> Result<DraftRow<'_>, Failure> {
    let receipt = draft.receipt();
    let (state, read_from) = state(draft.state);
    let origin = draft.origin.as_ref();
    Ok(DraftRow {
        ledger_id: ledger,
        place,
        expires_at: draft.expires_at,
        read_from,
        id: *draft.id.as_uuid(),
        expense: *draft.expense.as_uuid(),
        revision: narrow(draft.revision)?,
        state,
        opened_by: draft.opened_by.as_str(),
        paid_by: draft.paid_by.as_str(),
        message: origin.map(|origin| origin.message.as_str()),
        line: origin.map(|origin| i32::from(origin.line)),
        sent_on: origin.map(|origin| origin.sent_on),
        said: origin.map(|origin| origin.said),
        album: receipt.and_then(|receipt| Some(receipt.album.as_ref()?.as_str())),
        content: json(&draft.content)?,
    })
}

pub(crate) fn image<'a>(ledger: i64, draft: &Draft, print: &'a Fingerprint) -> ImageRow<'a> {
    ImageRow {
        ledger_id: ledger,
        draft: *draft.id.as_uuid(),
        fingerprint: &print.0,
    }
}

pub(crate) fn change(ledger: i64, place: i64, change: &Change) -> Result<ChangeRow<'_>, Failure> {
    Ok(ChangeRow {
        ledger_id: ledger,
        place,
        at: change.at,
        id: *change.id.as_uuid(),
        undone: change.undone,
        by: change.by.as_str(),
        effects: json(&change.effects)?,
    })
}
