//! Locales: how a ledger writes numbers and dates.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A BCP 47 locale such as `en`, `de-CH` or `en-IN`.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Locale(String);

/// The text is no BCP 47 locale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no locale: write a language and perhaps a region, for example en, de or de-CH")]
pub struct UnknownLocale;

impl Locale {
    /// The locale as BCP 47 text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Locale {
    type Err = UnknownLocale;

    fn from_str(text: &str) -> Result<Self, UnknownLocale> {
        icu_locale_core::Locale::try_from_str(text)
            .map(|locale| Self(locale.to_string()))
            .map_err(|_| UnknownLocale)
    }
}

impl TryFrom<String> for Locale {
    type Error = UnknownLocale;

    fn try_from(text: String) -> Result<Self, UnknownLocale> {
        text.parse()
    }
}

impl From<Locale> for String {
    fn from(locale: Locale) -> Self {
        locale.0
    }
}

impl fmt::Debug for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
