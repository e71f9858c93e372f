//! Reading one line: from words to a [`Reading`].

use std::ops::Range;

use chrono::NaiveDate;

use super::candidate::{self, Candidate};
use super::choose::{CHOICES, Choice, choose};
use super::days::{self, Found};
use super::outcome::{Doubt, Invalid};
use super::sift::sift;
use super::words::{self, Word};
use super::{Context, Entry, Reading, labels};
use crate::domain::currency::{Currency, is_also_a_word, is_withdrawn};
use crate::domain::money::Money;
use crate::domain::text::{Description, Tag};

/// A line with its parts found; the words of tags, days and the category are used.
pub(super) struct Scanned<'a> {
    pub(super) words: Vec<Word<'a>>,
    pub(super) candidates: Vec<Candidate>,
    pub(super) days: Vec<Found>,
    pub(super) tags: Vec<Tag>,
    pub(super) category: Option<usize>,
    /// The words of a category that ends the text, which stay if nothing else is left.
    category_words: Vec<usize>,
    /// What is wrong with the line if it is an expense at all.
    pub(super) invalid: Option<Invalid>,
}

/// Reads one line that is not empty.
pub(super) fn read(line: &str, context: &Context<'_>) -> Reading {
    let prepared = words::prepare(line);
    let brackets = labels::cut_brackets(&prepared);
    let (text, name) = match &brackets {
        Some((cut, name)) => (cut.as_str(), Some(*name)),
        None => (prepared.as_str(), None),
    };
    let mut scanned = Scanned::new(text, name, context);
    let mut choice = choose(&scanned.words, &scanned.candidates);
    if choice == Choice::None && scanned.give_back(context) {
        choice = choose(&scanned.words, &scanned.candidates);
    }
    scanned.reading(choice, context)
}

