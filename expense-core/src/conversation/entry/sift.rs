//! Which of the candidates are no amounts, by what stands around them.

use rust_decimal::Decimal;

use super::candidate::Candidate;
use super::chat::{Hint, hint_after, hint_before};
use super::days::month;
use super::words::Word;
use crate::domain::number::digit;

/// Adjacent whole numbers from so many on are a telephone number or the like.
const RUN: usize = 3;

/// Drops measures, hours, ranges and telephone numbers; marks what may be an hour or a count.
/// What a currency stands at is an amount.
pub(super) fn sift(words: &[Word<'_>], candidates: Vec<Candidate>) -> Vec<Candidate> {
    let chat: Vec<bool> = (0..candidates.len())
        .map(|at| !candidates[at].marked && is_chat(words, &candidates, at))
        .collect();
    let kept = candidates.into_iter().zip(chat).filter(|(_, chat)| !chat);
    kept.map(|(mut candidate, _)| {
        candidate.doubtful = !candidate.marked && hint(words, &candidate) == Hint::Doubtful;
        candidate
    })
    .collect()
}

fn is_chat(words: &[Word<'_>], candidates: &[Candidate], at: usize) -> bool {
    let candidate = &candidates[at];
    hint(words, candidate) == Hint::Chat
        || in_a_run(words, candidates, at)
        || bounds_a_range(words, candidates, at)
}

fn hint(words: &[Word<'_>], candidate: &Candidate) -> Hint {
    let weak = !candidate.strong;
    let after = words.get(candidate.range.end).filter(|word| !word.used);
    let after = after.map_or(Hint::None, |word| match word.glued && !word.is_ornament() {
        true => Hint::Chat, // a counter, as in 3杯
        false => hint_after(word, weak),
    });
    let before = candidate.range.start.checked_sub(1).map(|at| &words[at]);
    let hour = candidate.size() <= Decimal::from(24);
    match before.filter(|word| weak && !word.used) {
        Some(word) if month(word.bare).is_some() && is_year(candidate) => Hint::Doubtful,
        Some(word) => after.max(hint_before(word, hour)),
        None => after,
    }
}

/// `May 2026` is rather a month than an amount.
fn is_year(candidate: &Candidate) -> bool {
    (Decimal::from(1990)..=Decimal::from(2099)).contains(&candidate.size()) && candidate.is_plain()
}

/// Whether a whole number stands among others without a word between them, or beside one that
/// begins with a zero.
fn in_a_run(words: &[Word<'_>], candidates: &[Candidate], at: usize) -> bool {
    let weak = |candidate: &Candidate| !candidate.strong && !candidate.marked;
    let adjacent = |left: usize| {
        let (left, right) = (&candidates[left], &candidates[left + 1]);
        weak(left) && weak(right) && left.range.end == right.range.start
    };
    if !weak(&candidates[at]) {
        return false;
    }
    let before = (0..at)
        .rev()
        .take(RUN)
        .take_while(|left| adjacent(*left))
        .count();
    let after = (at..candidates.len() - 1)
        .take(RUN)
        .take_while(|left| adjacent(*left))
        .count();
    let range = &candidates[at].range;
    let neighbors = [range.start.checked_sub(1), Some(range.end)];
    let coded = |word: &Word<'_>| !word.used && is_code(word.bare);
    before + after + 1 >= RUN
        || neighbors
            .into_iter()
            .flatten()
            .filter_map(|at| words.get(at))
            .any(coded)
}

/// Digits that begin with a zero, in three or more places.
fn is_code(text: &str) -> bool {
    let mut chars = text.chars();
    let zero = chars.next().and_then(digit) == Some(0);
    zero && chars.clone().count() >= 2 && chars.all(|c| digit(c).is_some())
}

/// `9 - 12`: whether a lone dash joins the number to another.
fn bounds_a_range(words: &[Word<'_>], candidates: &[Candidate], at: usize) -> bool {
    let dashed = |left: &Candidate, right: &Candidate| {
        let between = left.range.end;
        let dash = words
            .get(between)
            .is_some_and(|w| matches!(w.text, "-" | "–" | "—" | "to"));
        dash && right.range.start == between + 1 && !left.strong && !right.strong
    };
    let before = at
        .checked_sub(1)
        .is_some_and(|left| dashed(&candidates[left], &candidates[at]));
    before
        || candidates
            .get(at + 1)
            .is_some_and(|right| dashed(&candidates[at], right))
}
