//! From lines of text to the fields of a receipt, by rules.
//!
//! Nothing here knows of images: each file takes the [`Page`] and answers for one field, with the
//! evidence for it. Whatever the text says, it is data.

mod country;
mod currency;
mod date;
#[cfg(test)]
mod examples;
mod items;
mod keywords;
mod merchant;
mod months;
mod numbers;
mod page;
mod sums;
mod tax_table;
mod total;
mod vocabulary;

use expense_core::domain::receipt::{Confidence, Receipt};
use expense_core::ports::ocr::{Hints, Reading};
use regex::Regex;

use crate::lines::Line;

use self::page::Page;

/// Fewer lines with text than these are no receipt.
const FEWEST_LINES: usize = 3;
/// The mean certainty of the recognizer below which what it read is worth nothing.
const LEGIBLE: f32 = 0.6;

/// What a page of text is.
pub(crate) fn read(lines: Vec<Line>, hints: &Hints) -> Reading {
    let certainty = certainty(&lines);
    let page = Page::new(lines);
    let speaks = page
        .rows
        .iter()
        .filter(|row| !row.words.tells_nothing())
        .count();
    let total = total::find(&page);
    let country = country::find(&page);
    let date = date::find(&page, hints, country);
    let amounts: usize = page.rows.iter().map(|row| row.amounts.len()).sum();
    let bill = (total.is_some() && (speaks > 0 || date.is_some())) || (amounts > 0 && speaks > 1);
    if page.rows.len() < FEWEST_LINES && !bill {
        return Reading::NotAReceipt;
    }
    if !bill {
        let doubtful = certainty < LEGIBLE && page.rows.len() > 2 * FEWEST_LINES;
        return if doubtful || speaks > 1 {
            Reading::Illegible
        } else {
            Reading::NotAReceipt
        };
    }
    let certain_total = total.as_ref().map_or(0, |total| total.confidence);
    let certain_date = date.as_ref().map_or(0, |date| date.confidence);
    let items = items::find(&page);
    let amount = total.map(|total| total.value);
    let sums = sums::find(&page, &items, amount);
    let confidence = together(certain_total, certain_date, certainty);
    Reading::Receipt(Box::new(Receipt {
        merchant: merchant::find(&page),
        date: date.map(|date| date.day),
        currency: currency::find(&page, hints, country),
        total: amount,
        tax: sums.tax,
        tip: sums.tip,
        discount: sums.discount,
        items: items.into_iter().chain(sums.rounding_up).collect(),
        category: None,
        confidence: Confidence::new(confidence),
    }))
}

/// How sure total and date are together, in percent, given how well the text could be read.
fn together(total: u8, date: u8, certainty: f32) -> u8 {
    let both = f32::from(total) * f32::from(date) / 100.0;
    let legible = ((certainty - 0.5) / 0.35).clamp(0.3, 1.0);
    (both * legible).round() as u8
}

/// The mean certainty of all words, longer ones counting more, 0 to 1.
fn certainty(lines: &[Line]) -> f32 {
    let (mut sum, mut weight) = (0.0, 0.0);
    for word in lines.iter().flat_map(|line| &line.words) {
        let length = word.text.len() as f32;
        sum += word.confidence * length;
        weight += length;
    }
    if weight > 0.0 { sum / weight } else { 0.0 }
}

/// A pattern that is part of the program.
fn pattern(source: &str) -> Regex {
    Regex::new(source).expect("each pattern of the program is compiled by a test")
}

#[cfg(test)]
pub(crate) mod testing {
    use crate::lines::{Line, Word};

    use expense_core::domain::currency::Currency;
    use expense_core::ports::ocr::Hints;

    /// What the owner of a ledger in `currency` takes for granted, in 2026.
    pub(crate) fn hints(currency: &str, locale: &str) -> Hints {
        Hints {
            currency: Currency::from_code(currency).expect("a currency"),
            locale: locale.parse().expect("a locale"),
            sent_on: chrono::NaiveDate::from_ymd_opt(2026, 11, 23).expect("a day"),
            categories: Vec::new(),
        }
    }

    /// A line as typed: three or more spaces separate columns, a sign is ten pixels wide.
    pub(crate) fn line(text: &str) -> Line {
        line_at(text, 0)
    }

    /// A receipt as typed, one line under the other.
    pub(crate) fn lines(text: &str) -> Vec<Line> {
        let texts = text
            .lines()
            .map(str::trim_end)
            .filter(|text| !text.trim().is_empty());
        texts
            .enumerate()
            .map(|(row, text)| line_at(text, row))
            .collect()
    }

    fn line_at(text: &str, row: usize) -> Line {
        let mut words = Vec::new();
        let mut at = 0;
        for column in text.split("   ") {
            let start = at + column.len() - column.trim_start().len();
            let word = column.trim();
            if !word.is_empty() {
                let left = start as f32 * 10.0;
                let right = left + word.chars().count() as f32 * 10.0;
                words.push(Word::level(word, left, right, row as f32 * 24.0, 18.0));
            }
            at += column.len() + 3;
        }
        Line { words }
    }
}
