//! The entry grammar: what a line of chat says about money.
//!
//! A line is cut into words; dates, tags, a category and numbers are found among them; one number
//! is the amount, and what is left is the description. Every digit of a line is either consumed
//! whole by the amount or the date, or stays in the description as typed. What can be read in
//! two ways is asked, not guessed.
//!
//! Three capitals that never were a code are description (`10 KFC`, `XYZ 10`): they name no
//! currency. Codes that ISO has withdrawn and coins (`10 DEM`, `10 BTC`) do, and are refused.
//! `3/5` in English without a region is asked, as people of both habits write it. Reading takes
//! time linear in the message.

use chrono::NaiveDate;

use crate::domain::currency::Currency;
use crate::domain::limits;
use crate::domain::locale::Locale;
use crate::domain::money::Money;
use crate::domain::text::{Description, Tag};
use labels::Names;

mod answer;
mod candidate;
mod chat;
mod choose;
mod days;
mod field;
mod labels;
mod lex;
mod line;
mod numbers;
mod numeric;
mod outcome;
mod part;
mod scan;
mod sift;
mod spaced;
mod sum;
mod words;

pub(super) use days::month;
pub use field::{amount, date, fields};
pub(super) use labels::bracketed;
pub use outcome::{Doubt, Invalid};

/// What is ambient when a line is read.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The currency of amounts that name none.
    pub currency: Currency,
    /// How numbers and dates are written.
    pub locale: &'a Locale,
    /// The sender's day.
    pub today: NaiveDate,
    /// The names of the ledger's living categories.
    pub categories: &'a [&'a str],
}

/// One line of a message and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The line as typed, trimmed.
    pub text: String,
    /// What it says.
    pub reading: Reading,
}

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// An expense, without doubt.
    Expense(Entry),
    /// An expense that can be read in more than one way. `choices` are the readings that can be
    /// recorded, the likeliest first: at least one, at most four.
    Ask {
        /// What is in doubt.
        question: Doubt,
        /// The readings.
        choices: Vec<Entry>,
    },
    /// Perhaps an expense, perhaps chat: shown, and recorded only when the person says so.
    Unsure(Entry),
    /// Chat.
    NotAnExpense,
    /// Meant as an expense, but it cannot be recorded.
    Invalid(Invalid),
}

/// An expense as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The amount, never zero; negative for a refund.
    pub money: Money,
    /// What is left of the line; may be empty.
    pub description: Description,
    /// The category that the line names, as a place in [`Context::categories`].
    pub category: Option<usize>,
    /// The tags, each once, in their order.
    pub tags: Vec<Tag>,
    /// The day that the line names, else today.
    pub date: NaiveDate,
    /// Whether the currency was read from a sign that other currencies use, too.
    pub assumed_currency: bool,
}

/// A single field as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field<T> {
    /// The text says this.
    Exact(T),
    /// The text can be read in more than one way; `choices` as in [`Reading::Ask`].
    Ask {
        /// What is in doubt.
        question: Doubt,
        /// The readings.
        choices: Vec<T>,
    },
    /// The text says nothing of the kind.
    Absent,
    /// The text names the field, but with a value that cannot be.
    Invalid(Invalid),
}

/// What a partial edit such as `9.80 #work yesterday` sets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fields {
    /// The amount, in the currency that it names or else in the context's.
    pub money: Option<Money>,
    /// The currency that is named, with an amount or alone.
    pub currency: Option<Currency>,
    /// The day.
    pub date: Option<NaiveDate>,
    /// The category, as a place in [`Context::categories`].
    pub category: Option<usize>,
    /// Tags to add.
    pub tags: Vec<Tag>,
    /// The description, unless nothing was left for it.
    pub description: Option<Description>,
}

/// Reads a message: one [`Line`] for each line that is not empty, in their order. A message beyond
/// [`limits::MESSAGE_CHARS`] or [`limits::LINES_PER_MESSAGE`] is one invalid line.
#[must_use]
pub fn read(text: &str, context: &Context<'_>) -> Vec<Line> {
    let refused = |invalid| {
        vec![Line {
            text: String::new(),
            reading: Reading::Invalid(invalid),
        }]
    };
    if is_too_long(text) {
        return refused(Invalid::MessageTooLong);
    }
    let lines = text
        .split(['\n', '\r', '\u{2028}', '\u{2029}'])
        .map(str::trim)
        .filter(|line| !line.is_empty());
    if lines.clone().nth(limits::LINES_PER_MESSAGE).is_some() {
        return refused(Invalid::TooManyLines);
    }
    let names = Names::new(context.categories);
    lines
        .map(|text| Line {
            text: text.to_owned(),
            reading: line::read(text, &names, context),
        })
        .collect()
}

fn is_too_long(text: &str) -> bool {
    text.len() > limits::MESSAGE_CHARS && text.chars().nth(limits::MESSAGE_CHARS).is_some()
}
