//! Exchange rates, and what an amount is worth in another currency.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::currency::Currency;
use super::money::{Money, MoneyError};

/// The most significant digits of a [`Factor`]. No binary floating-point number that a service may
/// have computed needs more than 17.
pub const FACTOR_DIGITS: u32 = 18;
/// The longest name of a source, in bytes.
const SOURCE_BYTES: usize = 64;

/// Two currencies, of which amounts in the first are wanted in the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Pair {
    from: Currency,
    to: Currency,
}

impl Pair {
    /// `None` where both are the same: there is nothing to convert.
    #[must_use]
    pub fn new(from: Currency, to: Currency) -> Option<Self> {
        (from != to).then_some(Self { from, to })
    }

    /// What amounts are in.
    #[must_use]
    pub fn from(self) -> Currency {
        self.from
    }

    /// What they are wanted in.
    #[must_use]
    pub fn to(self) -> Currency {
        self.to
    }
}

/// How many units of one currency are paid for one unit of another: above zero, at most
/// [`FACTOR_DIGITS`] significant digits and 28 decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Decimal", into = "Decimal")]
pub struct Factor(Decimal);

/// A number or a text is no factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a rate is a number above zero with at most {FACTOR_DIGITS} digits")]
pub struct InvalidFactor;

impl Factor {
    /// The factor of this value.
    ///
    /// # Errors
    ///
    /// [`InvalidFactor`] outside its bounds.
    pub fn new(value: Decimal) -> Result<Self, InvalidFactor> {
        let value = value.normalize();
        let fits = value.mantissa() < 10_i128.pow(FACTOR_DIGITS);
        if value > Decimal::ZERO && fits {
            Ok(Self(value))
        } else {
            Err(InvalidFactor)
        }
    }

    /// Its value.
    #[must_use]
    pub fn value(self) -> Decimal {
        self.0
    }

    /// `money` in another currency, rounded to that currency's smallest unit; exactly half a unit
    /// goes away from zero, so that a refund is worth what its purchase was (as in Article 5 of
    /// the Regulation (EC) No 1103/97).
    ///
    /// # Errors
    ///
    /// [`MoneyError::TooLarge`] beyond the bound of [`Money`].
    pub fn convert(self, money: Money, into: Currency) -> Result<Money, MoneyError> {
        // At most 16 and 18 digits: their product fits.
        let product = i128::from(money.minor()) * self.0.mantissa();
        let from_scale = money.currency().exponent() + self.0.scale();
        let minor = match into.exponent().checked_sub(from_scale) {
            Some(more) => product.checked_mul(10_i128.pow(more)),
            None => Some(rounded(product, from_scale - into.exponent())),
        };
        let minor = minor.and_then(|minor| i64::try_from(minor).ok());
        Money::from_minor(minor.ok_or(MoneyError::TooLarge)?, into)
    }
}

/// `number` without its last `digits`, at most 32.
fn rounded(number: i128, digits: u32) -> i128 {
    let unit = 10_i128.pow(digits);
    (number.abs() + unit / 2) / unit * number.signum()
}

impl FromStr for Factor {
    type Err = InvalidFactor;

    /// Reads a decimal number with or without an exponent, `0.8868` or `8.868e-1`, exactly: what
    /// it could only come close to is refused.
    fn from_str(text: &str) -> Result<Self, InvalidFactor> {
        let (digits, exponent) = match text.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, exponent.parse().map_err(|_| InvalidFactor)?),
            None => (text, 0_i32),
        };
        let number = Decimal::from_str_exact(digits).map_err(|_| InvalidFactor)?;
        let number = number.normalize();
        let scale = i32::try_from(number.scale()).ok();
        let scale = scale.and_then(|scale| scale.checked_sub(exponent));
        let scale = scale.ok_or(InvalidFactor)?;
        let shifted = match u32::try_from(scale) {
            Ok(scale) => Decimal::try_from_i128_with_scale(number.mantissa(), scale).ok(),
            Err(_) => 10_i128
                .checked_pow(scale.unsigned_abs())
                .and_then(|power| number.mantissa().checked_mul(power))
                .and_then(|mantissa| Decimal::try_from_i128_with_scale(mantissa, 0).ok()),
        };
        Self::new(shifted.ok_or(InvalidFactor)?)
    }
}

impl fmt::Display for Factor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<Decimal> for Factor {
    type Error = InvalidFactor;

    fn try_from(value: Decimal) -> Result<Self, InvalidFactor> {
        Self::new(value)
    }
}

impl From<Factor> for Decimal {
    fn from(factor: Factor) -> Self {
        factor.0
    }
}

/// Who says what a rate is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum RateSource {
    /// A person, for one expense. Written `hand`.
    Hand,
    /// A service by its name: 1 to 64 bytes of visible ASCII other than `hand`.
    Service(Box<str>),
}

/// A text names no source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a source is named by 1 to {SOURCE_BYTES} visible ASCII characters")]
pub struct InvalidSource;

const HAND: &str = "hand";

impl RateSource {
    /// Its name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Hand => HAND,
            Self::Service(name) => name,
        }
    }
}

impl FromStr for RateSource {
    type Err = InvalidSource;

    fn from_str(name: &str) -> Result<Self, InvalidSource> {
        let fits = (1..=SOURCE_BYTES).contains(&name.len());
        match name {
            HAND => Ok(Self::Hand),
            _ if fits && name.bytes().all(|byte| byte.is_ascii_graphic()) => {
                Ok(Self::Service(name.into()))
            }
            _ => Err(InvalidSource),
        }
    }
}

impl TryFrom<String> for RateSource {
    type Error = InvalidSource;

    fn try_from(name: String) -> Result<Self, InvalidSource> {
        name.parse()
    }
}

impl From<RateSource> for String {
    fn from(source: RateSource) -> Self {
        source.as_str().to_owned()
    }
}

/// A rate with where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rate {
    /// How many units of the wanted currency one unit is worth.
    pub factor: Factor,
    /// Who says so.
    pub source: RateSource,
    /// The day that it is the rate of: of a Sunday's purchase mostly the Friday before.
    pub day: NaiveDate,
}

/// What an amount is worth in another currency, and by which rate.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Conversion {
    /// The amount in the other currency.
    pub money: Money,
    /// The rate.
    pub rate: Rate,
}

impl Conversion {
    /// What `money` is worth by this rate.
    ///
    /// # Errors
    ///
    /// [`MoneyError::TooLarge`] beyond the bound of [`Money`].
    pub fn new(money: Money, into: Currency, rate: Rate) -> Result<Self, MoneyError> {
        let money = rate.factor.convert(money, into)?;
        Ok(Self { money, rate })
    }

    /// Whether a person set the rate.
    #[must_use]
    pub fn is_by_hand(&self) -> bool {
        self.rate.source == RateSource::Hand
    }
}
