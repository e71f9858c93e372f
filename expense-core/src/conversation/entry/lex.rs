//! Reading one word as a term: signs, a currency's sign, numbers and the operators between them.

use crate::domain::currency::{Currency, Mark, is_also_a_word};
use crate::domain::number::{digit, sign};

/// A sign or code for a currency, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Named<'a> {
    text: &'a str,
    /// What it means in the ledger.
    pub(super) currency: Currency,
    /// Whether it is a sign that other currencies use, too.
    pub(super) shared: bool,
    /// Whether it is a code that is also a word.
    pub(super) word: bool,
}

impl<'a> Named<'a> {
    /// The currency that `text`, a word or the letters at a number, names.
    pub(super) fn read(text: &'a str, ledger: Currency) -> Option<Self> {
        if let Ok(currency) = Currency::from_code(text) {
            let word = is_also_a_word(currency);
            let capitals = text.bytes().all(|letter| letter.is_ascii_uppercase());
            return (capitals || !word).then_some(Self {
                text,
                currency,
                shared: false,
                word,
            });
        }
        if text.len() > 16 {
            return None;
        }
        let Mark { currency, shared } = Mark::read(text, ledger)?;
        Some(Self {
            text,
            currency,
            shared,
            word: false,
        })
    }

    /// `$ US` with the letters of the country as a word of their own, as Canada's French has it.
    pub(super) fn of_country(self, word: &str) -> Option<Self> {
        let letters = word.len() == 2 && word.bytes().all(|letter| letter.is_ascii_uppercase());
        if self.text != "$" || !letters {
            return None;
        }
        let Mark { currency, shared } = Mark::read(&format!("${word}"), self.currency)?;
        Some(Self {
            currency,
            shared,
            ..self
        })
    }

    /// One of two names for the currency of the same amount, as in `$12 CAD`; `None` where they
    /// contradict each other.
    pub(super) fn reconcile(self, other: Self) -> Option<Self> {
        let includes = |wide: Self, narrow: Self| {
            let read = Mark::read(wide.text, narrow.currency);
            read.is_some_and(|mark| mark.currency == narrow.currency)
        };
        match (self.shared, other.shared) {
            (true, false) => includes(self, other).then_some(other),
            (false, true) => includes(other, self).then_some(self),
            _ => (self.currency == other.currency).then_some(self),
        }
    }
}

/// A word such as `-$12.50`, `3x4.20` or `10EUR`.
#[derive(Debug, Clone)]
pub(super) struct Term<'a> {
    pub(super) negative: bool,
    pub(super) signed: bool,
    pub(super) before: Option<Named<'a>>,
    pub(super) numbers: Vec<&'a str>,
    pub(super) operators: Vec<Operator>,
    pub(super) after: Option<Named<'a>>,
}

/// What stands between two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Plus,
    Times,
}

impl Operator {
    pub(super) fn read(c: char) -> Option<Self> {
        match c {
            '+' | '＋' => Some(Self::Plus),
            'x' | 'X' | '×' | '*' | '✕' => Some(Self::Times),
            _ => None,
        }
    }

    /// The operator that a word of its own is.
    pub(super) fn word(text: &str) -> Option<Self> {
        let mut chars = text.chars();
        let operator = Self::read(chars.next()?)?;
        chars.next().is_none().then_some(operator)
    }
}

/// Terms have few numbers: a longer one is a text.
const NUMBERS: usize = 64;

/// Reads a whole word as a term; `None` where any of it is something else.
pub(super) fn term<'a>(word: &'a str, ledger: Currency) -> Option<Term<'a>> {
    let first = word.char_indices().find(|(_, c)| digit(*c).is_some())?.0;
    let (head, rest) = word.split_at(first);
    let (head, rest) = head_of(head, word, rest, ledger)?;
    let mut term = Term {
        negative: head.negative,
        signed: head.signed,
        before: head.named,
        numbers: Vec::new(),
        operators: Vec::new(),
        after: None,
    };
    let tail = term.read_numbers(rest)?;
    let tail = if is_without_cents(tail) { "" } else { tail };
    if !tail.is_empty() {
        term.after = Some(Named::read(tail, ledger)?);
    }
    Some(term)
}

/// `12,-` and `12.–`: no cents.
fn is_without_cents(tail: &str) -> bool {
    let dashes = tail.strip_prefix([',', '.']).unwrap_or_default();
    matches!(dashes, "-" | "–" | "—" | "--")
}

struct Head<'a> {
    negative: bool,
    signed: bool,
    named: Option<Named<'a>>,
}

/// Reads what stands before the first digit: a sign and a currency's sign in either order. A
/// `.` or `,` before the digit belongs to the number unless it ends an abbreviation.
fn head_of<'a>(
    head: &'a str,
    word: &'a str,
    rest: &'a str,
    ledger: Currency,
) -> Option<(Head<'a>, &'a str)> {
    let (mut negative, mut signed) = (false, false);
    let mut name = head;
    let mut take = |found: Option<bool>| {
        let taken = found.is_some() && !signed;
        signed |= taken;
        negative |= taken && found == Some(true);
        taken
    };
    if let Some(c) = name.chars().next()
        && take(sign(c))
    {
        name = &name[c.len_utf8()..];
    }
    if let Some(c) = name.chars().next_back()
        && take(sign(c))
    {
        name = &name[..name.len() - c.len_utf8()];
    }
    if name.is_empty() {
        return Some((
            Head {
                negative,
                signed,
                named: None,
            },
            rest,
        ));
    }
    if let Some(named) = Named::read(name, ledger) {
        return Some((
            Head {
                negative,
                signed,
                named: Some(named),
            },
            rest,
        ));
    }
    let name = name.strip_suffix(['.', ','])?;
    let rest = &word[head.len() - 1..];
    let named = if name.is_empty() {
        None
    } else {
        Some(Named::read(name, ledger)?)
    };
    Some((
        Head {
            negative,
            signed,
            named,
        },
        rest,
    ))
}

impl<'a> Term<'a> {
    /// Reads numbers with operators between them from the beginning of `text`; what follows the
    /// last number is returned.
    fn read_numbers(&mut self, text: &'a str) -> Option<&'a str> {
        let mut rest = text;
        loop {
            let length = number_length(rest);
            if length == 0 || self.numbers.len() == NUMBERS {
                return None;
            }
            let (number, after) = rest.split_at(length);
            self.numbers.push(number);
            let mut chars = after.chars();
            let operator = chars.next().and_then(Operator::read);
            let next = chars.as_str();
            match operator {
                Some(operator) if number_length(next) > 0 => {
                    self.operators.push(operator);
                    rest = next;
                }
                _ => return Some(after),
            }
        }
    }
}

/// The bytes of the number at the beginning of `text`: digits, with single other signs between
/// them that separate groups or decimals.
fn number_length(text: &str) -> usize {
    let mut end = 0;
    let mut separated = false;
    for (at, c) in text.char_indices() {
        if digit(c).is_some() {
            end = at + c.len_utf8();
            separated = false;
        } else if separated || !separates(c) || (at == 0 && !matches!(c, '.' | ',')) {
            break;
        } else {
            separated = true;
        }
    }
    end
}

fn separates(c: char) -> bool {
    matches!(
        c,
        '.' | ',' | '\'' | '’' | '\u{A0}' | '\u{66B}' | '\u{66C}' | '\u{2BC}' | '．' | '，' | '＇'
    )
}
