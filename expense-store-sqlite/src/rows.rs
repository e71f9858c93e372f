//! Between the domain's values and the columns of their rows.

use chrono::{DateTime, NaiveDate, Utc};
use expense_core::conversation::question::Total;
use expense_core::domain::access::{Person, Role};
use expense_core::domain::category::{Category, CategoryId};
use expense_core::domain::change::Change;
use expense_core::domain::draft::{Draft, DraftState};
use expense_core::domain::exchange::{Conversion, Rate};
use expense_core::domain::expense::{Details, Expense, Origin};
use expense_core::domain::keys::{ChangeId, ChatKey, DraftId, ExpenseId, LedgerId, Number};
use expense_core::domain::ledger::{Ledger, Lesson, Revision, Settings};
use expense_core::domain::money::Money;
use expense_core::domain::person::{Member, MemberId};
use expense_core::domain::text::{Description, Tag};
use serde::de::DeserializeOwned;
use serde::de::value::StrDeserializer;
use sqlx::types::Uuid;

use crate::error::Failure;

/// A column that holds an instant.
pub(crate) fn micros(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros()
}

/// The instant that a column holds.
pub(crate) fn instant(micros: i64) -> Result<DateTime<Utc>, Failure> {
    DateTime::from_timestamp_micros(micros).ok_or(Failure::Unknown("time"))
}

/// A column that holds a day.
pub(crate) fn day(date: NaiveDate) -> i32 {
    date.to_epoch_days()
}

/// The day that a column holds.
pub(crate) fn date(day: i64) -> Result<NaiveDate, Failure> {
    i32::try_from(day)
        .ok()
        .and_then(NaiveDate::from_epoch_days)
        .ok_or(Failure::Unknown("day"))
}

/// A sum in minor units as the two columns that each add up without leaving 64 bits.
pub(crate) fn halves(minor: i64) -> (i64, i64) {
    (minor >> 32, minor & 0xffff_ffff)
}

/// The sum that two such columns came to.
fn whole(high: i64, low: i64) -> i128 {
    (i128::from(high) << 32) + i128::from(low)
}

/// A whole number of a narrower type.
pub(crate) fn narrow<N: TryFrom<i64>>(value: i64) -> Result<N, Failure> {
    N::try_from(value).map_err(|_| Failure::Unknown("number"))
}

/// A column that holds a count. None comes near its bound.
pub(crate) fn column(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A value that is written as one text: a key, a code, a tag.
pub(crate) fn word<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    let text: StrDeserializer<'_, serde::de::value::Error> = StrDeserializer::new(text);
    T::deserialize(text).map_err(|_| Failure::Unknown("text"))
}

/// A value that is kept as JSON.
pub(crate) fn parsed<T: DeserializeOwned>(json: &str) -> Result<T, Failure> {
    serde_json::from_str(json).map_err(|_| Failure::Unknown("document"))
}

/// A value as the JSON that is kept of it, or a list as a statement's parameter.
pub(crate) fn json(value: &(impl serde::Serialize + ?Sized)) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|_| Failure::Unknown("value"))
}

/// A role as a word.
pub(crate) fn role(role: Role) -> &'static str {
    match role {
        Role::Owner => "owner",
        Role::Admitted => "admitted",
        Role::Expelled => "expelled",
    }
}

/// A draft's state as a word, and from when it may be read.
pub(crate) fn state(state: DraftState) -> (&'static str, Option<i64>) {
    match state {
        DraftState::Waiting { from } => ("waiting", Some(micros(from))),
        DraftState::Open => ("open", None),
        DraftState::Saved => ("saved", None),
        DraftState::Discarded => ("discarded", None),
        DraftState::Expired => ("expired", None),
    }
}

/// A row of `ledgers`, with its categories and lessons as lists.
#[derive(sqlx::FromRow)]
pub(crate) struct LedgerRow {
    pub(crate) ledger_id: i64,
    chat: String,
    revision: i64,
    currency: String,
    zone: String,
    locale: String,
    language: String,
    categories: String,
    lessons: String,
    members: String,
}

