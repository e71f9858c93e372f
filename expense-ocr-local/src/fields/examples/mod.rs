//! Receipts as typed, of many kinds and countries, with the traps that each is known for.

mod america;
mod asia;
mod europe;

use expense_core::domain::currency::Currency;
use expense_core::ports::ocr::Reading;

use super::testing::{hints, lines};

/// What must be found: total, day, currency; `-` where there is none.
fn check(text: &str, expected: [&str; 3]) {
    let Reading::Receipt(receipt) = super::read(lines(text), &hints("EUR", "en-GB")) else {
        panic!("no receipt:\n{text}");
    };
    let shown = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
    let found = [
        shown(receipt.total.map(|total| total.to_string())),
        shown(receipt.date.map(|date| date.to_string())),
        shown(
            receipt
                .currency
                .map(|currency: Currency| currency.code().to_owned()),
        ),
    ];
    assert_eq!(found, expected, "{text}");
}
