//! A ledger: what stands between people and their expenses.

use serde::{Deserialize, Serialize};

use super::calendar::Zone;
use super::category::{Categories, Category, CategoryId, DEFAULT_CATEGORIES, OTHERS};
use super::currency::Currency;
use super::keys::{ChatKey, LedgerId, UserKey};
use super::locale::Locale;
use super::person::{Member, MemberId};

/// Counts the changes of a ledger's settings, categories and lessons, from the time of its first
/// commit in microseconds, so that none of an erased ledger comes again. 0: not stored yet.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Revision(pub u64);

/// The settings of one chat's ledger, with what it learned. Its expenses are read apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// Its id.
    pub id: LedgerId,
    /// The chat that it belongs to now.
    pub chat: ChatKey,
    /// Which state of it this is: a commit computed from another is refused.
    pub revision: Revision,
    /// How it writes and counts.
    pub settings: Settings,
    /// Its categories, deleted ones included, by id.
    pub categories: Categories,
    /// What corrections taught it, the latest last, at most `limits::LESSONS`.
    pub lessons: Vec<Lesson>,
    /// Who uses it, by id, where several people share it: at most `limits::MEMBERS`. Empty in a
    /// person's own chat.
    pub members: Vec<Member>,
}

/// How a ledger writes and counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The currency of amounts that name none.
    pub currency: Currency,
    /// The zone in which its days begin.
    pub zone: Zone,
    /// How numbers and dates are written.
    pub locale: Locale,
    /// The language of the answers.
    pub language: Language,
}

impl Settings {
    /// These for somebody whose application speaks this BCP 47 language: numbers and dates as
    /// written there, and where it names a country, what is paid with there. A text that is no
    /// language changes nothing.
    #[must_use]
    pub fn spoken(&self, language: &str) -> Self {
        let Ok(locale) = language.parse::<Locale>() else {
            return self.clone();
        };
        let currency = locale.country().and_then(Currency::of_country);
        Self {
            currency: currency.unwrap_or(self.currency),
            locale,
            ..self.clone()
        }
    }
}

impl Default for Settings {
    /// Euros, UTC, English: what a ledger begins with where nobody said anything else.
    fn default() -> Self {
        Self {
            currency: Currency::EUR,
            zone: Zone::UTC,
            locale: Locale::default(),
            language: Language::English,
        }
    }
}

/// A language that answers are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Language {
    /// English.
    #[default]
    #[serde(rename = "en")]
    English,
}

impl Language {
    /// Its code of ISO 639-1, as it is kept.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
        }
    }
}

/// A merchant or a description belongs to a category, as a correction said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lesson {
    /// The merchant or description, folded by [`fold`](super::text::fold).
    pub words: String,
    /// Where such expenses go.
    pub category: CategoryId,
}

impl Ledger {
    /// The ledger that a chat begins with: sixteen categories, nothing learned, revision 0.
    #[must_use]
    pub fn new(chat: ChatKey, settings: Settings) -> Self {
        Self {
            id: LedgerId::of(&chat),
            chat,
            revision: Revision(0),
            settings,
            categories: Categories::default(),
            lessons: Vec::new(),
            members: Vec::new(),
        }
    }

    /// What this person is called here.
    #[must_use]
    pub fn member(&self, who: &UserKey) -> Option<&Member> {
        self.members.iter().find(|member| member.who == *who)
    }

    /// The id for the next member.
    #[must_use]
    pub fn next_member_id(&self) -> MemberId {
        MemberId(self.members.last().map_or(1, |last| last.id.0 + 1))
    }

    /// The categories that have not been deleted, by id.
    pub fn living_categories(&self) -> impl Iterator<Item = &Category> {
        self.categories
            .iter()
            .filter(|category| category.merged_into.is_none())
    }

    /// The living category that expenses under `id` count for, following every deletion.
    #[must_use]
    pub fn resolve(&self, id: CategoryId) -> CategoryId {
        let mut id = id;
        // A chain can't be longer than the list, so that even a damaged one ends.
        for _ in 0..self.categories.len() {
            match self.category(id).map(|category| category.merged_into) {
                Some(Some(next)) => id = next,
                Some(None) => return id,
                None => return OTHERS,
            }
        }
        OTHERS
    }

    /// All ids whose expenses count for the living category `id`, itself included.
    #[must_use]
    pub fn merged(&self, id: CategoryId) -> Vec<CategoryId> {
        self.categories
            .iter()
            .map(|c| c.id)
            .filter(|other| self.resolve(*other) == id)
            .collect()
    }

    /// The category with this id, deleted ones included.
    #[must_use]
    pub fn category(&self, id: CategoryId) -> Option<&Category> {
        self.categories.iter().find(|category| category.id == id)
    }

    /// The living category with this name, without regard to case.
    #[must_use]
    pub fn category_named(&self, name: &str) -> Option<&Category> {
        self.living_categories()
            .find(|category| category.name.matches(name))
    }

    /// The name that an expense's category is shown by.
    #[must_use]
    pub fn category_name(&self, id: CategoryId) -> &str {
        self.category(self.resolve(id))
            .map_or(DEFAULT_CATEGORIES[11], |c| c.name.as_str())
    }

    /// Where an expense with these folded words goes by what was learned.
    #[must_use]
    pub fn learned(&self, words: &str) -> Option<CategoryId> {
        let lesson = self
            .lessons
            .iter()
            .rev()
            .find(|lesson| lesson.words == words)?;
        Some(self.resolve(lesson.category))
    }

    /// The id for the next category.
    #[must_use]
    pub fn next_category_id(&self) -> CategoryId {
        CategoryId(
            self.categories
                .iter()
                .map(|category| category.id.0)
                .max()
                .unwrap_or(0)
                + 1,
        )
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("de", "de", "EUR")]
    #[case("pt-br", "pt-BR", "BRL")]
    #[case("en-us", "en-US", "USD")]
    #[case("zh-hans-CN", "zh-Hans-CN", "CNY")]
    #[case("de-CH", "de-CH", "CHF")]
    #[case("en-AQ", "en-AQ", "EUR")]
    #[case("es-419", "es-419", "EUR")]
    #[case("Klingon!", "en", "EUR")]
    fn a_language_says_how_numbers_are_written(
        #[case] language: &str,
        #[case] locale: &str,
        #[case] currency: &str,
    ) {
        let settings = Settings::default().spoken(language);
        assert_eq!(
            (settings.locale.as_str(), settings.currency.code()),
            (locale, currency)
        );
    }

    #[test]
    fn every_country_has_one_currency_or_none() {
        let letters = || b'A'..=b'Z';
        let codes = letters().flat_map(|a| letters().map(move |b| [a, b]));
        let paying = codes
            .filter_map(|code| Currency::of_country(std::str::from_utf8(&code).ok()?))
            .count();
        assert!(paying > 230, "{paying}");
    }
}
