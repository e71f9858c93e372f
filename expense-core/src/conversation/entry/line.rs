//! Reading one line: from words to a [`Reading`].

use super::choose::{Choice, choose};
use super::labels::{self, Names};
use super::outcome::{Doubt, Invalid};
use super::scan::Scanned;
use super::words::{self, Word};
use super::{Context, Entry, Reading};
use crate::domain::currency::is_withdrawn;

/// Reads one line that is not empty.
pub(super) fn read(line: &str, names: &Names<'_>, context: &Context<'_>) -> Reading {
    let prepared = words::prepare(line);
    let brackets = labels::cut_brackets(&prepared);
    let (text, name) = match &brackets {
        Some((cut, name)) => (cut.as_str(), Some(*name)),
        None => (prepared.as_str(), None),
    };
    let mut scanned = Scanned::new(text, name, names, context);
    let mut choice = choose(&scanned.words, &scanned.candidates);
    if choice == Choice::None && scanned.give_back(context) {
        choice = choose(&scanned.words, &scanned.candidates);
    }
    scanned.reading(choice, context)
}

impl Scanned<'_> {
    fn reading(&self, choice: Choice, context: &Context<'_>) -> Reading {
        let (chosen, unsure) = match &choice {
            Choice::None => return self.without_amount(),
            Choice::TooMany => return Reading::Invalid(Invalid::ManyAmounts),
            Choice::One(at) => (std::slice::from_ref(at), false),
            Choice::Perhaps(at) => (std::slice::from_ref(at), true),
            Choice::Several(several) => (several.as_slice(), false),
        };
        let answer = match self.entries(chosen, context) {
            Ok(answer) => answer,
            Err(_) if unsure => return Reading::NotAnExpense,
            Err(invalid) => return Reading::Invalid(invalid),
        };
        match (answer.doubt, <[Entry; 1]>::try_from(answer.entries)) {
            (None, Ok([entry])) if unsure => Reading::Unsure(entry),
            (None, Ok([entry])) => Reading::Expense(entry),
            (doubt, Ok([entry])) => Reading::Ask {
                question: doubt.unwrap_or(Doubt::Amount),
                choices: vec![entry],
            },
            (doubt, Err(choices)) => Reading::Ask {
                question: doubt.unwrap_or(Doubt::Amount),
                choices,
            },
        }
    }

    /// A line without an amount is chat, unless something else than a currency stands at a number
    /// in a currency's place: `10DEM`.
    fn without_amount(&self) -> Reading {
        let withdrawn = |word: &Word<'_>| {
            let letters = word.bare.trim_matches(|c: char| !c.is_ascii_alphabetic());
            letters.len() < word.bare.len() && is_withdrawn(letters)
        };
        if self.words.iter().any(|word| !word.used && withdrawn(word)) {
            Reading::Invalid(Invalid::UnknownCurrency)
        } else {
            Reading::NotAnExpense
        }
    }
}
