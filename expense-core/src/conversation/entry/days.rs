//! Days in a line: `yesterday`, `Friday`, `3 May`, `2026-05-03`, `3/5`, `-2d`.

use std::ops::Range;

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::Context;
use super::numeric;
use super::words::Word;
use crate::domain::calendar::MONTHS;
use crate::domain::number::digit;

/// A day found among the words.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// The words that name it.
    pub(super) range: Range<usize>,
    /// The days that they may mean, the likeliest first; none where there is no such day.
    pub(super) days: Vec<NaiveDate>,
    /// Whether the words may as well be text: `1/2 pizza`.
    pub(super) perhaps_text: bool,
    /// Where it ends instead if the line has no amount otherwise, and what it then means:
    /// `3 May 2000` gives back its year, `3.5.` and the day of `12 May rent` all.
    pub(super) otherwise: Option<(usize, Option<NaiveDate>)>,
}

impl Found {
    pub(super) fn exact(range: Range<usize>, day: NaiveDate) -> Self {
        Self {
            range,
            days: vec![day],
            perhaps_text: false,
            otherwise: None,
        }
    }
}

/// The most days of one line; one with more is a text about days.
const DAYS: usize = 4;

/// The days that the words name, without overlap, in their order.
pub(super) fn find(words: &[Word<'_>], context: &Context<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        match day_at(words, at, context) {
            Some(day) => {
                at = day.range.end;
                found.push(day);
            }
            None => at += 1,
        }
    }
    if found.len() > DAYS {
        Vec::new()
    } else {
        found
    }
}

