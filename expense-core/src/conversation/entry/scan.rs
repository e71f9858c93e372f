//! Finding the parts of a line: tags, days, numbers, a category.

use super::candidate::Candidate;
use super::days::{self, Found};
use super::labels::{self, Names};
use super::outcome::Invalid;
use super::sift::sift;
use super::words::{self, Word};
use super::{Context, numbers};
use crate::domain::currency::{Currency, is_also_a_word};
use crate::domain::text::Tag;

/// A line with its parts found; the words of tags, days and the category are used.
pub(super) struct Scanned<'a> {
    pub(super) words: Vec<Word<'a>>,
    pub(super) candidates: Vec<Candidate>,
    pub(super) days: Vec<Found>,
    pub(super) tags: Vec<Tag>,
    pub(super) category: Option<usize>,
    /// The words of a category that ends the text, which stay if nothing else is left.
    pub(super) category_words: Vec<usize>,
    /// What is wrong with the line if it is an expense at all.
    pub(super) invalid: Option<Invalid>,
}

impl<'a> Scanned<'a> {
    /// Finds the parts of a prepared line from which `[name]` was cut.
    pub(super) fn new(
        text: &'a str,
        name: Option<&str>,
        names: &Names<'_>,
        context: &Context<'_>,
    ) -> Self {
        let mut scanned = Self {
            words: words::split(text),
            candidates: Vec::new(),
            days: Vec::new(),
            tags: Vec::new(),
            category: None,
            category_words: Vec::new(),
            invalid: None,
        };
        match labels::take_tags(&mut scanned.words) {
            Ok(tags) => scanned.tags = tags,
            Err(invalid) => scanned.invalid = Some(invalid),
        }
        match name.map(|name| names.named(name)).transpose() {
            Ok(category) => scanned.category = category,
            Err(invalid) => scanned.invalid = Some(invalid),
        }
        scanned.days = days::find(&scanned.words, context);
        scanned.use_days();
        scanned.find_numbers(context);
        if name.is_none() {
            scanned.find_category(names);
        }
        scanned
    }

    fn use_days(&mut self) {
        for day in &self.days {
            self.words[day.range.clone()]
                .iter_mut()
                .for_each(|word| word.used = true);
            if day.days.is_empty() {
                self.invalid = Some(Invalid::NoSuchDay);
            }
        }
    }

    fn find_numbers(&mut self, context: &Context<'_>) {
        let found = numbers::find(&self.words, context);
        if !found.is_empty()
            && found.iter().all(|candidate| !candidate.named)
            && let Some((at, currency)) = self.edge_currency(&found)
        {
            self.words[at].used = true;
            let context = Context {
                currency,
                ..*context
            };
            let mut found = numbers::find(&self.words, &context);
            found
                .iter_mut()
                .for_each(|candidate| candidate.named = true);
            self.candidates = sift(&self.words, found);
            return;
        }
        self.candidates = sift(&self.words, found);
    }

    /// A code that begins or ends the text apart from the amount: `12.50 lunch usd`.
    fn edge_currency(&self, found: &[Candidate]) -> Option<(usize, Currency)> {
        let mut free: Vec<bool> = self.words.iter().map(|word| !word.used).collect();
        for candidate in found {
            free[candidate.range.clone()].fill(false);
        }
        let unused: Vec<usize> = (0..free.len()).filter(|at| free[*at]).collect();
        let (first, last) = (*unused.first()?, *unused.last()?);
        let ends = |at: usize| self.words[at + 1..].iter().all(|word| word.used);
        let code = |at: usize| {
            let text = self.words[at].bare;
            let currency = Currency::from_code(text).ok()?;
            let capitals = text.bytes().all(|letter| letter.is_ascii_uppercase());
            (capitals || !is_also_a_word(currency)).then_some((at, currency))
        };
        let begins = self.words[..first].iter().all(|word| word.used);
        let last = Some(last).filter(|at| ends(*at));
        last.and_then(code)
            .or_else(|| Some(first).filter(|_| begins).and_then(code))
    }

    /// The category that ends the text, before or after the amount.
    fn find_category(&mut self, names: &Names<'_>) {
        let all = self.words.len();
        let last = self
            .candidates
            .last()
            .map(|candidate| candidate.range.clone());
        let last = last.filter(|last| self.words[last.end..].iter().all(|word| word.used));
        let mut ends = [Some(all), last.map(|last| last.start)]
            .into_iter()
            .flatten();
        let found = ends.find_map(|end| {
            let found = names.trailing(&self.words[..end]);
            found.map(|(category, count)| (category, count, end))
        });
        let Some((category, count, end)) = found else {
            return;
        };
        let unused = (0..end).rev().filter(|at| !self.words[*at].used);
        let taken: Vec<usize> = unused.take(count).collect();
        for at in &taken {
            self.words[*at].used = true;
        }
        self.candidates
            .retain(|candidate| !taken.iter().any(|at| candidate.range.contains(at)));
        self.category = Some(category);
        self.category_words = taken;
    }

    /// Where no amount was found, takes back from a day what may be one: a year, `3.5.` at the end
    /// of a sentence, the number of `12 May rent`. Whether anything was taken back.
    pub(super) fn give_back(&mut self, context: &Context<'_>) -> bool {
        let Some(at) = self.days.iter().position(|day| day.otherwise.is_some()) else {
            return false;
        };
        let day = &mut self.days[at];
        let Some((end, meant)) = day.otherwise.take() else {
            return false;
        };
        self.words[end..day.range.end]
            .iter_mut()
            .for_each(|word| word.used = false);
        day.range.end = end;
        day.days = meant.into_iter().collect();
        let whole = day.range.is_empty();
        if whole {
            self.days.remove(at);
        }
        self.find_numbers(context);
        self.candidates.iter_mut().for_each(|candidate| {
            candidate.doubtful |= whole;
            candidate.strong &= !whole;
        });
        true
    }
}
