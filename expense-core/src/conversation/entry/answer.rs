//! The entries that a line may mean, once its amount is chosen.

use std::ops::Range;

use chrono::NaiveDate;

use super::candidate::Candidate;
use super::choose::CHOICES;
use super::outcome::{Doubt, Invalid};
use super::scan::Scanned;
use super::words;
use super::{Context, Entry};
use crate::domain::currency::is_withdrawn;
use crate::domain::money::Money;
use crate::domain::text::Description;

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

impl Scanned<'_> {
    /// Every reading with one of the chosen amounts, and what is in doubt between them.
    pub(super) fn entries(
        &self,
        chosen: &[usize],
        context: &Context<'_>,
    ) -> Result<Answer, Invalid> {
        let days = self.day_readings(context.today);
        let mut doubt = days.doubt;
        let mut entries: Vec<Entry> = Vec::new();
        let mut failed = None;
        for candidate in chosen.iter().map(|at| &self.candidates[*at]) {
            let (amounts, doubted) = match self.amounts(candidate) {
                Ok(amounts) => amounts,
                Err(invalid) => {
                    failed = Some(invalid);
                    continue;
                }
            };
            doubt = doubted.or(doubt);
            for money in amounts {
                for day in &days.list {
                    let entry = self.entry(candidate, money, day)?;
                    if entries.len() < CHOICES && !entries.contains(&entry) {
                        entries.push(entry);
                    }
                }
            }
        }
        if chosen.len() > 1 && (entries.len() > 1 || failed.is_some()) {
            doubt = Some(Doubt::Amount);
        }
        match self.invalid.or(failed.filter(|_| entries.is_empty())) {
            Some(invalid) => Err(invalid),
            None => Ok(Answer { doubt, entries }),
        }
    }

    /// The amounts that a candidate may mean, and why there may be another.
    fn amounts(&self, candidate: &Candidate) -> Result<(Vec<Money>, Option<Doubt>), Invalid> {
        self.check_neighbors(candidate)?;
        let amounts = candidate.amounts()?;
        if self.is_dashed(candidate) {
            let both = amounts.iter().flat_map(|money| [money.negated(), *money]);
            return Ok((both.collect(), Some(Doubt::Refund)));
        }
        let doubt = candidate.is_ambiguous().then_some(Doubt::Thousands);
        Ok((amounts, doubt))
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
    ) -> Result<Entry, Invalid> {
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
