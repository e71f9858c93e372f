//! Numbers whose groups of digits are words of their own: `1 234 567,89`.

use super::candidate::Candidate;
use super::lex::{Term, term};
use super::numbers::Reader;
use super::part::Part;
use crate::domain::number::digit;

/// The most words of one number: with more groups it would be too large for an amount.
const GROUPS: usize = 5;

impl<'a> Reader<'a, '_> {
    /// `1 234 567,89`: words that may be groups of one number, joined by no-break spaces.
    pub(super) fn spaced(&self, at: usize, term: &Term<'a>) -> Option<(usize, String)> {
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
    pub(super) fn joined(
        &self,
        at: usize,
        end: usize,
        joined: &str,
        free: usize,
    ) -> Vec<Candidate> {
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
