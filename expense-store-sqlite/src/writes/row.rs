//! One row of a kind, as a commit writes it, and whoever fills a new file.

use expense_core::domain::access::Person;
use expense_core::domain::category::Category;
use expense_core::domain::change::Change;
use expense_core::domain::draft::{Draft, ReceiptDraft};
use expense_core::domain::expense::Expense;
use expense_core::domain::keys::Number;
use expense_core::domain::ledger::{Ledger, Lesson};
use expense_core::domain::person::Member;
use expense_core::memory::column::{json, state, text};
use rusqlite::{Connection, Params, params};

use crate::error::Failure;
use crate::rows::{column, day, micros};
use crate::sql;

fn run(db: &Connection, statement: &str, params: impl Params) -> Result<(), Failure> {
    db.prepare_cached(statement)?.execute(params)?;
    Ok(())
}

pub(crate) fn person(db: &Connection, person: &Person) -> Result<(), Failure> {
    let name = person.name.as_ref().map(|name| name.as_str());
    let (role, since) = (text(&person.role)?, micros(person.since));
    run(
        db,
        sql::PERSON,
        params![person.who.as_str(), role, name, since],
    )
}

/// The ledger alone, under this chat.
pub(crate) fn ledger(db: &Connection, ledger: &Ledger, chat: &str) -> Result<(), Failure> {
    let settings = &ledger.settings;
    run(
        db,
        sql::LEDGER,
        params![
            ledger.id.as_i64(),
            chat,
            column(ledger.revision.0),
            settings.currency.code(),
            settings.zone.name(),
            settings.locale.as_str(),
            settings.language.code(),
        ],
    )
}

pub(crate) fn category(db: &Connection, ledger: i64, category: &Category) -> Result<(), Failure> {
    let merged_into = category.merged_into.map(|other| other.0);
    let name = category.name.as_str();
    run(
        db,
        sql::CATEGORY,
        params![ledger, category.id.0, name, merged_into],
    )
}

pub(crate) fn lesson(
    db: &Connection,
    ledger: i64,
    place: i64,
    lesson: &Lesson,
) -> Result<(), Failure> {
    let row = params![ledger, lesson.words, lesson.category.0, place];
    run(db, sql::LESSON, row)
}

pub(crate) fn member(db: &Connection, ledger: i64, member: &Member) -> Result<(), Failure> {
    let (who, name) = (member.who.as_str(), member.name.as_str());
    run(db, sql::MEMBER, params![ledger, member.id.0, who, name])
}

/// The expense with its tags, of which there are none yet.
pub(crate) fn expense(
    db: &Connection,
    ledger: i64,
    Number(number): Number,
    expense: &Expense,
    rate_due: Option<i64>,
) -> Result<(), Failure> {
    let details = &expense.details;
    let origin = expense.origin.as_ref();
    let known = expense.conversion.as_ref();
    run(
        db,
        sql::EXPENSE,
        params![
            ledger,
            number,
            expense.id.as_uuid(),
            expense.revision,
            expense.change.as_uuid(),
            expense.removed,
            day(details.date),
            details.money.minor(),
            details.money.currency().code(),
            details.category.0,
            details.description.as_str(),
            details.merchant.as_ref().map(|merchant| merchant.as_str()),
            details.search_text(),
            origin.map(|origin| origin.message.as_str()),
            origin.map(|origin| origin.line),
            origin.map(|origin| origin.said),
            origin.map(|origin| day(origin.sent_on)),
            expense.draft.as_ref().map(|draft| draft.as_uuid()),
            expense.paid_by.as_str(),
            expense.entered_by.as_str(),
            micros(expense.recorded_at),
            known.map(|known| known.money.minor()),
            known.map(|known| known.money.currency().code()),
            known.map(|known| known.rate.factor.to_string()),
            known.map(|known| known.rate.source.as_str()),
            known.map(|known| day(known.rate.day)),
            rate_due,
        ],
    )?;
    for tag in &details.tags {
        run(db, sql::TAG, params![ledger, number, tag.as_str()])?;
    }
    Ok(())
}

/// The draft with its images, of which there are none yet.
pub(crate) fn draft(
    db: &Connection,
    ledger: i64,
    place: i64,
    draft: &Draft,
) -> Result<(), Failure> {
    let (state, read_from) = state(draft.state);
    let receipt = draft.receipt();
    let origin = draft.origin.as_ref();
    let id = draft.id.as_uuid();
    run(
        db,
        sql::DRAFT,
        params![
            ledger,
            id,
            draft.revision,
            place,
            state,
            read_from.map(micros),
            micros(draft.expires_at),
            draft.opened_by.as_str(),
            draft.paid_by.as_str(),
            draft.expense.as_uuid(),
            origin.map(|origin| origin.message.as_str()),
            origin.map(|origin| origin.line),
            origin.map(|origin| origin.said),
            origin.map(|origin| day(origin.sent_on)),
            receipt.and_then(|receipt| Some(receipt.album.as_ref()?.as_str())),
            json(&draft.content)?,
        ],
    )?;
    for print in receipt.into_iter().flat_map(ReceiptDraft::prints) {
        run(db, sql::IMAGE, params![ledger, id, print.0])?;
    }
    Ok(())
}

pub(crate) fn change(
    db: &Connection,
    ledger: i64,
    place: i64,
    change: &Change,
) -> Result<(), Failure> {
    run(
        db,
        sql::CHANGE,
        params![
            ledger,
            change.id.as_uuid(),
            place,
            change.by.as_str(),
            micros(change.at),
            change.undone,
            json(&change.effects)?,
        ],
    )
}