impl<'a> Scanned<'a> {
    /// Finds the parts of a prepared line from which `[name]` was cut.
    pub(super) fn new(text: &'a str, name: Option<&str>, context: &Context<'_>) -> Self {
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
        match name
            .map(|name| labels::named(name, context.categories))
            .transpose()
        {
            Ok(category) => scanned.category = category,
            Err(invalid) => scanned.invalid = Some(invalid),
        }
        scanned.days = days::find(&scanned.words, context);
        scanned.use_days();
        scanned.find_numbers(context);
        if name.is_none() {
            scanned.find_category(context);
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
        let found = candidate::find(&self.words, context);
        if !found.is_empty()
            && found.iter().all(|candidate| !candidate.named)
            && let Some((at, currency)) = self.edge_currency(&found)
        {
            self.words[at].used = true;
            let context = Context {
                currency,
                ..*context
            };
            let mut found = candidate::find(&self.words, &context);
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
        let free = |at: &usize| {
            !self.words[*at].used && !found.iter().any(|candidate| candidate.range.contains(at))
        };
        let unused: Vec<usize> = (0..self.words.len()).filter(free).collect();
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
    fn find_category(&mut self, context: &Context<'_>) {
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
            let found = labels::trailing(&self.words, end, context.categories);
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
    fn give_back(&mut self, context: &Context<'_>) -> bool {
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

    /// Every reading with one of the chosen amounts, and what is in doubt between them.
    pub(super) fn entries(
        &self,
        chosen: &[usize],
        context: &Context<'_>,
    ) -> Result<Answer, Invalid> {
        let days = self.day_readings(context.today);
        let mut answer = Answer {
            doubt: days.doubt,
            entries: Vec::new(),
        };
        let mut failed = None;
        for candidate in chosen.iter().map(|at| &self.candidates[*at]) {
            self.check_neighbors(candidate)?;
            if candidate.is_ambiguous() {
                answer.doubt = Some(Doubt::Thousands);
            }
            let dashed = self.is_dashed(candidate);
            if dashed {
                answer.doubt = Some(Doubt::Refund);
            }
            match candidate.amounts() {
                Ok(mut amounts) => {
                    if dashed {
                        amounts = amounts
                            .iter()
                            .flat_map(|money| [money.negated(), *money])
                            .collect();
                    }
                    for (money, day) in amounts
                        .iter()
                        .flat_map(|m| days.list.iter().map(move |d| (m, d)))
                    {
                        answer
                            .entries
                            .push(self.entry(candidate, *money, day, context)?);
                    }
                }
                Err(invalid) => failed = Some(invalid),
            }
        }
        answer.entries.truncate(CHOICES);
        match (answer.entries.is_empty(), failed, self.invalid) {
            (true, Some(invalid), _) | (_, _, Some(invalid)) => Err(invalid),
            _ if chosen.len() > 1 => Ok(Answer {
                doubt: Some(Doubt::Amount),
                ..answer
            }),
            _ => Ok(answer),
        }
    }

    /// `- 20 shoes`: whether a lone minus begins the line just before the amount.
    fn is_dashed(&self, candidate: &Candidate) -> bool {
        let dash = self
            .words
            .first()
            .is_some_and(|word| matches!(word.text, "-" | "−" | "–"));
        dash && candidate.range.start == 1
    }

    /// A code that was withdrawn, or of a coin, beside an amount is not its description.
    fn check_neighbors(&self, candidate: &Candidate) -> Result<(), Invalid> {
        let beside = [
            candidate.range.start.checked_sub(1),
            Some(candidate.range.end),
        ];
        let mut words = beside
            .into_iter()
            .flatten()
            .filter_map(|at| self.words.get(at));
        let withdrawn = words.any(|word| !word.used && is_withdrawn(word.bare));
        if withdrawn && !candidate.named {
            Err(Invalid::UnknownCurrency)
        } else {
            Ok(())
        }
    }

    /// The days that the line may mean; a day that is not meant stays in the text.
    pub(super) fn day_readings(&self, today: NaiveDate) -> DayReadings {
        let mut list = Vec::new();
        for (at, found) in self.days.iter().enumerate() {
            let others = self
                .days
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != at);
            let text: Vec<Range<usize>> = others.map(|(_, found)| found.range.clone()).collect();
            list.extend(found.days.iter().map(|day| DayReading {
                day: *day,
                text: text.clone(),
            }));
            if found.perhaps_text {
                let text = self.days.iter().map(|found| found.range.clone()).collect();
                list.push(DayReading { day: today, text });
            }
        }
        let one = list.first().map(|first| first.day);
        if self.days.len() > 1 && list.iter().all(|reading| Some(reading.day) == one) {
            list.truncate(1);
            list.iter_mut().for_each(|reading| reading.text.clear());
        }
        if list.is_empty() {
            list.push(DayReading {
                day: today,
                text: Vec::new(),
            });
        }
        list.truncate(CHOICES);
        let text = self.days.iter().any(|found| found.perhaps_text);
        let doubt = if text { Doubt::DateOrText } else { Doubt::Date };
        DayReadings {
            doubt: (list.len() > 1).then_some(doubt),
            list,
        }
    }

    fn entry(
        &self,
        candidate: &Candidate,
        money: Money,
        day: &DayReading,
        context: &Context<'_>,
    ) -> Result<Entry, Invalid> {
        let _ = context;
        let description = self.description(&candidate.range, &day.text)?;
        Ok(Entry {
            money,
            description,
            category: self.category,
            tags: self.tags.clone(),
            date: day.day,
            assumed_currency: candidate.shared,
        })
    }

    /// The words that nothing has taken, with those of days that are not meant; the category's
    /// name where nothing else is left.
    pub(super) fn description(
        &self,
        amount: &Range<usize>,
        text: &[Range<usize>],
    ) -> Result<Description, Invalid> {
        let joined = |category: bool| {
            let words = self.words.iter().enumerate().filter(|(at, word)| {
                let restored = text.iter().any(|range| range.contains(at))
                    || (category && self.category_words.contains(at));
                !amount.contains(at) && (!word.used || restored)
            });
            words::trimmed(words.map(|(_, word)| word))
        };
        let mut text = joined(false);
        if text.is_empty() {
            text = joined(true);
        }
        if Description::is_too_long(&text) {
            return Err(Invalid::DescriptionTooLong);
        }
        Ok(Description::new(&text))
    }
}

/// Readings of a line, and what is in doubt if there are several or one is not sure.
pub(super) struct Answer {
    pub(super) doubt: Option<Doubt>,
    pub(super) entries: Vec<Entry>,
}

pub(super) struct DayReading {
    pub(super) day: NaiveDate,
    /// Days that stay in the text.
    pub(super) text: Vec<Range<usize>>,
}

pub(super) struct DayReadings {
    pub(super) doubt: Option<Doubt>,
    pub(super) list: Vec<DayReading>,
}
