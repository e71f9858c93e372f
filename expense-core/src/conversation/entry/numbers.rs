//! Numbers, sums and products among the words, with the currencies that stand at them.

use std::ops::Range;

use super::Context;
use super::candidate::Candidate;
use super::lex::{Named, Operator, Term};
use super::outcome::Invalid;
use super::part::{Part, part};
use super::sum::{Value, evaluate};
use super::words::Word;

/// The most numbers that are weighed: where there are more, those that are left make the
/// description too long, whichever is the amount.
const NUMBERS: usize = 128;

pub(super) struct Reader<'a, 'w> {
    pub(super) words: &'w [Word<'a>],
    pub(super) parts: Vec<Part<'a>>,
    pub(super) context: &'w Context<'w>,
}

/// The candidates among the unused words, in their order, at most [`NUMBERS`].
pub(super) fn find(words: &[Word<'_>], context: &Context<'_>) -> Vec<Candidate> {
    let parts = words
        .iter()
        .map(|word| part(word, context.currency))
        .collect();
    let reader = Reader {
        words,
        parts,
        context,
    };
    let mut found: Vec<Candidate> = Vec::new();
    let mut at = 0;
    while at < words.len() && found.len() < NUMBERS {
        let free = reader.free(found.last(), at);
        let (Part::Term(term) | Part::Before(term, _)) = &reader.parts[at] else {
            at += 1;
            continue;
        };
        let open = matches!(reader.parts[at], Part::Before(..));
        if open && reader.next_term(at + 1).is_none() {
            at += 1;
            continue;
        }
        if let Some((end, joined)) = reader.spaced(at, term) {
            found.extend(reader.joined(at, end, &joined, free));
            at = end;
        } else {
            let (end, term) = reader.with_operators(at, term);
            found.extend(reader.candidate(at..end, &term, free));
            at = end;
        }
    }
    found.truncate(NUMBERS);
    found
}

impl<'a> Reader<'a, '_> {
    /// Where the words begin that a candidate at `at` may take after the `last` one. A currency
    /// between two numbers, neither of which begins the line, may belong to either:
    /// `lunch 5 usd 30`.
    fn free(&self, last: Option<&Candidate>, at: usize) -> usize {
        let Some(last) = last else { return 0 };
        let between = last.range.end == at && last.range.start > 0 && last.named;
        let name = at.checked_sub(1).map(|before| &self.parts[before]);
        let contested = between && matches!(name, Some(Part::Named(_, None)));
        last.range.end - usize::from(contested)
    }

    /// The candidate of `term`, which takes the words of `range`, with the names of currencies
    /// beside it; words before `free` belong to others.
    pub(super) fn candidate<'b>(
        &self,
        mut range: Range<usize>,
        term: &Term<'b>,
        free: usize,
    ) -> Option<Candidate>
    where
        'a: 'b,
    {
        let mut term = term.clone();
        let mut names: Vec<Named<'b>> = term.before.into_iter().chain(term.after).collect();
        let before = range.start.checked_sub(1).filter(|at| *at >= free);
        if let Some(Part::Named(named, sign)) = before.map(|at| &self.parts[at])
            && term.before.is_none()
            && !(term.signed && sign.is_some())
        {
            names.push(*named);
            term.signed |= sign.is_some();
            term.negative |= *sign == Some(true);
            range.start -= 1;
        }
        if let Some(Part::Named(named, None)) = self.parts.get(range.end)
            && term.after.is_none()
        {
            range.end += 1;
            let country = self.words.get(range.end).filter(|word| !word.used);
            let local = country.and_then(|word| named.of_country(word.bare));
            range.end += usize::from(local.is_some());
            names.push(local.unwrap_or(*named));
        }
        self.valued(range, &term, &names)
    }

    fn valued(
        &self,
        range: Range<usize>,
        term: &Term<'_>,
        names: &[Named<'_>],
    ) -> Option<Candidate> {
        let mut named = names.first().copied();
        let mut mixed = false;
        for other in names.iter().skip(1) {
            match named.and_then(|named| named.reconcile(*other)) {
                Some(agreed) => named = Some(agreed),
                None => mixed = true,
            }
        }
        let currency = named.map_or(self.context.currency, |named| named.currency);
        let (value, strong) = evaluate(term, currency, self.context.locale)?;
        let value = if mixed {
            Value::Invalid(Invalid::MixedCurrencies)
        } else {
            value
        };
        Some(Candidate {
            range,
            strong: strong && !matches!(value, Value::Invalid(_)),
            value,
            currency,
            named: named.is_some(),
            shared: named.is_some_and(|named| named.shared),
            marked: named.is_some_and(|named| !named.word),
            doubtful: false,
        })
    }

    /// `3 x 4.20`, `2x 4.20`, `12 +3.50`: where the terms of a sum or product that begins with
    /// `term` end, and the whole of it.
    fn with_operators(&self, at: usize, term: &Term<'a>) -> (usize, Term<'a>) {
        let mut whole = term.clone();
        let mut end = at + 1;
        while whole.after.is_none()
            && let Some((next, operator, term)) = self.next_term(end)
        {
            whole.operators.push(operator);
            whole.operators.extend(&term.operators);
            whole.numbers.extend(&term.numbers);
            whole.after = term.after;
            end = next;
        }
        (end, whole)
    }

    /// The term that an operator joins to what ends before `end`, and where it ends itself.
    fn next_term(&self, end: usize) -> Option<(usize, Operator, &Term<'a>)> {
        let open = match &self.parts[end - 1] {
            Part::Before(_, operator) => Some(*operator),
            _ => None,
        };
        let (next, operator, term) = match (open, self.parts.get(end)?, self.parts.get(end + 1)) {
            (Some(operator), Part::Term(term), _) => (end + 1, operator, term),
            (None, Part::Operator(operator), Some(Part::Term(term))) => (end + 2, *operator, term),
            (None, Part::After(operator, term), _) => (end + 1, *operator, term),
            (None, Part::Term(term), _) if term.signed && !term.negative => {
                return (term.before.is_none()).then_some((end + 1, Operator::Plus, term));
            }
            _ => return None,
        };
        (!term.signed && term.before.is_none()).then_some((next, operator, term))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::entry::words::{prepare, split};
    use crate::domain::currency::Currency;
    use crate::domain::limits::MESSAGE_CHARS;
    use crate::domain::locale::Locale;
    use chrono::NaiveDate;
    use rstest::rstest;

    #[rstest]
    #[case("5 ")]
    #[case("5.50 ")]
    #[case("€5 ")]
    #[case("5 a ")]
    #[case("5元")]
    #[case("1 234.56 ")]
    #[case("5 usd 5 ")]
    fn the_numbers_that_are_weighed_are_few(#[case] part: &str) {
        let locale = Locale::default();
        let context = Context {
            currency: Currency::EUR,
            locale: &locale,
            today: NaiveDate::default(),
            categories: &[],
        };
        let found = |chars: usize| {
            let text = prepare(&part.chars().cycle().take(chars).collect::<String>());
            find(&split(&text), &context).len()
        };
        assert_eq!(found(MESSAGE_CHARS), NUMBERS, "{part}");
        assert!((5..NUMBERS).contains(&found(100)), "{part}");
    }
}
