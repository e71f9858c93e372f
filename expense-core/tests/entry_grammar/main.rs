//! What a line of chat says: tables of lines with what is read of them.
//!
//! Today is Tuesday, 5 May 2026. A reading is written as
//! `amount currency | description | category | tags | date`, with what is empty left out at the
//! end and today's date left out; choices are joined by ` or `.

mod amounts;
mod currencies;
mod days;
mod numbers;
mod words;

use chrono::NaiveDate;
use expense_core::conversation::entry::{Context, Entry, Reading, read};
use expense_core::domain::currency::Currency;
use expense_core::domain::locale::Locale;
use rstest::rstest;

const CATEGORIES: [&str; 8] = [
    "Food",
    "Fast Food",
    "Transportation",
    "Food - Grocery",
    "Café",
    "Travel & Vacation",
    "Housing - Others",
    "Housing - Mortgage",
];

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 5, 5).expect("valid")
}

fn understood(line: &str, currency: &str, locale: &str) -> String {
    let locale: Locale = locale.parse().expect("valid");
    let currency: Currency = currency.parse().expect("valid");
    let context = Context {
        currency,
        locale: &locale,
        today: today(),
        categories: &CATEGORIES,
    };
    match &read(line, &context)[..] {
        [line] => written(&line.reading),
        lines => format!("{} lines", lines.len()),
    }
}

fn written(reading: &Reading) -> String {
    match reading {
        Reading::Expense(entry) => shown(entry),
        Reading::Unsure(entry) => format!("unsure: {}", shown(entry)),
        Reading::Ask { question, choices } => {
            let choices: Vec<String> = choices.iter().map(shown).collect();
            format!("{question:?}: {}", choices.join(" or "))
        }
        Reading::NotAnExpense => "chat".to_owned(),
        Reading::Invalid(invalid) => format!("{invalid:?}"),
    }
}

fn shown(entry: &Entry) -> String {
    let tags: Vec<&str> = entry.tags.iter().map(|tag| tag.as_str()).collect();
    let date = if entry.date == today() {
        String::new()
    } else {
        entry.date.to_string()
    };
    let fields = [
        format!("{} {}", entry.money.amount(), entry.money.currency()),
        entry.description.to_string(),
        entry.category.map_or("", |at| CATEGORIES[at]).to_owned(),
        tags.join(" "),
        date,
    ];
    fields.join(" | ").trim_end_matches([' ', '|']).to_owned()
}

fn check(line: &str, currency: &str, locale: &str, expected: &str) {
    assert_eq!(
        understood(line, currency, locale),
        expected,
        "{line:?} in {currency}, {locale}"
    );
}

#[rstest]
#[case("5.50 coffee", "5.50 EUR | coffee")]
#[case("coffee 5,50", "5.50 EUR | coffee")]
#[case("$10 lunch", "10.00 USD | lunch")]
#[case(
    "10€ taxi #work [Transport]",
    "10.00 EUR | taxi | Transportation | work"
)]
#[case("lunch 12.50 yesterday", "12.50 EUR | lunch |  |  | 2026-05-04")]
#[case("12.50 lunch 3 May", "12.50 EUR | lunch |  |  | 2026-05-03")]
#[case("2026-05-03 rent 900", "900.00 EUR | rent |  |  | 2026-05-03")]
#[case("12+3.50 snacks", "15.50 EUR | snacks")]
#[case("3x4.20 beer", "12.60 EUR | beer")]
#[case("-20 refund shoes", "-20.00 EUR | refund shoes")]
#[case("usd 30 book", "30.00 USD | book")]
#[case("PS5 500", "500.00 EUR | PS5")]
#[case("1,234.56 laptop", "1234.56 EUR | laptop")]
#[case("1.234,56 Laptop", "1234.56 EUR | Laptop")]
fn the_examples_of_the_product(#[case] line: &str, #[case] expected: &str) {
    check(line, "EUR", "en", expected);
}

#[test]
fn each_line_is_read_on_its_own() {
    let locale = Locale::default();
    let context = Context {
        currency: Currency::EUR,
        locale: &locale,
        today: today(),
        categories: &[],
    };
    let lines = read("12 lunch\n\n  hello \r\n3.50 coffee", &context);
    let read: Vec<(&str, String)> = lines
        .iter()
        .map(|line| (line.text.as_str(), written(&line.reading)))
        .collect();
    let expected = [
        ("12 lunch", "12.00 EUR | lunch"),
        ("hello", "chat"),
        ("3.50 coffee", "3.50 EUR | coffee"),
    ];
    assert_eq!(
        read,
        expected.map(|(text, reading)| (text, reading.to_owned()))
    );
}

#[test]
fn what_is_too_long_is_refused_whole() {
    let long = format!("12 {}", "x".repeat(4_094));
    assert_eq!(understood(&long, "EUR", "en"), "MessageTooLong");
    assert_eq!(
        understood(&"12 x\n".repeat(51), "EUR", "en"),
        "TooManyLines"
    );
    let description = format!("12 {}", "é".repeat(201));
    assert_eq!(understood(&description, "EUR", "en"), "DescriptionTooLong");
}

#[rstest]
#[case("5 ", "chat")]
#[case("5 a ", "chat")]
#[case("5.50 ", "ManyAmounts")]
#[case("€5 ", "ManyAmounts")]
#[case("€5 #a ", "ManyAmounts")]
fn no_expense_is_made_of_a_flood_of_numbers(#[case] part: &str, #[case] expected: &str) {
    let flood: String = part.chars().cycle().take(4_096).collect();
    assert_eq!(understood(&flood, "EUR", "en"), expected, "{part:?}");
}

#[test]
fn hidden_characters_change_nothing() {
    check(
        "\u{202E}12\u{200F}.50 lu\u{0007}nch\u{2066}",
        "EUR",
        "en",
        "12.50 EUR | lunch",
    );
}
