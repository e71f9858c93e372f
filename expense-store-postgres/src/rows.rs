//! Between the domain's values and the columns of their rows.

use chrono::{DateTime, NaiveDate, Utc};
use expense_core::conversation::question::Total;
use expense_core::domain::access::Person;
use expense_core::domain::category::{Category, CategoryId};
use expense_core::domain::change::Change;
use expense_core::domain::currency::Currency;
use expense_core::domain::draft::{Draft, DraftState};
use expense_core::domain::exchange::{Conversion, Factor, Rate};
use expense_core::domain::expense::{Details, Expense, Origin};
use expense_core::domain::keys::{ChangeId, ChatKey, DraftId, ExpenseId, LedgerId, Number};
use expense_core::domain::ledger::{Ledger, Lesson, Revision, Settings};
use expense_core::domain::money::Money;
use expense_core::domain::person::{Member, MemberId};
use expense_core::domain::text::{Description, Tag};
use rust_decimal::Decimal;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde::de::value::StrDeserializer;
use sqlx::types::Uuid;

use crate::error::Failure;

/// A count as a column of 64 bits.
pub(crate) fn wide(count: u64) -> Result<i64, Failure> {
    i64::try_from(count).map_err(|_| Failure::Unknown("number"))
}

/// A whole number of a narrower or an unsigned type.
pub(crate) fn narrow<N: TryFrom<V>, V>(value: V) -> Result<N, Failure> {
    N::try_from(value).map_err(|_| Failure::Unknown("number"))
}

/// A value that is written as one text: a key, a code, a tag.
pub(crate) fn word<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    let text: StrDeserializer<'_, serde::de::value::Error> = StrDeserializer::new(text);
    T::deserialize(text).map_err(|_| Failure::Unknown("text"))
}

/// The one text that a value is written as.
pub(crate) fn text(value: &impl Serialize) -> Result<String, Failure> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => Ok(text),
        _ => Err(Failure::Unknown("value")),
    }
}

/// A value that is kept as JSON.
pub(crate) fn parsed<T: DeserializeOwned>(json: &str) -> Result<T, Failure> {
    serde_json::from_str(json).map_err(|_| Failure::Unknown("document"))
}

/// A value as the JSON that is kept of it.
pub(crate) fn json(value: &(impl Serialize + ?Sized)) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|_| Failure::Unknown("value"))
}

/// A draft's state as a word, and from when it may be read.
pub(crate) fn state(state: DraftState) -> (&'static str, Option<DateTime<Utc>>) {
    match state {
        DraftState::Waiting { from } => ("waiting", Some(from)),
        DraftState::Open => ("open", None),
        DraftState::Saved => ("saved", None),
        DraftState::Discarded => ("discarded", None),
        DraftState::Expired => ("expired", None),
    }
}

/// A ledger's categories as they are kept in its row.
pub(crate) fn categories(categories: &[Category]) -> Result<String, Failure> {
    let rows = categories.iter().map(|category| {
        let merged_into = category.merged_into.map(|other| other.0);
        (category.id.0, category.name.as_str(), merged_into)
    });
    json(&rows.collect::<Vec<_>>())
}

/// A ledger's members as they are kept in its row.
pub(crate) fn members(members: &[Member]) -> Result<String, Failure> {
    let rows = members.iter();
    let rows = rows.map(|member| (member.id.0, member.who.as_str(), member.name.as_str()));
    json(&rows.collect::<Vec<_>>())
}

/// A row of `ledgers`, with its revision, and its lessons as a list.
#[derive(sqlx::FromRow)]
pub(crate) struct LedgerRow {
    ledger_id: i64,
    chat: String,
    revision: i64,
    currency: String,
    zone: String,
    locale: String,
    language: String,
    categories: String,
    members: String,
    lessons: String,
}

impl LedgerRow {
    pub(crate) fn ledger(&self) -> Result<Ledger, Failure> {
        let categories: Vec<(u32, String, Option<u32>)> = parsed(&self.categories)?;
        let lessons: Vec<(String, u32)> = parsed(&self.lessons)?;
        let category = |(id, name, merged_into): (_, String, Option<u32>)| {
            Ok(Category {
                id: CategoryId(id),
                name: word(&name)?,
                merged_into: merged_into.map(CategoryId),
            })
        };
        let members: Vec<(u32, String, String)> = parsed(&self.members)?;
        let member = |(id, who, name): (_, String, String)| {
            Ok(Member {
                id: MemberId(id),
                who: word(&who)?,
                name: word(&name)?,
            })
        };
        let lesson = |(words, category)| Lesson {
            words,
            category: CategoryId(category),
        };
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
                .map(category)
                .collect::<Result<_, Failure>>()?,
            lessons: lessons.into_iter().map(lesson).collect(),
            members: members
                .into_iter()
                .map(member)
                .collect::<Result<_, Failure>>()?,
        })
    }
}

/// A row of `expenses`, with its tags.
#[derive(sqlx::FromRow)]
pub(crate) struct ExpenseRow {
    number: i32,
    id: Uuid,
    revision: i32,
    change: Uuid,
    removed: bool,
    day: NaiveDate,
    amount: Decimal,
    currency: String,
    category: i32,
    description: String,
    merchant: Option<String>,
    message: Option<String>,
    line: Option<i32>,
    said: Option<Uuid>,
    sent_on: Option<NaiveDate>,
    draft: Option<Uuid>,
    paid_by: String,
    entered_by: String,
    recorded_at: DateTime<Utc>,
    converted: Option<Decimal>,
    converted_into: Option<String>,
    rate: Option<Decimal>,
    rate_source: Option<String>,
    rate_day: Option<NaiveDate>,
    tags: Vec<String>,
}

