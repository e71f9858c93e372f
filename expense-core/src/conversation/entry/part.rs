//! What each word is to the reader of numbers.

use super::lex::{Named, Operator, Term, term};
use super::words::Word;
use crate::domain::currency::Currency;
use crate::domain::number::sign;

/// What a word is to the reader of numbers.
pub(super) enum Part<'a> {
    Term(Term<'a>),
    /// A term with an operator at its end, `2x`, which counts only before another.
    Before(Term<'a>, Operator),
    /// A term with an operator at its beginning, `x2`, which counts only after another.
    After(Operator, Term<'a>),
    /// The name of a currency, perhaps with the sign of the amount: `-SGD 7.20`.
    Named(Named<'a>, Option<bool>),
    Operator(Operator),
    Other,
}

/// What a word is; one that is used is nothing.
pub(super) fn part<'a>(word: &Word<'a>, ledger: Currency) -> Part<'a> {
    if word.used {
        return Part::Other;
    }
    if word.numeric {
        return numeric_part(word, ledger);
    }
    if let Some(operator) = Operator::word(word.text) {
        return Part::Operator(operator);
    }
    let first = word.text.chars().next();
    let sign = first.and_then(sign);
    let skip = if sign.is_some() {
        first.map_or(0, char::len_utf8)
    } else {
        0
    };
    let (text, bare) = (
        &word.text[skip..],
        word.bare.get(skip..).unwrap_or_default(),
    );
    let named = Named::read(text, ledger).or_else(|| Named::read(bare, ledger));
    named.map_or(Part::Other, |named| Part::Named(named, sign))
}

fn numeric_part<'a>(word: &Word<'a>, ledger: Currency) -> Part<'a> {
    if let Some(term) = term(word.text, ledger).or_else(|| term(word.bare, ledger)) {
        return Part::Term(term);
    }
    let split = |c: Option<char>| c.and_then(|c| Some((Operator::read(c)?, c.len_utf8())));
    if let Some((operator, length)) = split(word.text.chars().next_back())
        && let Some(term) = term(&word.text[..word.text.len() - length], ledger)
    {
        return Part::Before(term, operator);
    }
    if let Some((operator, length)) = split(word.bare.chars().next())
        && let Some(term) = term(&word.bare[length..], ledger)
    {
        return Part::After(operator, term);
    }
    Part::Other
}
