//! Between the domain's values and the columns of their rows.

use chrono::{DateTime, NaiveDate, Utc};
use expense_core::domain::exchange::Factor;
use expense_core::domain::money::Money;
use expense_core::domain::text::Tag;
use expense_core::memory::column::{narrow, word};
use expense_core::memory::row::Row;
use rust_decimal::Decimal;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::types::Uuid;

use crate::error::Failure;

/// A row as PostgreSQL keeps it: by its own types, with tags as an array.
pub(crate) struct Found(pub(crate) PgRow);

impl Row for Found {
    type Error = Failure;

    fn flag(&self, column: &str) -> Result<bool, Failure> {
        Ok(self.0.try_get(column)?)
    }

    fn whole(&self, column: &str) -> Result<i64, Failure> {
        Ok(self.0.try_get(column)?)
    }

    fn number(&self, column: &str) -> Result<Option<u32>, Failure> {
        let number: Option<i32> = self.0.try_get(column)?;
        Ok(number.map(narrow).transpose()?)
    }

    fn text(&self, column: &str) -> Result<Option<&str>, Failure> {
        Ok(self.0.try_get(column)?)
    }

    fn id(&self, column: &str) -> Result<Option<Uuid>, Failure> {
        Ok(self.0.try_get(column)?)
    }

    fn day(&self, column: &str) -> Result<Option<NaiveDate>, Failure> {
        Ok(self.0.try_get(column)?)
    }

    fn instant(&self, column: &str) -> Result<Option<DateTime<Utc>>, Failure> {
        Ok(self.0.try_get(column)?)
    }

    fn money(&self, amount: &str, currency: &str) -> Result<Option<Money>, Failure> {
        let amount: Option<Decimal> = self.0.try_get(amount)?;
        let (Some(amount), Some(currency)) = (amount, self.text(currency)?) else {
            return Ok(None);
        };
        let money = Money::new(amount, word(currency)?);
        money.map(Some).map_err(|_| Failure::Unknown("amount"))
    }

    fn factor(&self, column: &str) -> Result<Option<Factor>, Failure> {
        let factor: Option<Decimal> = self.0.try_get(column)?;
        let factor = factor.map(Factor::new).transpose();
        factor.map_err(|_| Failure::Unknown("rate"))
    }

    fn tags(&self, column: &str) -> Result<Vec<Tag>, Failure> {
        let tags: Vec<String> = self.0.try_get(column)?;
        let tags = tags.iter().map(|tag| Ok(word(tag)?));
        tags.collect()
    }
}
