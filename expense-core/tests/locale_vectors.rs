//! Numbers, money and locales against facts that were made elsewhere: CLDR 48, ICU 78, ISO 4217.
//! The files lie beside the project; where they are not, each test says so and proves nothing.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::NaiveDate;
use expense_core::conversation::entry::{Context, Field, Invalid, Reading, amount, read};
use expense_core::domain::currency::Currency;
use expense_core::domain::locale::{DateOrder, Locale, SymbolPlace};
use expense_core::domain::number::{Parsed, format, parse};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Deserialize;
use serde::de::DeserializeOwned;

fn shared<T: DeserializeOwned>(file: &str) -> Option<T> {
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared"));
    let directory = std::env::var_os("SHARED_DIR").map_or(beside, PathBuf::from);
    let path = directory.join("locale").join(file);
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!(
            "NOT RUN: {} is not there; SHARED_DIR may name its directory",
            path.display()
        );
        return None;
    };
    Some(serde_json::from_str(&text).expect("the shared file is JSON of the known shape"))
}

#[derive(Deserialize)]
struct Vectors {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    locale: Locale,
    style: String,
    currency: Option<Currency>,
    value: Decimal,
    digits: Option<u32>,
    text: String,
    narrow: Option<String>,
}

#[test]
fn every_formatted_number_is_read_and_written_back() {
    let Some(Vectors { vectors }) = shared("icu-format-vectors.json") else {
        return;
    };
    let plain: Vec<&Vector> = vectors.iter().filter(|v| v.style == "decimal").collect();
    assert_eq!(plain.len(), 984);
    for vector in plain {
        let digits = vector.digits.unwrap();
        let read = parse(&vector.text, &vector.locale, digits);
        assert_eq!(
            read,
            Parsed::Exact(vector.value),
            "{:?} in {}",
            vector.text,
            vector.locale
        );
        if vector.locale.as_str() == "fr-CH" {
            continue; // CLDR 48.2, whose signs we write, groups with ', ICU 78.2 with a space.
        }
        let written = format(vector.value, digits, &vector.locale);
        assert_eq!(
            written, vector.text,
            "{} in {}",
            vector.value, vector.locale
        );
    }
}

/// ICU rounds to CLDR's decimals where it shows a currency with fewer than ISO has.
fn shown(vector: &Vector, currency: Currency) -> Decimal {
    let digits = if currency.code() == "HUF" {
        0
    } else {
        currency.exponent()
    };
    vector
        .value
        .round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero)
}

#[test]
fn every_formatted_amount_is_read_with_its_currency() {
    let Some(Vectors { vectors }) = shared("icu-format-vectors.json") else {
        return;
    };
    let money: Vec<&Vector> = vectors.iter().filter(|v| v.style == "currency").collect();
    assert_eq!(money.len(), 3_690);
    let today = NaiveDate::from_ymd_opt(2026, 5, 5).unwrap();
    for vector in money {
        let currency = vector.currency.unwrap();
        let context = Context {
            currency,
            locale: &vector.locale,
            today,
            categories: &[],
        };
        for text in [Some(&vector.text), vector.narrow.as_ref()]
            .into_iter()
            .flatten()
        {
            let value = shown(vector, currency);
            let place = format!("{text:?} in {}", vector.locale);
            match amount(text, &context) {
                Field::Exact(money) => {
                    assert_eq!(
                        (money.amount(), money.currency()),
                        (value, currency),
                        "{place}"
                    );
                }
                Field::Invalid(Invalid::Zero) => assert!(value.is_zero(), "{place}"),
                other => panic!("{place}: {other:?}"),
            }
            if !value.is_zero() {
                assert_recorded(&format!("{text} lunch"), value, &context);
                assert_recorded(&format!("lunch {text}"), value, &context);
            }
        }
    }
}

