//! Fields of an answer, whatever form the model gave them.
//!
//! A model keeps to its schema nearly always. A field in another form is nothing, and the others
//! still count. Numbers are taken by their digits as written, never by way of a float.

use chrono::{Days, NaiveDate};
use expense_core::domain::currency::Currency;
use expense_core::domain::locale::Locale;
use expense_core::domain::money::MAX_MAJOR;
use expense_core::domain::number::{Parsed, parse};
use expense_core::domain::text::{clean, fold};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::value::RawValue;

/// A field, there or not.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct Loose<'a>(#[serde(borrow)] Option<&'a RawValue>);

impl<'a> Loose<'a> {
    /// The text on one line; a number counts as its digits, `"null"` and nothing as nothing.
    pub(crate) fn text(self) -> Option<String> {
        let raw = self.0?.get();
        let text = match serde_json::from_str::<String>(raw) {
            Ok(text) => clean(&text),
            Err(_) if raw.starts_with(['{', '[', 't', 'f']) => return None,
            Err(_) => raw.to_owned(),
        };
        let is_nothing = text.is_empty() || matches!(text.as_str(), "null" | "None" | "N/A");
        (!is_nothing).then_some(text)
    }

    /// The items of a list; those in another form are left out.
    pub(crate) fn list<T: Deserialize<'a>>(self) -> Vec<T> {
        let items = self
            .0
            .map(|raw| serde_json::from_str::<Vec<&RawValue>>(raw.get()));
        let items = items.and_then(Result::ok).unwrap_or_default();
        let read = |item: &&'a RawValue| serde_json::from_str(item.get()).ok();
        items.iter().filter_map(read).collect()
    }

    /// The number, plain or as the locale writes it with at most `decimals`, within the bound of
    /// all amounts.
    pub(crate) fn number(self, locale: &Locale, decimals: u32) -> Option<Decimal> {
        let text = self.text()?;
        let plain = text.strip_prefix('+').unwrap_or(&text);
        let is_plain = plain
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'e' | b'E' | b'+'));
        let number = match Decimal::from_str_exact(plain) {
            Ok(number) => number,
            Err(_) if is_plain => Decimal::from_scientific(plain).ok()?,
            Err(_) => only(&text, locale, decimals)?,
        };
        (number.abs() <= Decimal::from(MAX_MAJOR)).then_some(number)
    }

    /// The amount at its currency's scale; one that has more decimals stays as it was read, so
    /// that its owner can say what is wrong.
    pub(crate) fn amount(self, locale: &Locale, currency: Currency) -> Option<Decimal> {
        let mut amount = self.number(locale, currency.exponent())?;
        if amount.normalize().scale() <= currency.exponent() {
            amount.rescale(currency.exponent());
        }
        Some(amount)
    }

    /// An active currency's code.
    pub(crate) fn currency(self) -> Option<Currency> {
        self.text()?.parse().ok()
    }

    /// A day by ISO 8601, at most one after `today` and within twenty years before it.
    pub(crate) fn day(self, today: NaiveDate) -> Option<NaiveDate> {
        let text = self.text()?;
        let day: NaiveDate = text.get(..10).unwrap_or(&text).parse().ok()?;
        let latest = today.checked_add_days(Days::new(1))?;
        let earliest = today.checked_sub_days(Days::new(20 * 366))?;
        (earliest..=latest).contains(&day).then_some(day)
    }

    /// One of these names, letter for letter as it is among them.
    pub(crate) fn one_of(self, names: &[String]) -> Option<String> {
        let text = self.text()?;
        let same = |name: &&String| **name == text;
        let alike = |name: &&String| fold(name) == fold(&text);
        let found = names.iter().find(same).or_else(|| names.iter().find(alike));
        found.cloned()
    }

    /// Whether `number` is what is printed here, by any reading of its signs; `None` where
    /// nothing printed can be read.
    pub(crate) fn prints(
        self,
        number: Decimal,
        locale: &Locale,
        currency: Currency,
    ) -> Option<bool> {
        let printed = self.text()?;
        let is_outside = |c: char| expense_core::domain::number::digit(c).is_none();
        let inner = printed.trim_matches(is_outside);
        // Two columns, as for a second currency, are no one number.
        match parse(inner, locale, currency.exponent()) {
            Parsed::Exact(read) => Some(read == number.abs()),
            Parsed::Ambiguous { decimal, grouped } => {
                Some(decimal == number.abs() || grouped == number.abs())
            }
            Parsed::NotANumber | Parsed::Refused(_) => None,
        }
    }
}