impl LedgerRow {
    pub(crate) fn ledger(&self) -> Result<Ledger, Failure> {
        let categories: Vec<(u32, String, Option<u32>)> = parsed(&self.categories)?;
        let lessons: Vec<(String, u32)> = parsed(&self.lessons)?;
        let members: Vec<(u32, String, String)> = parsed(&self.members)?;
        Ok(Ledger {
            id: LedgerId::from_i64(self.ledger_id),
            chat: word::<ChatKey>(&self.chat)?,
            revision: Revision(narrow(self.revision)?),
            settings: Settings {
                currency: word(&self.currency)?,
                zone: word(&self.zone)?,
                locale: word(&self.locale)?,
                language: word(&self.language)?,
            },
            categories: categories
                .into_iter()
                .map(|(id, name, merged_into)| {
                    Ok(Category {
                        id: CategoryId(id),
                        name: word(&name)?,
                        merged_into: merged_into.map(CategoryId),
                    })
                })
                .collect::<Result<_, Failure>>()?,
            lessons: lessons
                .into_iter()
                .map(|(words, category)| Lesson {
                    words,
                    category: CategoryId(category),
                })
                .collect(),
            members: members
                .into_iter()
                .map(|(id, who, name)| {
                    Ok(Member {
                        id: MemberId(id),
                        who: word(&who)?,
                        name: word(&name)?,
                    })
                })
                .collect::<Result<_, Failure>>()?,
        })
    }
}

/// A row of `expenses`, with its tags as a list.
#[derive(sqlx::FromRow)]
pub(crate) struct ExpenseRow {
    number: i64,
    id: Uuid,
    revision: i64,
    change: Uuid,
    removed: bool,
    day: i64,
    minor: i64,
    currency: String,
    category: i64,
    description: String,
    merchant: Option<String>,
    message: Option<String>,
    line: Option<i64>,
    said: Option<Uuid>,
    sent_on: Option<i64>,
    draft: Option<Uuid>,
    paid_by: String,
    entered_by: String,
    recorded_at: i64,
    converted: Option<i64>,
    converted_into: Option<String>,
    rate: Option<String>,
    rate_source: Option<String>,
    rate_day: Option<i64>,
    tags: String,
}

impl ExpenseRow {
    pub(crate) fn expense(self) -> Result<Expense, Failure> {
        let conversion = self.conversion()?;
        Ok(Expense {
            id: ExpenseId::from_uuid(self.id),
            number: Some(Number(narrow(self.number)?)),
            revision: narrow(self.revision)?,
            change: ChangeId::from_uuid(self.change),
            removed: self.removed,
            details: Details {
                money: money(self.minor, &self.currency)?,
                description: word(&self.description)?,
                merchant: self
                    .merchant
                    .as_deref()
                    .map(word::<Description>)
                    .transpose()?,
                category: CategoryId(narrow(self.category)?),
                tags: parsed::<Vec<Tag>>(&self.tags)?,
                date: date(self.day)?,
            },
            conversion,
            origin: origin(self.message.as_deref(), self.line, self.said, self.sent_on)?,
            draft: self.draft.map(DraftId::from_uuid),
            paid_by: word(&self.paid_by)?,
            entered_by: word(&self.entered_by)?,
            recorded_at: instant(self.recorded_at)?,
        })
    }
}

impl ExpenseRow {
    fn conversion(&self) -> Result<Option<Conversion>, Failure> {
        let (Some(minor), Some(into), Some(rate), Some(source), Some(day)) = (
            self.converted,
            &self.converted_into,
            &self.rate,
            &self.rate_source,
            self.rate_day,
        ) else {
            return Ok(None);
        };
        Ok(Some(Conversion {
            money: money(minor, into)?,
            rate: Rate {
                factor: rate.parse().map_err(|_| Failure::Unknown("rate"))?,
                source: word(source)?,
                day: date(day)?,
            },
        }))
    }
}

