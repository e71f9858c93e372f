//! Currencies by ISO 4217.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

mod symbols;

pub use symbols::{Mark, is_also_a_word, is_withdrawn, symbol};

/// An active ISO 4217 currency.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

/// The code is no active ISO 4217 currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no active ISO 4217 currency has this code")]
pub struct UnknownCurrency;

/// Codes that `iso_currency` still carries although ISO has withdrawn them.
const WITHDRAWN: [&str; 5] = ["BGN", "CUC", "HRK", "SLL", "ZWL"];

static ALL: LazyLock<Vec<Currency>> = LazyLock::new(|| {
    let letters = || b'A'..=b'Z';
    let codes =
        letters().flat_map(|a| letters().flat_map(move |b| letters().map(move |c| [a, b, c])));
    codes
        .filter_map(|code| Currency::from_code(std::str::from_utf8(&code).ok()?).ok())
        .collect()
});

impl Currency {
    /// The euro.
    pub const EUR: Self = Self(iso_currency::Currency::EUR);
    /// The US dollar.
    pub const USD: Self = Self(iso_currency::Currency::USD);

    /// The currency with this three-letter code, in any case.
    ///
    /// # Errors
    ///
    /// [`UnknownCurrency`] when the code is not an active one of ISO 4217.
    pub fn from_code(code: &str) -> Result<Self, UnknownCurrency> {
        let letters: [u8; 3] = code.as_bytes().try_into().map_err(|_| UnknownCurrency)?;
        let capitals = letters.map(|letter| letter.to_ascii_uppercase());
        let code = std::str::from_utf8(&capitals).map_err(|_| UnknownCurrency)?;
        if WITHDRAWN.contains(&code) {
            return Err(UnknownCurrency);
        }
        iso_currency::Currency::from_code(code)
            .map(Self)
            .ok_or(UnknownCurrency)
    }

    /// What is paid with in this country, by its two capital letters of ISO 3166-1.
    #[must_use]
    pub fn of_country(code: &str) -> Option<Self> {
        let country: iso_currency::Country = code.parse().ok()?;
        // Where nobody pays, as in Antarctica, there is no regular currency to ask for.
        iso_currency::Currency::from_country(country).first()?;
        Self::from_code(iso_currency::Currency::from(country).code()).ok()
    }

    /// Every active currency, fund and precious metal of ISO 4217, by code.
    #[must_use]
    pub fn all() -> &'static [Self] {
        &ALL
    }

    /// The three capital letters, for example `EUR`.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// How many decimals the currency has by ISO 4217: 0 for JPY, 2 for EUR, 3 for KWD. Metals
    /// and units of account, for which ISO names none, have 0.
    #[must_use]
    pub fn exponent(self) -> u32 {
        u32::from(self.0.exponent().unwrap_or(0))
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = UnknownCurrency;

    fn from_str(code: &str) -> Result<Self, UnknownCurrency> {
        Self::from_code(code)
    }
}

impl PartialOrd for Currency {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Currency {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.code().cmp(other.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::from_code(&code).map_err(serde::de::Error::custom)
    }
}