fn day_at(words: &[Word<'_>], at: usize, context: &Context<'_>) -> Option<Found> {
    let preposition = words[at].is("on") && at + 1 < words.len();
    let start = if preposition { at + 1 } else { at };
    let mut found = relative(words, start, context)
        .or_else(|| ago(words, start, context))
        .or_else(|| weekday(words, start, context))
        .or_else(|| with_month(words, start, context))
        .or_else(|| with_counters(words, start, context))
        .or_else(|| numeric::day(words, start, context))?;
    found.range.start = at;
    Some(found)
}

fn relative(words: &[Word<'_>], at: usize, context: &Context<'_>) -> Option<Found> {
    let word = &words[at];
    let day = if word.is("today") {
        Some(context.today)
    } else if word.is("yesterday") {
        context.today.pred_opt()
    } else if word.is("tomorrow") {
        context.today.succ_opt()
    } else {
        None
    };
    Some(Found::exact(at..at + 1, day?))
}

/// `-2d`, `-1w`, `2d ago`, `3 days ago`, `a week ago`.
fn ago(words: &[Word<'_>], at: usize, context: &Context<'_>) -> Option<Found> {
    let word = words[at].bare;
    if let Some(rest) = word.strip_prefix(['-', '−', '–']) {
        let days = count_of_days(rest)?;
        return Some(Found::exact(
            at..at + 1,
            context.today.checked_sub_days(days)?,
        ));
    }
    let is_ago = |at: usize| words.get(at).is_some_and(|word| word.is("ago"));
    if is_ago(at + 1) {
        let day = context.today.checked_sub_days(count_of_days(word)?)?;
        return Some(Found::exact(at..at + 2, day));
    }
    if !is_ago(at + 2) {
        return None;
    }
    let count = if words[at].is_one_of(&["a", "one"]) {
        1
    } else {
        small(word)?
    };
    let unit = &words[at + 1];
    let days = if unit.is_one_of(&["day", "days"]) {
        count
    } else if unit.is_one_of(&["week", "weeks"]) {
        count * 7
    } else {
        return None;
    };
    let day = context.today.checked_sub_days(Days::new(u64::from(days)))?;
    Some(Found::exact(at..at + 3, day))
}

fn count_of_days(text: &str) -> Option<Days> {
    let unit = text.chars().next_back()?;
    let count = u64::from(small(&text[..text.len() - unit.len_utf8()])?);
    match unit {
        'd' | 'D' => Some(Days::new(count)),
        'w' | 'W' => Some(Days::new(count * 7)),
        _ => None,
    }
}

/// A whole number of at most four digits of one script.
pub(super) fn small(text: &str) -> Option<u32> {
    if text.is_empty() || text.chars().count() > 4 {
        return None;
    }
    text.chars()
        .try_fold(0, |value, c| Some(value * 10 + u32::from(digit(c)?)))
}

const WEEKDAYS: [(&[&str], Weekday); 7] = [
    (&["monday", "mon"], Weekday::Mon),
    (&["tuesday", "tue", "tues"], Weekday::Tue),
    (&["wednesday", "wed"], Weekday::Wed),
    (&["thursday", "thu", "thur", "thurs"], Weekday::Thu),
    (&["friday", "fri"], Weekday::Fri),
    (&["saturday", "sat"], Weekday::Sat),
    (&["sunday", "sun"], Weekday::Sun),
];

/// Before a weekday, these make it the name of something else.
const NAMES: &[&str] = &[
    "black", "good", "easter", "palm", "ash", "cyber", "tgi", "shrove", "casual", "ruby", "the",
    "super", "every", "next",
];

/// The latest day of that name, today included; `last friday` never means today. Weekdays count
/// at the ends of a line and beside a number or something that was taken out; their short names
/// at the end alone, as `sun` and `wed` are words.
fn weekday(words: &[Word<'_>], at: usize, context: &Context<'_>) -> Option<Found> {
    let last = words[at].is("last") && at + 1 < words.len();
    let named = if last { at + 1 } else { at };
    let word = &words[named];
    let (names, weekday) = WEEKDAYS.iter().find(|(names, _)| word.is_one_of(names))?;
    let short = !word.is(names[0]);
    let previous = at.checked_sub(1).map(|at| &words[at]);
    if previous.is_some_and(|word| word.is_one_of(NAMES)) {
        return None;
    }
    let edge = |word: Option<&Word<'_>>| word.is_none_or(|word| word.used || word.numeric);
    let on = previous.is_some_and(|word| word.is("on"));
    let ends = edge(words.get(named + 1));
    if !(on || last || ends || (!short && edge(previous))) {
        return None;
    }
    let today = context.today;
    let behind = today.weekday().days_since(*weekday);
    let days = if behind == 0 && last { 7 } else { behind };
    let day = today.checked_sub_days(Days::new(u64::from(days)))?;
    Some(Found::exact(at..named + 1, day))
}

/// The month, from 1, that a word names in full or by its first three letters.
pub(in crate::conversation) fn month(word: &str) -> Option<u32> {
    if !(3..=9).contains(&word.len()) || !word.is_ascii() {
        return None;
    }
    let named = |name: &str| {
        name.eq_ignore_ascii_case(word)
            || name[..3].eq_ignore_ascii_case(word)
            || (name == "September" && word.eq_ignore_ascii_case("sept"))
    };
    MONTHS
        .iter()
        .zip(1..)
        .find(|(name, _)| named(name))
        .map(|(_, number)| number)
}

/// `3 May`, `3rd of May 2025`, `May 3, 2025`.
fn with_month(words: &[Word<'_>], at: usize, context: &Context<'_>) -> Option<Found> {
    let word = |at: usize| words.get(at).filter(|word| !word.used);
    let (day, month, end) = if let Some(month) = month(words[at].bare) {
        (ordinal(word(at + 1)?.bare)?, month, at + 2)
    } else {
        let day = ordinal(words[at].bare)?;
        let skip = usize::from(word(at + 1)?.is("of"));
        (day, month(word(at + 1 + skip)?.bare)?, at + 2 + skip)
    };
    let year = word(end).and_then(|word| year(word.bare, context.today));
    let days = match year {
        Some(year) => i32::try_from(year)
            .ok()
            .and_then(|y| NaiveDate::from_ymd_opt(y, month, day)),
        None => latest(day, month, context.today),
    };
    let number_first = at == 0 && words[at].text.starts_with(|c| digit(c).is_some());
    Some(Found {
        range: at..end + usize::from(year.is_some()),
        days: days.into_iter().collect(),
        perhaps_text: false,
        otherwise: match year {
            Some(_) => Some((end, latest(day, month, context.today))),
            None => (number_first && end < words.len()).then_some((at, None)),
        },
    })
}

/// `5月3日`, `2026年5月3日`, `5월 3일`.
fn with_counters(words: &[Word<'_>], at: usize, context: &Context<'_>) -> Option<Found> {
    let counted = |at: usize, counters: &[&str]| {
        let counter = words.get(at + 1)?.text;
        small(words[at].text).filter(|_| counters.contains(&counter))
    };
    let year = counted(at, &["年", "년"]);
    let start = if year.is_some() { at + 2 } else { at };
    let month = counted(start, &["月", "월"])?;
    let day = counted(start + 2, &["日", "号", "號", "일"])?;
    let date = match year {
        Some(year) => NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day),
        None => latest(day, month, context.today),
    };
    Some(Found {
        range: at..start + 4,
        days: date.into_iter().collect(),
        perhaps_text: false,
        otherwise: None,
    })
}

/// A day of the month: `3`, `3rd`, `21st`.
fn ordinal(word: &str) -> Option<u32> {
    let digits = word
        .chars()
        .take_while(|c| digit(*c).is_some())
        .map(char::len_utf8)
        .sum();
    let (number, suffix) = word.split_at(digits);
    let day = small(number).filter(|day| (1..=31).contains(day) && number.chars().count() <= 2)?;
    let suffixes = ["", "st", "nd", "rd", "th"];
    suffixes
        .iter()
        .any(|s| s.eq_ignore_ascii_case(suffix))
        .then_some(day)
}

/// A year of four digits that an expense may be of.
pub(super) fn year(word: &str, today: NaiveDate) -> Option<u32> {
    let year = small(word).filter(|_| word.chars().count() == 4)?;
    let latest = u32::try_from(today.year()).ok()? + 10;
    (1970..=latest).contains(&year).then_some(year)
}

/// The latest such day, at most a day ahead of today.
pub(super) fn latest(day: u32, month: u32, today: NaiveDate) -> Option<NaiveDate> {
    let limit = today.succ_opt()?;
    // Eight years always hold a 29 February.
    (0..=8)
        .filter_map(|back| NaiveDate::from_ymd_opt(limit.year() - back, month, day))
        .find(|date| *date <= limit)
}