fn money(minor: i64, currency: &str) -> Result<Money, Failure> {
    Money::from_minor(minor, word(currency)?).map_err(|_| Failure::Unknown("amount"))
}

/// A row of `drafts`.
#[derive(sqlx::FromRow)]
pub(crate) struct DraftRow {
    id: Uuid,
    revision: i64,
    state: String,
    read_from: Option<i64>,
    expires_at: i64,
    opened_by: String,
    paid_by: Option<String>,
    expense: Uuid,
    message: Option<String>,
    line: Option<i64>,
    said: Option<Uuid>,
    sent_on: Option<i64>,
    content: String,
}

impl DraftRow {
    pub(crate) fn draft(self) -> Result<Draft, Failure> {
        Ok(Draft {
            id: DraftId::from_uuid(self.id),
            expense: ExpenseId::from_uuid(self.expense),
            revision: narrow(self.revision)?,
            opened_by: word(&self.opened_by)?,
            paid_by: word(self.paid_by.as_ref().unwrap_or(&self.opened_by))?,
            origin: origin(self.message.as_deref(), self.line, self.said, self.sent_on)?,
            expires_at: instant(self.expires_at)?,
            state: match (self.state.as_str(), self.read_from) {
                ("waiting", Some(from)) => DraftState::Waiting {
                    from: instant(from)?,
                },
                ("open", _) => DraftState::Open,
                ("saved", _) => DraftState::Saved,
                ("discarded", _) => DraftState::Discarded,
                ("expired", _) => DraftState::Expired,
                _ => return Err(Failure::Unknown("state")),
            },
            content: parsed(&self.content)?,
        })
    }
}

/// A row of `changes`.
#[derive(sqlx::FromRow)]
pub(crate) struct ChangeRow {
    id: Uuid,
    by: String,
    at: i64,
    undone: bool,
    effects: String,
}

impl ChangeRow {
    pub(crate) fn change(&self) -> Result<Change, Failure> {
        Ok(Change {
            id: ChangeId::from_uuid(self.id),
            by: word(&self.by)?,
            at: instant(self.at)?,
            effects: parsed(&self.effects)?,
            undone: self.undone,
        })
    }
}

/// A sum out of `totals`.
#[derive(sqlx::FromRow)]
pub(crate) struct TotalRow {
    category: Option<i64>,
    day: Option<i64>,
    currency: String,
    high: i64,
    low: i64,
    count: i64,
    converted_high: i64,
    converted_low: i64,
    unconverted: i64,
}

impl TotalRow {
    pub(crate) fn total(&self) -> Result<Total, Failure> {
        Ok(Total {
            category: self.category.map(narrow).transpose()?.map(CategoryId),
            day: self.day.map(date).transpose()?,
            currency: word(&self.currency)?,
            minor: whole(self.high, self.low),
            count: narrow(self.count)?,
            converted: whole(self.converted_high, self.converted_low),
            unconverted: narrow(self.unconverted)?,
        })
    }
}

/// A row of `people`.
#[derive(sqlx::FromRow)]
pub(crate) struct PersonRow {
    who: String,
    role: String,
    name: Option<String>,
    since: i64,
}

impl PersonRow {
    pub(crate) fn person(&self) -> Result<Person, Failure> {
        Ok(Person {
            who: word(&self.who)?,
            role: word(&self.role)?,
            name: self.name.as_deref().map(word).transpose()?,
            since: instant(self.since)?,
        })
    }
}

fn origin(
    message: Option<&str>,
    line: Option<i64>,
    said: Option<Uuid>,
    sent_on: Option<i64>,
) -> Result<Option<Origin>, Failure> {
    match (message, line, said, sent_on) {
        (Some(message), Some(line), Some(said), Some(sent_on)) => Ok(Some(Origin {
            message: word(message)?,
            line: narrow(line)?,
            said,
            sent_on: date(sent_on)?,
        })),
        _ => Ok(None),
    }
}
