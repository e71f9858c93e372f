//! Money: an exact amount in one currency.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::currency::Currency;

/// The largest amount that is recorded, in the currency's major unit, either sign.
pub const MAX_MAJOR: i64 = 999_999_999_999;

/// An exact amount at its currency's own scale (JPY 0, EUR 2, KWD 3 decimals), never beyond
/// ±[`MAX_MAJOR`]. Zero and negative amounts are money, too: a refund is negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct Money {
    amount: Decimal,
    currency: Currency,
}

/// Why an amount is no money in a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// There are more decimals, other than zeros, than the currency has.
    #[error("{currency} has {} decimals", currency.exponent())]
    TooManyDecimals {
        /// The currency whose scale is exceeded.
        currency: Currency,
    },
    /// The amount lies beyond ±[`MAX_MAJOR`].
    #[error("amounts go up to 999,999,999,999")]
    TooLarge,
    /// The two amounts have different currencies.
    #[error("amounts in different currencies are never added")]
    CurrencyMismatch,
}

impl Money {
    /// `amount` in `currency`, brought to the currency's scale without rounding.
    ///
    /// # Errors
    ///
    /// [`MoneyError::TooManyDecimals`] when that would lose a digit other than zero,
    /// [`MoneyError::TooLarge`] beyond ±[`MAX_MAJOR`].
    pub fn new(amount: Decimal, currency: Currency) -> Result<Self, MoneyError> {
        if amount.normalize().scale() > currency.exponent() {
            return Err(MoneyError::TooManyDecimals { currency });
        }
        if amount.abs() > Decimal::from(MAX_MAJOR) {
            return Err(MoneyError::TooLarge);
        }
        let mut amount = amount;
        amount.rescale(currency.exponent());
        if amount.is_zero() {
            amount.set_sign_positive(true);
        }
        Ok(Self { amount, currency })
    }

    /// `minor` of the currency's smallest units: cents for EUR, yen for JPY.
    ///
    /// # Errors
    ///
    /// [`MoneyError::TooLarge`] beyond ±[`MAX_MAJOR`] major units.
    pub fn from_minor(minor: i64, currency: Currency) -> Result<Self, MoneyError> {
        Self::new(Decimal::new(minor, currency.exponent()), currency)
    }

    /// The amount at the currency's scale.
    #[must_use]
    pub fn amount(self) -> Decimal {
        self.amount
    }

    /// The currency.
    #[must_use]
    pub fn currency(self) -> Currency {
        self.currency
    }

    /// The amount in the currency's smallest unit. The bound of [`Money`] makes it fit.
    #[must_use]
    pub fn minor(self) -> i64 {
        i64::try_from(self.amount.mantissa()).unwrap_or(i64::MAX)
    }

    /// The same amount with the other sign: an expense as its refund.
    #[must_use]
    pub fn negated(self) -> Self {
        let amount = if self.amount.is_zero() {
            self.amount
        } else {
            -self.amount
        };
        Self {
            amount,
            currency: self.currency,
        }
    }

    /// The sum of two amounts of one currency.
    ///
    /// # Errors
    ///
    /// [`MoneyError::CurrencyMismatch`] for different currencies, [`MoneyError::TooLarge`] when
    /// the sum leaves the bound.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch);
        }
        Self::new(self.amount + other.amount, self.currency)
    }
}

#[derive(Serialize, Deserialize)]
struct Parts {
    amount: Decimal,
    currency: Currency,
}

impl TryFrom<Parts> for Money {
    type Error = MoneyError;

    fn try_from(parts: Parts) -> Result<Self, MoneyError> {
        Self::new(parts.amount, parts.currency)
    }
}

impl From<Money> for Parts {
    fn from(money: Money) -> Self {
        Self {
            amount: money.amount,
            currency: money.currency,
        }
    }
}