impl ExpenseRow {
    pub(crate) fn expense(self) -> Result<Expense, Failure> {
        let conversion = self.conversion()?;
        let merchant = self.merchant.as_deref().map(word::<Description>);
        let tags = self.tags.iter().map(|tag| word::<Tag>(tag));
        Ok(Expense {
            id: ExpenseId::from_uuid(self.id),
            number: Some(Number(narrow(self.number)?)),
            revision: narrow(self.revision)?,
            change: ChangeId::from_uuid(self.change),
            removed: self.removed,
            details: Details {
                money: money(self.amount, &self.currency)?,
                description: word(&self.description)?,
                merchant: merchant.transpose()?,
                category: CategoryId(narrow(self.category)?),
                tags: tags.collect::<Result<_, _>>()?,
                date: self.day,
            },
            conversion,
            origin: origin(self.message.as_deref(), self.line, self.said, self.sent_on)?,
            draft: self.draft.map(DraftId::from_uuid),
            paid_by: word(&self.paid_by)?,
            entered_by: word(&self.entered_by)?,
            recorded_at: self.recorded_at,
        })
    }
}

impl ExpenseRow {
    fn conversion(&self) -> Result<Option<Conversion>, Failure> {
        let (Some(amount), Some(into), Some(rate), Some(source), Some(day)) = (
            self.converted,
            &self.converted_into,
            self.rate,
            &self.rate_source,
            self.rate_day,
        ) else {
            return Ok(None);
        };
        Ok(Some(Conversion {
            money: money(amount, into)?,
            rate: Rate {
                factor: Factor::new(rate).map_err(|_| Failure::Unknown("rate"))?,
                source: word(source)?,
                day,
            },
        }))
    }
}

fn money(amount: Decimal, currency: &str) -> Result<Money, Failure> {
    Money::new(amount, word(currency)?).map_err(|_| Failure::Unknown("amount"))
}

/// A row of `drafts`.
#[derive(sqlx::FromRow)]
pub(crate) struct DraftRow {
    id: Uuid,
    revision: i32,
    state: String,
    read_from: Option<DateTime<Utc>>,
    expires_at: DateTime<Utc>,
    opened_by: String,
    paid_by: String,
    expense: Uuid,
    message: Option<String>,
    line: Option<i32>,
    said: Option<Uuid>,
    sent_on: Option<NaiveDate>,
    content: String,
}

impl DraftRow {
    pub(crate) fn draft(self) -> Result<Draft, Failure> {
        Ok(Draft {
            id: DraftId::from_uuid(self.id),
            expense: ExpenseId::from_uuid(self.expense),
            revision: narrow(self.revision)?,
            opened_by: word(&self.opened_by)?,
            paid_by: word(&self.paid_by)?,
            origin: origin(self.message.as_deref(), self.line, self.said, self.sent_on)?,
            expires_at: self.expires_at,
            state: match (self.state.as_str(), self.read_from) {
                ("waiting", Some(from)) => DraftState::Waiting { from },
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
    at: DateTime<Utc>,
    undone: bool,
    effects: String,
}

impl ChangeRow {
    pub(crate) fn change(&self) -> Result<Change, Failure> {
        Ok(Change {
            id: ChangeId::from_uuid(self.id),
            by: word(&self.by)?,
            at: self.at,
            effects: parsed(&self.effects)?,
            undone: self.undone,
        })
    }
}

/// A sum out of `totals`.
#[derive(sqlx::FromRow)]
pub(crate) struct TotalRow {
    category: Option<i32>,
    day: Option<NaiveDate>,
    currency: String,
    amount: Decimal,
    count: i64,
    converted: Decimal,
    unconverted: i64,
}

impl TotalRow {
    /// The sum, wanted in this currency, too.
    pub(crate) fn total(&self, into: Currency) -> Result<Total, Failure> {
        let currency: Currency = word(&self.currency)?;
        Ok(Total {
            category: self.category.map(narrow).transpose()?.map(CategoryId),
            day: self.day,
            currency,
            minor: minor(self.amount, currency)?,
            count: narrow(self.count)?,
            converted: minor(self.converted, into)?,
            unconverted: narrow(self.unconverted)?,
        })
    }
}

/// A sum in minor units. It may leave the bound of a single amount.
fn minor(amount: Decimal, currency: Currency) -> Result<i128, Failure> {
    let mut amount = amount.normalize();
    if amount.scale() > currency.exponent() {
        return Err(Failure::Unknown("amount"));
    }
    amount.rescale(currency.exponent());
    Ok(amount.mantissa())
}

/// A row of `people`.
#[derive(sqlx::FromRow)]
pub(crate) struct PersonRow {
    who: String,
    role: String,
    name: Option<String>,
    since: DateTime<Utc>,
}

impl PersonRow {
    pub(crate) fn person(&self) -> Result<Person, Failure> {
        Ok(Person {
            who: word(&self.who)?,
            role: word(&self.role)?,
            name: self.name.as_deref().map(word).transpose()?,
            since: self.since,
        })
    }
}

fn origin(
    message: Option<&str>,
    line: Option<i32>,
    said: Option<Uuid>,
    sent_on: Option<NaiveDate>,
) -> Result<Option<Origin>, Failure> {
    match (message, line, said, sent_on) {
        (Some(message), Some(line), Some(said), Some(sent_on)) => Ok(Some(Origin {
            message: word(message)?,
            line: narrow(line)?,
            said,
            sent_on,
        })),
        _ => Ok(None),
    }
}
