//! Feeds messages to the entry grammar in a few locales: nothing may panic, and what is read must
//! keep the promises of `Entry`. Run with
//! `cargo fuzz run --sanitizer none entry -- -max_len=4096 -timeout=1`.

#![no_main]

use chrono::NaiveDate;
use expense_core::conversation::entry::{Context, Entry, Reading, amount, date, fields, read};
use expense_core::conversation::period;
use expense_core::domain::currency::Currency;
use expense_core::domain::locale::Locale;
use libfuzzer_sys::fuzz_target;

const LEDGERS: [(&str, &str); 8] = [
    ("en", "EUR"),
    ("en-IN", "INR"),
    ("de", "EUR"),
    ("fr-CA", "CAD"),
    ("ar-EG", "EGP"),
    ("ja", "JPY"),
    ("ar", "KWD"),
    ("sv", "SEK"),
];

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else {
        return;
    };
    let text = String::from_utf8_lossy(rest);
    let (tag, code) = LEDGERS[usize::from(*first) % LEDGERS.len()];
    let locale: Locale = tag.parse().expect("a locale");
    let currency: Currency = code.parse().expect("a currency");
    let today = NaiveDate::from_ymd_opt(2026, 5, 5).expect("a day");
    let categories = ["Food", "Food - Grocery", "Café 24"];
    let context = Context {
        currency,
        locale: &locale,
        today,
        categories: &categories,
    };
    for line in read(&text, &context) {
        match &line.reading {
            Reading::Expense(entry) | Reading::Unsure(entry) => check(entry),
            Reading::Ask { choices, .. } => {
                assert!((1..=4).contains(&choices.len()));
                choices.iter().for_each(check);
            }
            Reading::NotAnExpense | Reading::Invalid(_) => {}
        }
    }
    let _ = (
        amount(&text, &context),
        date(&text, &context),
        fields(&text, &context),
    );
    let _ = period::read(&text, today, &locale);
});

fn check(entry: &Entry) {
    assert!(!entry.money.amount().is_zero());
    assert!(!entry.description.as_str().contains(['\n', '\u{202e}']));
}
