//! Numbers among the words that may be the amount.

use std::ops::Range;

use rust_decimal::Decimal;

use super::Context;
use super::lex::{Named, Operator, Term, term};
use super::outcome::Invalid;
use super::sum::{Value, evaluate};
use super::words::Word;
use crate::domain::currency::Currency;
use crate::domain::money::{Money, MoneyError};
use crate::domain::number::{digit, sign};

/// A number, sum or product with its sign and currency.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// The words that it takes.
    pub(super) range: Range<usize>,
    /// What it comes to.
    pub(super) value: Value,
    /// Its currency: named, or else the ledger's.
    pub(super) currency: Currency,
    /// Whether a sign or code stands at it.
    pub(super) named: bool,
    /// Whether that is a sign that other currencies use, too.
    pub(super) shared: bool,
    /// Whether that sign or code makes it an amount: not a code that is also a word.
    pub(super) marked: bool,
    /// Whether it is written as amounts are: signed, grouped, with all decimals of its currency,
    /// or as a sum.
    pub(super) strong: bool,
    /// Whether it may as well be an hour or a count.
    pub(super) doubtful: bool,
}

impl Candidate {
    /// The amounts that can be recorded of it: one, or up to two where it is ambiguous.
    pub(super) fn amounts(&self) -> Result<Vec<Money>, Invalid> {
        match &self.value {
            Value::Exact(value) => Ok(vec![money(*value, self.currency)?]),
            Value::Either(decimal, grouped) => {
                let grouped = money(*grouped, self.currency);
                let decimal = money(*decimal, self.currency).ok();
                let amounts: Vec<Money> = decimal.into_iter().chain(grouped.ok()).collect();
                if amounts.is_empty() {
                    grouped.map(|money| vec![money])
                } else {
                    Ok(amounts)
                }
            }
            Value::Invalid(invalid) => Err(*invalid),
        }
    }

    pub(super) fn is_ambiguous(&self) -> bool {
        matches!(self.value, Value::Either(..))
    }

    /// Whether it is a whole number and nothing else.
    pub(super) fn is_plain(&self) -> bool {
        !self.named && matches!(&self.value, Value::Exact(value) if value.scale() == 0)
    }

    /// The number, or the larger of two readings; zero where there is none.
    pub(super) fn size(&self) -> Decimal {
        match &self.value {
            Value::Exact(value) | Value::Either(_, value) => value.abs(),
            Value::Invalid(_) => Decimal::ZERO,
        }
    }
}

fn money(value: Decimal, currency: Currency) -> Result<Money, Invalid> {
    if value.is_zero() {
        return Err(Invalid::Zero);
    }
    Money::new(value, currency).map_err(|error| match error {
        MoneyError::TooManyDecimals { currency } => Invalid::TooManyDecimals { currency },
        _ => Invalid::TooLarge,
    })
}

/// The most words of one number: with more groups it would be too large for an amount.
const GROUPS: usize = 5;

/// What a word is to the reader of numbers.
enum Part<'a> {
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

struct Reader<'a, 'w> {
    words: &'w [Word<'a>],
    parts: Vec<Part<'a>>,
    context: &'w Context<'w>,
}

/// All candidates among the unused words, in their order.
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
    while at < words.len() {
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
    found
}

fn part<'a>(word: &Word<'a>, ledger: Currency) -> Part<'a> {
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
    fn candidate<'b>(
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

    /// `1 234 567,89`: words that may be groups of one number, joined by no-break spaces.
    fn spaced(&self, at: usize, term: &Term<'a>) -> Option<(usize, String)> {
        let number = term.numbers.first()?;
        let plain = term.numbers.len() == 1 && term.after.is_none() && number.len() <= 12;
        let digits = number.chars().filter(|c| digit(*c).is_some()).count();
        let whole = number.chars().count() == digits && (1..=3).contains(&digits);
        let plus = term.signed && !term.negative;
        if !plain || !whole || plus || !self.words[at].text.ends_with(number) {
            return None;
        }
        let mut end = at + 1;
        let mut joined = self.words[at].text.to_owned();
        while let Some(Part::Term(next)) = self.parts.get(end)
            && end - at < GROUPS
        {
            let text = self.words[end].text;
            let digits = text.chars().take_while(|c| digit(*c).is_some()).count();
            if digits != 3 || next.signed || next.before.is_some() {
                break;
            }
            joined.push('\u{A0}');
            joined.push_str(text);
            end += 1;
            if text.chars().count() > 3 {
                break;
            }
        }
        (end > at + 1 && self.may_be_one_number(at, &joined)).then_some((end, joined))
    }

    /// Where the locale does not group by spaces, a whole number after a word is a number of its
    /// own: `iPhone 15 999`.
    fn may_be_one_number(&self, at: usize, joined: &str) -> bool {
        let grouped = self.groups_by_space();
        let after_word = at.checked_sub(1).is_some_and(|before| {
            !self.words[before].used && matches!(self.parts[before], Part::Other)
        });
        let only_digits = joined.chars().all(|c| digit(c).is_some() || c == '\u{A0}');
        grouped || !(after_word && only_digits)
    }

    fn groups_by_space(&self) -> bool {
        self.context.locale.symbols().group.is_whitespace()
    }

    /// One number of several words, and where the locale does not write numbers like that, the
    /// last word as another reading.
    fn joined(&self, at: usize, end: usize, joined: &str, free: usize) -> Vec<Candidate> {
        let bare = joined.trim_end_matches(['.', ',', ';', ':', '!', '?']);
        let ledger = self.context.currency;
        let term = term(joined, ledger).or_else(|| term(bare, ledger));
        let whole = term.and_then(|term| self.candidate(at..end, &term, free));
        let apart = match &self.parts[end - 1] {
            Part::Term(last) if whole.is_none() || !self.groups_by_space() => {
                self.candidate(end - 1..end, last, end - 1)
            }
            _ => None,
        };
        whole.into_iter().chain(apart).collect()
    }
}