fn assert_recorded(line: &str, value: Decimal, context: &Context<'_>) {
    let lines = read(line, context);
    let Reading::Expense(entry) = &lines[0].reading else {
        panic!("{line:?} in {}: {:?}", context.locale, lines[0].reading);
    };
    let read = (
        entry.money.amount(),
        entry.money.currency(),
        entry.description.as_str(),
    );
    assert_eq!(
        read,
        (value, context.currency, "lunch"),
        "{line:?} in {}",
        context.locale
    );
}

#[derive(Deserialize)]
struct Facts {
    locales: BTreeMap<Locale, LocaleFacts>,
}

#[derive(Deserialize)]
struct LocaleFacts {
    minimum_grouping_digits: u8,
    symbols: BTreeMap<String, String>,
    decimal_pattern: String,
    currency_pattern: String,
    date_short: String,
}

#[test]
fn locales_have_the_signs_orders_and_places_of_cldr() {
    let Some(Facts { locales }) = shared("cldr-48-number-facts.json") else {
        return;
    };
    assert_eq!(locales.len(), 82);
    for (locale, facts) in &locales {
        let symbols = locale.symbols();
        assert_eq!(
            symbols.decimal.to_string(),
            facts.symbols["decimal"],
            "decimal of {locale}"
        );
        assert_eq!(
            symbols.group.to_string(),
            facts.symbols["group"],
            "group of {locale}"
        );
        assert_eq!(symbols.minus, facts.symbols["minus"], "minus of {locale}");
        assert_eq!(
            symbols.minimum, facts.minimum_grouping_digits,
            "minimum of {locale}"
        );
        let secondary = if facts.decimal_pattern.starts_with("#,##,##0") {
            2
        } else {
            3
        };
        assert_eq!(
            (symbols.primary, symbols.secondary),
            (3, secondary),
            "groups of {locale}"
        );
        assert_eq!(
            locale.date_order(),
            order(&facts.date_short),
            "{} {locale}",
            facts.date_short
        );
        let place = place(&facts.currency_pattern);
        assert_eq!(
            locale.symbol_place(),
            place,
            "{:?} {locale}",
            facts.currency_pattern
        );
    }
}

fn order(pattern: &str) -> DateOrder {
    let at = |letter| {
        pattern
            .find(letter)
            .expect("a short date has day, month and year")
    };
    match (at('y') < at('d'), at('d') < at('M')) {
        (true, _) => DateOrder::YearMonthDay,
        (false, true) => DateOrder::DayMonthYear,
        (false, false) => DateOrder::MonthDayYear,
    }
}

fn place(pattern: &str) -> SymbolPlace {
    let marks = |c: &char| matches!(c, '\u{200e}' | '\u{200f}');
    let positive: String = pattern
        .chars()
        .take_while(|c| *c != ';')
        .filter(|c| !marks(c))
        .collect();
    match (positive.starts_with('¤'), positive.contains('\u{a0}')) {
        (true, false) => SymbolPlace::Before,
        (true, true) => SymbolPlace::BeforeSpaced,
        (false, false) => SymbolPlace::After,
        (false, true) => SymbolPlace::AfterSpaced,
    }
}

#[derive(Deserialize)]
struct Iso {
    currencies: BTreeMap<String, IsoCurrency>,
}

#[derive(Deserialize)]
struct IsoCurrency {
    minor_units: Option<u32>,
}

#[test]
fn currencies_are_those_of_iso_4217_with_its_decimals() {
    let Some(Iso { currencies }) = shared("iso4217.json") else {
        return;
    };
    let ours: Vec<&str> = Currency::all()
        .iter()
        .map(|currency| currency.code())
        .collect();
    let theirs: Vec<&str> = currencies.keys().map(String::as_str).collect();
    assert_eq!(ours, theirs);
    for (code, fact) in &currencies {
        let currency = Currency::from_code(&code.to_lowercase()).unwrap();
        assert_eq!(currency.exponent(), fact.minor_units.unwrap_or(0), "{code}");
    }
}
