//! Between the domain's values and the columns of their rows.

use chrono::{DateTime, NaiveDate, Utc};
use expense_core::domain::exchange::Factor;
use expense_core::domain::money::Money;
use expense_core::domain::text::Tag;
use expense_core::memory::column::{narrow, parsed, word};
use expense_core::memory::row::Row;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;
use sqlx::types::Uuid;

use crate::error::Failure;

/// A column that holds an instant.
pub(crate) fn micros(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros()
}

/// The instant that a column holds.
fn instant(micros: i64) -> Result<DateTime<Utc>, Failure> {
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
pub(crate) fn whole(high: i64, low: i64) -> i128 {
    (i128::from(high) << 32) + i128::from(low)
}

/// A column that holds a count. None comes near its bound.
pub(crate) fn column(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A row as SQLite keeps it: days and instants as numbers, amounts in minor units, what is a list
/// as JSON.
pub(crate) struct Found(pub(crate) SqliteRow);

impl Row for Found {
    type Error = Failure;

    fn flag(&self, column: &str) -> Result<bool, Failure> {
        Ok(self.0.try_get(column)?)
    }

    fn whole(&self, column: &str) -> Result<i64, Failure> {
        Ok(self.0.try_get(column)?)
    }

    fn number(&self, column: &str) -> Result<Option<u32>, Failure> {
        let number: Option<i64> = self.0.try_get(column)?;
        Ok(number.map(narrow).transpose()?)
    }

    fn text(&self, column: &str) -> Result<Option<&str>, Failure> {
        Ok(self.0.try_get(column)?)
    }

    fn id(&self, column: &str) -> Result<Option<Uuid>, Failure> {
        Ok(self.0.try_get(column)?)
    }

    fn day(&self, column: &str) -> Result<Option<NaiveDate>, Failure> {
        let day: Option<i64> = self.0.try_get(column)?;
        day.map(date).transpose()
    }

    fn instant(&self, column: &str) -> Result<Option<DateTime<Utc>>, Failure> {
        let micros: Option<i64> = self.0.try_get(column)?;
        micros.map(instant).transpose()
    }

    fn money(&self, amount: &str, currency: &str) -> Result<Option<Money>, Failure> {
        let minor: Option<i64> = self.0.try_get(amount)?;
        let (Some(minor), Some(currency)) = (minor, self.text(currency)?) else {
            return Ok(None);
        };
        let money = Money::from_minor(minor, word(currency)?);
        money.map(Some).map_err(|_| Failure::Unknown("amount"))
    }

    fn factor(&self, column: &str) -> Result<Option<Factor>, Failure> {
        let factor = self.text(column)?.map(str::parse).transpose();
        factor.map_err(|_| Failure::Unknown("rate"))
    }

    fn tags(&self, column: &str) -> Result<Vec<Tag>, Failure> {
        let tags: &str = self.0.try_get(column)?;
        Ok(parsed(tags)?)
    }
}
