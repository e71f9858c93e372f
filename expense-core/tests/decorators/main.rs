//! Decorators: what each adds, and that it keeps the contract of what it wraps.
#![cfg(feature = "testing")]

mod breaker;
mod cached;
mod cached_rates;
mod categories;
mod fallback;
mod meter;
mod policies;
mod queue;
mod replica;
mod suites;

use bytes::Bytes;
use expense_core::domain::currency::Currency;
use expense_core::ports::error::{Fault, PortError, Result};
use expense_core::ports::ocr::{Document, Hints, Read, Reading};
use expense_core::testing::fixtures::day;

fn document(content: &'static str) -> Document {
    Document {
        parts: vec![Bytes::from(content)],
        hints: Hints {
            currency: Currency::EUR,
            locale: "en".parse().expect("a locale"),
            sent_on: day("2026-05-03"),
            categories: Vec::new(),
        },
    }
}

fn read(place: &str, reading: Reading) -> Result<Read> {
    Ok(Read {
        place: place.to_owned(),
        reading,
    })
}

fn receipt() -> Reading {
    Reading::Receipt(Box::default())
}

fn error<T>(fault: Fault) -> Result<T> {
    Err(PortError::new("ocr", "read", fault))
}
