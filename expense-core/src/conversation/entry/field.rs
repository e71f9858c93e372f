//! Reading single fields and partial edits.

use chrono::NaiveDate;

use super::candidate::Candidate;
use super::choose::{Choice, choose};
use super::labels::{self, Names};
use super::lex::Named;
use super::outcome::{Doubt, Invalid};
use super::scan::Scanned;
use super::{Context, Field, Fields, days, is_too_long, numbers, words};
use crate::domain::currency::Currency;
use crate::domain::money::Money;

/// Reads an amount that stands alone, with or without a currency: `250`, `usd 30`, `12+3.50`.
#[must_use]
pub fn amount(text: &str, context: &Context<'_>) -> Field<Money> {
    if is_too_long(text) {
        return Field::Invalid(Invalid::MessageTooLong);
    }
    let prepared = words::prepare(text);
    let words = words::split(&prepared);
    let whole = |candidate: &Candidate| {
        let range = &candidate.range;
        words
            .iter()
            .enumerate()
            .all(|(at, word)| range.contains(&at) || word.is_punctuation())
    };
    let found = numbers::find(&words, context);
    match found.iter().find(|candidate| whole(candidate)) {
        Some(candidate) => one_or_ask(
            candidate.amounts(),
            Doubt::Thousands,
            candidate.is_ambiguous(),
        ),
        None => Field::Absent,
    }
}

/// Reads a day that stands alone: `yesterday`, `3 May`, `2026-05-03`.
#[must_use]
pub fn date(text: &str, context: &Context<'_>) -> Field<NaiveDate> {
    if is_too_long(text) {
        return Field::Invalid(Invalid::MessageTooLong);
    }
    let prepared = words::prepare(text);
    let words = words::split(&prepared);
    match &days::find(&words, context)[..] {
        [found] if found.range == (0..words.len()) => match found.days.is_empty() {
            true => Field::Invalid(Invalid::NoSuchDay),
            false => one_or_ask(Ok(found.days.clone()), Doubt::Date, false),
        },
        _ => Field::Absent,
    }
}

fn one_or_ask<T: Clone>(read: Result<Vec<T>, Invalid>, question: Doubt, asked: bool) -> Field<T> {
    match read {
        Err(invalid) => Field::Invalid(invalid),
        Ok(values) => match &values[..] {
            [] => Field::Absent,
            [one] if !asked => Field::Exact(one.clone()),
            _ => Field::Ask {
                question,
                choices: values,
            },
        },
    }
}

/// Reads a partial edit: any of amount, currency, day, category, tags and description. Text that
/// begins with a currency alone names the currency.
#[must_use]
pub fn fields(text: &str, context: &Context<'_>) -> Field<Fields> {
    if is_too_long(text) {
        return Field::Invalid(Invalid::MessageTooLong);
    }
    let prepared = words::prepare(text);
    let brackets = labels::cut_brackets(&prepared);
    let (text, name) = match &brackets {
        Some((cut, name)) => (cut.as_str(), Some(*name)),
        None => (prepared.as_str(), None),
    };
    let names = Names::new(context.categories);
    let mut scanned = Scanned::new(text, name, &names, context);
    // An edit that names a category alone leaves the description as it is.
    scanned.category_words.clear();
    let chosen = match choose(&scanned.words, &scanned.candidates) {
        Choice::TooMany => return Field::Invalid(Invalid::ManyAmounts),
        Choice::None => return without_amount(scanned, context),
        Choice::One(at) | Choice::Perhaps(at) => vec![at],
        Choice::Several(several) => several,
    };
    let answer = match scanned.entries(&chosen, context) {
        Ok(answer) => answer,
        Err(invalid) => return Field::Invalid(invalid),
    };
    let dated = !scanned.days.is_empty();
    let named = scanned.candidates.iter().any(|candidate| candidate.named);
    let choices = answer.entries.into_iter().map(|entry| Fields {
        money: Some(entry.money),
        currency: named.then(|| entry.money.currency()),
        date: dated.then_some(entry.date),
        category: entry.category,
        tags: entry.tags,
        description: Some(entry.description).filter(|description| !description.is_empty()),
    });
    let choices: Vec<Fields> = choices.collect();
    let question = answer.doubt.unwrap_or(Doubt::Amount);
    one_or_ask(Ok(choices), question, answer.doubt.is_some())
}

fn without_amount(mut scanned: Scanned<'_>, context: &Context<'_>) -> Field<Fields> {
    if let Some(invalid) = scanned.invalid {
        return Field::Invalid(invalid);
    }
    let currency = lone_currency(&mut scanned, context.currency);
    let days = scanned.day_readings(context.today);
    let dated = !scanned.days.is_empty();
    let mut choices = Vec::new();
    for day in &days.list {
        let description = match scanned.description(&(0..0), &day.text) {
            Ok(description) => Some(description).filter(|description| !description.is_empty()),
            Err(invalid) => return Field::Invalid(invalid),
        };
        choices.push(Fields {
            money: None,
            currency,
            date: dated.then_some(day.day),
            category: scanned.category,
            tags: scanned.tags.clone(),
            description,
        });
    }
    choices.retain(|fields| *fields != Fields::default());
    one_or_ask(Ok(choices), days.doubt.unwrap_or(Doubt::Date), false)
}

/// The currency that is the only word left; it is taken out of the text.
fn lone_currency(scanned: &mut Scanned<'_>, ledger: Currency) -> Option<Currency> {
    let mut unused = scanned.words.iter_mut().filter(|word| !word.used);
    let (only, None) = (unused.next()?, unused.next()) else {
        return None;
    };
    let named = Named::read(only.bare, ledger)?;
    only.used = true;
    Some(named.currency)
}
