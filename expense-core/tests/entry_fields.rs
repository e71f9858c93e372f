//! Single fields and partial edits: what corrections such as `250`, `yesterday` or
//! `9.80 #work yesterday` say. Today is Tuesday, 5 May 2026.

use chrono::NaiveDate;
use expense_core::conversation::entry::{Context, Field, Fields, amount, date, fields};
use expense_core::domain::currency::Currency;
use expense_core::domain::locale::Locale;
use rstest::rstest;

fn with_context<T>(read: impl FnOnce(&Context<'_>) -> T) -> T {
    let locale = Locale::default();
    let today = NaiveDate::from_ymd_opt(2026, 5, 5).expect("a day");
    let categories = ["Food", "Transportation"];
    read(&Context {
        currency: Currency::EUR,
        locale: &locale,
        today,
        categories: &categories,
    })
}

fn told<T>(field: Field<T>, tell: impl Fn(&T) -> String) -> String {
    match field {
        Field::Exact(value) => tell(&value),
        Field::Ask { question, choices } => {
            let choices: Vec<String> = choices.iter().map(tell).collect();
            format!("{question:?}: {}", choices.join(" or "))
        }
        Field::Absent => "absent".to_owned(),
        Field::Invalid(invalid) => format!("{invalid:?}"),
    }
}

#[rstest]
#[case("250", "250.00 EUR")]
#[case("usd 30", "30.00 USD")]
#[case("30 usd.", "30.00 USD")]
#[case("€12.50", "12.50 EUR")]
#[case("12+3.50", "15.50 EUR")]
#[case("3 x 4.20", "12.60 EUR")]
#[case("-20", "-20.00 EUR")]
#[case("1.500", "Thousands: 1.50 EUR or 1500.00 EUR")]
#[case("1 234.50", "1234.50 EUR")]
#[case("0", "Zero")]
#[case("1.234,567", "TooManyDecimals { currency: EUR }")]
#[case("1000000000000", "TooLarge")]
#[case("250 lunch", "absent")]
#[case("groceries", "absent")]
#[case("2 9", "absent")]
#[case("", "absent")]
fn amounts(#[case] text: &str, #[case] expected: &str) {
    let read = with_context(|context| amount(text, context));
    let tell = |money: &expense_core::domain::money::Money| {
        format!("{} {}", money.amount(), money.currency())
    };
    assert_eq!(told(read, tell), expected, "{text:?}");
}

#[rstest]
#[case("yesterday", "2026-05-04")]
#[case("3 May", "2026-05-03")]
#[case("on 3 May 2025", "2025-05-03")]
#[case("2026-05-03", "2026-05-03")]
#[case("friday", "2026-05-01")]
#[case("3/4", "Date: 2026-04-03 or 2026-03-04")]
#[case("2026-02-30", "NoSuchDay")]
#[case("lunch yesterday", "absent")]
#[case("250", "absent")]
#[case("", "absent")]
fn dates(#[case] text: &str, #[case] expected: &str) {
    let read = with_context(|context| date(text, context));
    assert_eq!(told(read, NaiveDate::to_string), expected, "{text:?}");
}

fn shown(fields: &Fields) -> String {
    let mut parts = Vec::new();
    parts.extend(fields.money.map(|money| money.amount().to_string()));
    parts.extend(fields.currency.map(|currency| currency.code().to_owned()));
    parts.extend(fields.date.map(|date| date.to_string()));
    parts.extend(fields.category.map(|at| format!("category {at}")));
    parts.extend(fields.tags.iter().map(|tag| format!("#{tag}")));
    parts.extend(fields.description.iter().map(|text| format!("'{text}'")));
    parts.join(", ")
}

#[rstest]
#[case("9.80 #work yesterday", "9.80, 2026-05-04, #work")]
#[case("9.80 usd", "9.80, USD")]
#[case("usd", "USD")]
#[case("€", "EUR")]
#[case("yesterday", "2026-05-04")]
#[case("[transport]", "category 1")]
#[case("dinner with Anna", "'dinner with Anna'")]
#[case("dinner Food", "category 0, 'dinner'")]
#[case("Food", "category 0")]
#[case("9.80 Food", "9.80, category 0")]
#[case("12 dinner", "12.00, 'dinner'")]
#[case("#a #b", "#a, #b")]
#[case("2 beers 9", "Amount: 9.00, '2 beers' or 2.00, 'beers 9'")]
#[case("3/4", "Date: 2026-04-03 or 2026-03-04")]
#[case("0", "Zero")]
#[case("[nothing]", "UnknownCategory")]
#[case("", "absent")]
fn partial_edits(#[case] text: &str, #[case] expected: &str) {
    let read = with_context(|context| fields(text, context));
    assert_eq!(told(read, shown), expected, "{text:?}");
}
