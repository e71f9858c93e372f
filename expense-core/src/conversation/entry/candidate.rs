//! A number of a line that may be its amount.

use std::ops::Range;

use rust_decimal::Decimal;

use super::outcome::Invalid;
use super::sum::Value;
use crate::domain::currency::Currency;
use crate::domain::money::{Money, MoneyError};

/// A number, sum or product with its sign and currency.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// The words that it takes.
    pub(super) range: Range<usize>,
    /// What it comes to.
    pub(super) value: Value,
    /// Its currency: named, or else the ledger's.
    pub(super) currency: Currency,
    /// Whether a sign or code stands at it.
    pub(super) named: bool,
    /// Whether that is a sign that other currencies use, too.
    pub(super) shared: bool,
    /// Whether that sign or code makes it an amount: not a code that is also a word.
    pub(super) marked: bool,
    /// Whether it is written as amounts are: signed, grouped, with all decimals of its currency,
    /// or as a sum.
    pub(super) strong: bool,
    /// Whether it may as well be an hour or a count.
    pub(super) doubtful: bool,
}

impl Candidate {
    /// The amounts that can be recorded of it: one, or up to two where it is ambiguous.
    pub(super) fn amounts(&self) -> Result<Vec<Money>, Invalid> {
        match &self.value {
            Value::Exact(value) => Ok(vec![money(*value, self.currency)?]),
            Value::Either(decimal, grouped) => {
                let grouped = money(*grouped, self.currency);
                let decimal = money(*decimal, self.currency).ok();
                let amounts: Vec<Money> = decimal.into_iter().chain(grouped.ok()).collect();
                if amounts.is_empty() {
                    grouped.map(|money| vec![money])
                } else {
                    Ok(amounts)
                }
            }
            Value::Invalid(invalid) => Err(*invalid),
        }
    }

    pub(super) fn is_ambiguous(&self) -> bool {
        matches!(self.value, Value::Either(..))
    }

    /// Whether it is a whole number and nothing else.
    pub(super) fn is_plain(&self) -> bool {
        !self.named && matches!(&self.value, Value::Exact(value) if value.scale() == 0)
    }

    /// The number, or the larger of two readings; zero where there is none.
    pub(super) fn size(&self) -> Decimal {
        match &self.value {
            Value::Exact(value) | Value::Either(_, value) => value.abs(),
            Value::Invalid(_) => Decimal::ZERO,
        }
    }
}

fn money(value: Decimal, currency: Currency) -> Result<Money, Invalid> {
    if value.is_zero() {
        return Err(Invalid::Zero);
    }
    Money::new(value, currency).map_err(|error| match error {
        MoneyError::TooManyDecimals { currency } => Invalid::TooManyDecimals { currency },
        _ => Invalid::TooLarge,
    })
}
