//! Locales: how a ledger writes numbers and dates.

use std::collections::HashMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use serde::{Deserialize, Serialize};

use super::number::Symbols;

mod order;

pub use order::{DateOrder, SymbolPlace};

/// A BCP 47 locale such as `en`, `de-CH` or `en-IN`. Its facts are looked up once in a process
/// and shared, so that a clone costs nothing.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Locale(Arc<Facts>);

struct Facts {
    tag: String,
    symbols: Symbols,
    order: DateOrder,
    place: SymbolPlace,
    region: bool,
}

/// The text is no BCP 47 locale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no locale: write a language and perhaps a region, for example en, de or de-CH")]
pub struct UnknownLocale;

/// Locales kept in memory: more than CLDR has, fewer than a stranger could make up.
const KEPT: usize = 2_048;

static KNOWN: LazyLock<RwLock<HashMap<String, Arc<Facts>>>> = LazyLock::new(RwLock::default);

impl Locale {
    /// The locale as BCP 47 text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0.tag
    }

    /// The country that it names, by its two capital letters of ISO 3166-1.
    #[must_use]
    pub fn country(&self) -> Option<&str> {
        let mut parts = self.as_str().split('-').skip(1);
        parts.find(|part| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_uppercase()))
    }

    /// The signs that its numbers are written with.
    #[must_use]
    pub fn symbols(&self) -> &Symbols {
        &self.0.symbols
    }

    /// The order of day, month and year in its short dates.
    #[must_use]
    pub fn date_order(&self) -> DateOrder {
        self.0.order
    }

    /// Whether `3/5` is the third of May (`Some(true)`) or the fifth of March (`Some(false)`).
    /// `None` where the locale does not settle it: English without a region is written by people
    /// of both habits, and where dates begin with the year, `3/5/2026` follows no rule.
    #[must_use]
    pub fn day_first(&self, with_year: bool) -> Option<bool> {
        let language = self.as_str().split('-').next().unwrap_or_default();
        match self.0.order {
            DateOrder::DayMonthYear => Some(true),
            DateOrder::MonthDayYear => (self.0.region || language != "en").then_some(false),
            DateOrder::YearMonthDay if with_year => None,
            DateOrder::YearMonthDay => match language {
                "sv" => Some(true),
                "zh" | "ja" | "ko" | "hu" | "lt" | "mn" | "fa" | "ne" => Some(false),
                _ => None,
            },
        }
    }

    /// Where a currency's sign stands in its amounts.
    #[must_use]
    pub fn symbol_place(&self) -> SymbolPlace {
        self.0.place
    }

    fn known(tag: &str) -> Option<Self> {
        let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
        known.get(tag).cloned().map(Self)
    }

    fn learn(locale: &icu_locale_core::Locale) -> Self {
        let tag = locale.to_string();
        if let Some(known) = Self::known(&tag) {
            return known;
        }
        let id = &locale.id;
        let region = id
            .region
            .as_ref()
            .map(icu_locale_core::subtags::Region::as_str);
        let script = id
            .script
            .as_ref()
            .map(icu_locale_core::subtags::Script::as_str);
        let facts = Arc::new(Facts {
            symbols: Symbols::of(locale),
            order: order::date_order(id.language.as_str(), script, region),
            place: order::symbol_place(id.language.as_str(), region),
            region: region.is_some(),
            tag: tag.clone(),
        });
        let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() < KEPT {
            known.insert(tag, Arc::clone(&facts));
        }
        Self(facts)
    }
}

impl Default for Locale {
    /// English, without a region.
    fn default() -> Self {
        Self::learn(&icu_locale_core::locale!("en"))
    }
}

impl FromStr for Locale {
    type Err = UnknownLocale;

    fn from_str(text: &str) -> Result<Self, UnknownLocale> {
        if let Some(known) = Self::known(text) {
            return Ok(known);
        }
        let locale = icu_locale_core::Locale::try_from_str(text).map_err(|_| UnknownLocale)?;
        if locale.id.language.is_unknown() || locale.id.language.as_str().len() > 3 {
            return Err(UnknownLocale);
        }
        Ok(Self::learn(&locale))
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
        locale.0.tag.clone()
    }
}

impl PartialEq for Locale {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Locale {}

impl PartialOrd for Locale {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Locale {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl Hash for Locale {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
