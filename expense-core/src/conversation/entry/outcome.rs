//! Why a line is asked about or refused, in sentences for people.

use crate::domain::currency::Currency;
use crate::domain::limits;
use crate::domain::text::{DESCRIPTION_CHARS, TAG_CHARS};

/// What is in doubt. Its text is the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    /// A sign may separate thousands or decimals.
    #[error("Does the sign in this number separate thousands or decimals?")]
    Thousands,
    /// More than one number may be the amount.
    #[error("Which of these numbers is the amount?")]
    Amount,
    /// Day and month may be in either order, or more than one day is named.
    #[error("Which day do you mean?")]
    Date,
    /// A lone dash may be a minus or begin an item of a list.
    #[error("Is this a refund, or an expense in a list?")]
    Refund,
    /// Part of the text may be a day or belong to the description.
    #[error("Is this a day, or part of the description?")]
    DateOrText,
}

/// Why a line cannot be recorded. Its text says what to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// The message is too long.
    #[error(
        "This message is too long: please send at most {} characters.",
        limits::MESSAGE_CHARS
    )]
    MessageTooLong,
    /// The message has too many lines.
    #[error(
        "This message has too many lines: please send at most {}.",
        limits::LINES_PER_MESSAGE
    )]
    TooManyLines,
    /// The amount is zero.
    #[error("The amount is zero: please write what it cost, for example 12.50 lunch.")]
    Zero,
    /// The amount leaves the bound.
    #[error("This amount is too large: amounts go up to 999,999,999,999.")]
    TooLarge,
    /// The amount has more decimals than its currency.
    #[error("{}", too_many_decimals(*currency))]
    TooManyDecimals {
        /// The currency of the amount.
        currency: Currency,
    },
    /// Groups of digits have the wrong sizes.
    #[error("I can't read this number: please check its thousands, or write it without them.")]
    Grouping,
    /// Two currencies in one amount.
    #[error("This amount names two currencies: please write one line for each.")]
    MixedCurrencies,
    /// More numbers could be amounts than can be asked about.
    #[error("I see several amounts: please write one expense on each line.")]
    ManyAmounts,
    /// The currency's place holds a code that is no active currency.
    #[error("I don't know this currency: please use an ISO 4217 code such as EUR or USD.")]
    UnknownCurrency,
    /// Brackets name no category of the ledger.
    #[error("There is no such category: /categories shows yours, /addcategory makes a new one.")]
    UnknownCategory,
    /// Brackets begin the names of several categories.
    #[error("Several categories begin like that: please write more of the name.")]
    UnclearCategory,
    /// A tag is too long.
    #[error("A tag has at most {TAG_CHARS} characters: please write a shorter one.")]
    TagTooLong,
    /// There are too many tags.
    #[error(
        "An expense has at most {} tags: please write fewer.",
        limits::TAGS_PER_EXPENSE
    )]
    TooManyTags,
    /// The description is too long.
    #[error("This description is too long: please use at most {DESCRIPTION_CHARS} characters.")]
    DescriptionTooLong,
    /// The calendar has no such day.
    #[error("There is no such day: please check the date, for example 2026-05-03.")]
    NoSuchDay,
}

fn too_many_decimals(currency: Currency) -> String {
    match currency.exponent() {
        0 => format!("{currency} has no decimals: please write a whole amount."),
        1 => format!("{currency} has one decimal: please write the amount with at most one."),
        n => format!("{currency} has {n} decimals: please write the amount with at most {n}."),
    }
}
