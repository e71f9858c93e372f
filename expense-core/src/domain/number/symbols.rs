//! The signs that a locale writes numbers with, from ICU4X's data.

use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal;

/// The signs of a locale's numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbols {
    /// Before the decimals.
    pub decimal: char,
    /// Between groups of digits.
    pub group: char,
    /// Before a negative number; may hold a mark of direction.
    pub minus: String,
    /// How many digits the last group has; 0 where digits are not grouped.
    pub primary: u8,
    /// How many digits the other groups have.
    pub secondary: u8,
    /// How many digits must stand before the last group for grouping to begin.
    pub minimum: u8,
    /// The ten digits.
    pub digits: [char; 10],
    /// Before the decimals of money, where that differs (CLDR `currencyDecimal`).
    pub money_decimal: char,
    /// Between groups of money, where that differs (CLDR `currencyGroup`).
    pub money_group: char,
}

impl Symbols {
    /// The signs of `locale`, or of the root locale (`-1,234.5`) where its language is unknown.
    #[must_use]
    pub(in crate::domain) fn of(locale: &icu_locale_core::Locale) -> Self {
        let Ok(formatter) = DecimalFormatter::try_new(locale.into(), Default::default()) else {
            return Self::root();
        };
        let mut symbols = Self::root();
        symbols.read_digits(&formatter);
        symbols.read_grouping(&formatter);
        symbols.read_signs(&formatter);
        let (decimal, group) = money_signs(locale);
        symbols.money_decimal = decimal.unwrap_or(symbols.decimal);
        symbols.money_group = group.unwrap_or(symbols.group);
        symbols
    }

    fn root() -> Self {
        Self {
            decimal: '.',
            group: ',',
            minus: "-".to_owned(),
            primary: 3,
            secondary: 3,
            minimum: 1,
            digits: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
            money_decimal: '.',
            money_group: ',',
        }
    }

    fn read_digits(&mut self, formatter: &DecimalFormatter) {
        for (value, digit) in (0_u8..).zip(&mut self.digits) {
            let text = formatter.format(&Decimal::from(value)).to_string();
            *digit = text.chars().next().unwrap_or(*digit);
        }
    }

    /// Reads the groups off `9…9` with fourteen digits and off `9999`.
    fn read_grouping(&mut self, formatter: &DecimalFormatter) {
        let nine = self.digits[9];
        let text = formatter
            .format(&Decimal::from(99_999_999_999_999_i64))
            .to_string();
        let groups: Vec<usize> = text
            .split(|c| c != nine)
            .map(|group| group.chars().count())
            .collect();
        let size = |count: Option<&usize>| count.and_then(|c| u8::try_from(*c).ok()).unwrap_or(0);
        if let Some(group) = text.chars().find(|c| *c != nine) {
            self.group = group;
            self.primary = size(groups.last());
            self.secondary = size(groups.iter().rev().nth(1));
        } else {
            self.primary = 0;
        }
        let four = formatter.format(&Decimal::from(9_999)).to_string();
        self.minimum = if four.chars().all(|c| c == nine) {
            2
        } else {
            1
        };
    }

    fn read_signs(&mut self, formatter: &DecimalFormatter) {
        let mut tenths = Decimal::from(-99);
        tenths.multiply_pow10(-1);
        let text = formatter.format(&tenths).to_string();
        let mut parts = text.split(self.digits[9]);
        if let Some(minus) = parts.next() {
            self.minus = minus.to_owned();
        }
        self.decimal = parts
            .next()
            .and_then(|part| part.chars().next())
            .unwrap_or(self.decimal);
    }
}

/// Where CLDR 48 writes money with other signs than numbers; ICU4X's data has no such field.
fn money_signs(locale: &icu_locale_core::Locale) -> (Option<char>, Option<char>) {
    let region = locale
        .id
        .region
        .as_ref()
        .map(icu_locale_core::subtags::Region::as_str);
    match (locale.id.language.as_str(), region) {
        ("de", Some("AT")) => (None, Some('.')),
        ("fr" | "it", Some("CH")) => (Some('.'), None),
        _ => (None, None),
    }
}