fn only(text: &str, locale: &Locale, decimals: u32) -> Option<Decimal> {
    match parse(text, locale, decimals) {
        Parsed::Exact(number) => Some(number),
        Parsed::Ambiguous { .. } | Parsed::NotANumber | Parsed::Refused(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn loose(json: &str) -> Loose<'_> {
        serde_json::from_str(json).unwrap()
    }

    fn locale(tag: &str) -> Locale {
        tag.parse().unwrap()
    }

    #[rstest]
    #[case(r#""12.50""#, Some("12.50"))]
    #[case("12.50", Some("12.50"))]
    #[case("12.5", Some("12.50"))]
    #[case("0.1", Some("0.10"))]
    #[case("123456789012.34", Some("123456789012.34"))]
    #[case("1.25e1", Some("12.50"))]
    #[case("-3", Some("-3.00"))]
    #[case(r#""+3""#, Some("3.00"))]
    #[case(r#""1,234.56""#, Some("1234.56"))]
    #[case(r#""12,50""#, Some("12.50"))]
    #[case(r#""1.234""#, Some("1.234"))]
    #[case(r#""1,234,5""#, None)]
    #[case(r#""twelve""#, None)]
    #[case(r#""NaN""#, None)]
    #[case("1e400", None)]
    #[case("9999999999999", None)]
    #[case(r#"{"value":12}"#, None)]
    #[case("true", None)]
    #[case("null", None)]
    #[case(r#""null""#, None)]
    fn amounts_are_exact(#[case] json: &str, #[case] amount: Option<&str>) {
        let found = loose(json).amount(&locale("en"), Currency::EUR);
        assert_eq!(found.map(|found| found.to_string()).as_deref(), amount);
    }

    proptest::proptest! {
        /// As text or as a number, with or without trailing zeros: not one cent is lost.
        #[test]
        fn every_amount_comes_through(minor in -99_999_999_999_999_i64..=99_999_999_999_999) {
            let amount = Decimal::new(minor, 2);
            let (en, eur) = (locale("en"), Currency::EUR);
            for json in [amount.to_string(), amount.normalize().to_string(), format!("\"{amount}\"")] {
                proptest::prop_assert_eq!(loose(&json).amount(&en, eur), Some(amount), "{}", json);
            }
        }

        #[test]
        fn no_text_makes_it_panic(text: String) {
            let json = serde_json::Value::from(text).to_string();
            let (field, en) = (loose(&json), locale("en"));
            let _ = field.amount(&en, Currency::EUR);
            let _ = field.prints(Decimal::ONE, &en, Currency::EUR);
            let _ = (field.day("2026-05-03".parse().unwrap()), field.currency());
        }
    }

    #[rstest]
    #[case(r#""€ 1.234,56""#, "1234.56", Some(true))]
    #[case(r#""1'234.56""#, "1234.56", Some(true))]
    #[case(r#""1.234""#, "1234", Some(true))]
    #[case(r#""1.234""#, "1.234", Some(true))]
    #[case(r#""12,50 EUR""#, "1250", Some(false))]
    #[case(r#""12,50-""#, "-12.5", Some(true))]
    #[case(r#""١٢٫٥٠""#, "12.5", Some(true))]
    #[case(r#""12.50 / 13.90""#, "12.5", None)]
    #[case(r#""none""#, "12.5", None)]
    fn print_is_compared(#[case] json: &str, #[case] number: &str, #[case] same: Option<bool>) {
        let number = number.parse().unwrap();
        assert_eq!(
            loose(json).prints(number, &locale("en"), Currency::EUR),
            same
        );
    }

    #[rstest]
    #[case(r#""2026-05-03""#, Some("2026-05-03"))]
    #[case(r#""2026-05-04T12:00""#, Some("2026-05-04"))]
    #[case(r#""2026-05-05""#, None)]
    #[case(r#""1926-05-03""#, None)]
    #[case(r#""2026-02-30""#, None)]
    #[case(r#""03.05.2026""#, None)]
    #[case(r#""€€€€€""#, None)]
    fn days_are_checked(#[case] json: &str, #[case] day: Option<&str>) {
        let found = loose(json).day("2026-05-03".parse().unwrap());
        assert_eq!(found.map(|day| day.to_string()).as_deref(), day);
    }

    #[rstest]
    #[case(r#""eur""#, Some("EUR"))]
    #[case(r#""HRK""#, None)]
    #[case(r#""€""#, None)]
    #[case(r#""XYZ""#, None)]
    fn currencies_are_known(#[case] json: &str, #[case] code: Option<&str>) {
        assert_eq!(loose(json).currency().map(Currency::code), code);
    }

    #[test]
    fn names_are_among_those_given() {
        let names = ["Café".to_owned(), "Rent".to_owned()];
        assert_eq!(loose(r#""rent""#).one_of(&names).as_deref(), Some("Rent"));
        assert_eq!(loose(r#""Gifts""#).one_of(&names), None);
    }
}
