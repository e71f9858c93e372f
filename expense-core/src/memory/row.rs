//! What every store makes of its rows: the same values out of columns of the same names.
//!
//! A database has its own ways to keep a day or an amount; a store says by [`Row`] how it reads
//! one column, and what the columns of a row come to together is said here once.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::column::{
    Unknown, categories_of, lessons_of, members_of, narrow, parsed, state_of, word,
};
use crate::domain::access::Person;
use crate::domain::category::CategoryId;
use crate::domain::change::Change;
use crate::domain::draft::Draft;
use crate::domain::exchange::{Conversion, Factor, Rate};
use crate::domain::expense::{Details, Expense, Origin};
use crate::domain::keys::{ChangeId, DraftId, ExpenseId, LedgerId, Number};
use crate::domain::ledger::{Ledger, Revision, Settings};
use crate::domain::money::Money;
use crate::domain::text::Tag;

/// One row that was found, column by column; `None` where there is nothing in the column.
pub trait Row {
    /// Why a column can't be read.
    type Error: From<Unknown>;

    /// Yes or no.
    fn flag(&self, column: &str) -> Result<bool, Self::Error>;
    /// A count or an id of 64 bits.
    fn whole(&self, column: &str) -> Result<i64, Self::Error>;
    /// A number within its ledger, or how often something changed.
    fn number(&self, column: &str) -> Result<Option<u32>, Self::Error>;
    /// A text.
    fn text(&self, column: &str) -> Result<Option<&str>, Self::Error>;
    /// An id.
    fn id(&self, column: &str) -> Result<Option<Uuid>, Self::Error>;
    /// A civil date.
    fn day(&self, column: &str) -> Result<Option<NaiveDate>, Self::Error>;
    /// An instant in whole microseconds.
    fn instant(&self, column: &str) -> Result<Option<DateTime<Utc>>, Self::Error>;
    /// An amount, with the column of its currency.
    fn money(&self, amount: &str, currency: &str) -> Result<Option<Money>, Self::Error>;
    /// The factor of a rate.
    fn factor(&self, column: &str) -> Result<Option<Factor>, Self::Error>;
    /// Tags in their order.
    fn tags(&self, column: &str) -> Result<Vec<Tag>, Self::Error>;
}

/// What must be in a column.
pub(super) fn needed<T>(value: Option<T>) -> Result<T, Unknown> {
    value.ok_or(Unknown("gap"))
}

/// A row of ledgers, with its categories, members and lessons as lists.
///
/// # Errors
///
/// Where a column is none of a ledger.
pub fn ledger<R: Row>(row: &R) -> Result<Ledger, R::Error> {
    let text = |column: &str| Ok::<_, R::Error>(needed(row.text(column)?)?);
    Ok(Ledger {
        id: LedgerId::from_i64(row.whole("ledger_id")?),
        chat: word(text("chat")?)?,
        revision: Revision(narrow(row.whole("revision")?)?),
        settings: Settings {
            currency: word(text("currency")?)?,
            zone: word(text("zone")?)?,
            locale: word(text("locale")?)?,
            language: word(text("language")?)?,
        },
        categories: categories_of(text("categories")?)?.into(),
        lessons: lessons_of(text("lessons")?)?,
        members: members_of(text("members")?)?,
    })
}

/// A row of expenses, with its tags.
///
/// # Errors
///
/// Where a column is none of an expense.
pub fn expense<R: Row>(row: &R) -> Result<Expense, R::Error> {
    let text = |column: &str| Ok::<_, R::Error>(needed(row.text(column)?)?);
    Ok(Expense {
        id: ExpenseId::from_uuid(needed(row.id("id")?)?),
        number: row.number("number")?.map(Number),
        revision: needed(row.number("revision")?)?,
        change: ChangeId::from_uuid(needed(row.id("change")?)?),
        removed: row.flag("removed")?,
        details: Details {
            money: needed(row.money("amount", "currency")?)?,
            description: word(text("description")?)?,
            merchant: row.text("merchant")?.map(word).transpose()?,
            category: CategoryId(needed(row.number("category")?)?),
            tags: row.tags("tags")?,
            date: needed(row.day("day")?)?,
        },
        conversion: conversion(row)?,
        origin: origin(row)?,
        draft: row.id("draft")?.map(DraftId::from_uuid),
        paid_by: word(text("paid_by")?)?,
        entered_by: word(text("entered_by")?)?,
        recorded_at: needed(row.instant("recorded_at")?)?,
    })
}

fn conversion<R: Row>(row: &R) -> Result<Option<Conversion>, R::Error> {
    let Some(money) = row.money("converted", "converted_into")? else {
        return Ok(None);
    };
    Ok(Some(Conversion {
        money,
        rate: Rate {
            factor: needed(row.factor("rate")?)?,
            source: word(needed(row.text("rate_source")?)?)?,
            day: needed(row.day("rate_day")?)?,
        },
    }))
}

/// Where an expense or a draft comes from.
fn origin<R: Row>(row: &R) -> Result<Option<Origin>, R::Error> {
    let Some(message) = row.text("message")? else {
        return Ok(None);
    };
    Ok(Some(Origin {
        message: word(message)?,
        line: narrow(needed(row.number("line")?)?)?,
        said: needed(row.id("said")?)?,
        sent_on: needed(row.day("sent_on")?)?,
    }))
}

/// A row of drafts.
///
/// # Errors
///
/// Where a column is none of a draft.
pub fn draft<R: Row>(row: &R) -> Result<Draft, R::Error> {
    let text = |column: &str| Ok::<_, R::Error>(needed(row.text(column)?)?);
    Ok(Draft {
        id: DraftId::from_uuid(needed(row.id("id")?)?),
        expense: ExpenseId::from_uuid(needed(row.id("expense")?)?),
        revision: needed(row.number("revision")?)?,
        opened_by: word(text("opened_by")?)?,
        paid_by: word(text("paid_by")?)?,
        origin: origin(row)?,
        expires_at: needed(row.instant("expires_at")?)?,
        state: state_of(text("state")?, row.instant("read_from")?)?,
        content: parsed(text("content")?)?,
    })
}

/// A row of changes.
///
/// # Errors
///
/// Where a column is none of a change.
pub fn change<R: Row>(row: &R) -> Result<Change, R::Error> {
    Ok(Change {
        id: ChangeId::from_uuid(needed(row.id("id")?)?),
        by: word(needed(row.text("by")?)?)?,
        at: needed(row.instant("at")?)?,
        effects: parsed(needed(row.text("effects")?)?)?,
        undone: row.flag("undone")?,
    })
}

/// A row of people.
///
/// # Errors
///
/// Where a column is none of a decision about somebody.
pub fn person<R: Row>(row: &R) -> Result<Person, R::Error> {
    Ok(Person {
        who: word(needed(row.text("who")?)?)?,
        role: word(needed(row.text("role")?)?)?,
        name: row.text("name")?.map(word).transpose()?,
        since: needed(row.instant("since")?)?,
    })
}
