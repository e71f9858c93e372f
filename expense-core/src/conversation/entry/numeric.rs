//! Days written in digits: `2026-05-03`, `3/5`, `3.5.`, `03.05.2026`.

use chrono::{Datelike, NaiveDate};

use super::Context;
use super::days::{Found, latest, small, year};
use super::words::Word;
use crate::domain::number::digit;

/// Parts of a day and the sign between them.
struct Parts<'a> {
    sign: char,
    numbers: Vec<&'a str>,
    /// Whether the sign also ends it, as in `3.5.`.
    ended: bool,
}

pub(super) fn day(words: &[Word<'_>], at: usize, context: &Context<'_>) -> Option<Found> {
    let text = words[at].text.trim_end_matches([',', ';', ':', '!', '?']);
    let parts = split(text)?;
    let days = match parts.numbers[..] {
        [a, b, c] => three(parts.sign, a, b, c, context)?,
        [a, b] => two(&parts, a, b, context)?,
        _ => return None,
    };
    let followed = words.get(at + 1).is_some_and(|word| !word.used);
    let perhaps_text = at == 0 && followed && is_fraction(text);
    let dotted = parts.ended && parts.numbers.len() == 2;
    let otherwise = dotted.then_some((at, None));
    Some(Found {
        range: at..at + 1,
        days,
        perhaps_text,
        otherwise,
    })
}

fn split(text: &str) -> Option<Parts<'_>> {
    let sign = text.chars().find(|c| digit(*c).is_none())?;
    if !matches!(sign, '/' | '-' | '.' | '／') || text.len() > 40 {
        return None;
    }
    let ended = sign == '.' && text.ends_with('.');
    let inner = if ended { text.strip_suffix('.')? } else { text };
    let numbers: Vec<&str> = inner.split(sign).take(4).collect();
    let whole = |number: &&str| small(number).is_some();
    (numbers.len() <= 3 && numbers.iter().all(whole)).then_some(Parts {
        sign,
        numbers,
        ended,
    })
}

fn width(number: &str) -> usize {
    number.chars().count()
}

/// Year first, or a year at the end. `None`: no day at all; an empty list: no such day.
fn three(sign: char, a: &str, b: &str, c: &str, context: &Context<'_>) -> Option<Vec<NaiveDate>> {
    if width(b) > 2 {
        return None;
    }
    if width(a) == 4 {
        let year = year(a, context.today)?;
        return (width(c) <= 2)
            .then(|| date(year, small(b)?, small(c)?))
            .map(as_list);
    }
    let year = match width(c) {
        4 => year(c, context.today)?,
        2 if width(a) <= 2 => short_year(c, context.today)?,
        _ => return None,
    };
    let (first, second) = (small(a)?, small(b)?);
    if width(a) > 2 || first.max(second) > 31 || first.min(second) > 12 {
        return (width(c) == 4 && width(a) <= 2).then(Vec::new);
    }
    // Dots and dashes are signs of the day first, except where the locale says otherwise.
    let habit = context.locale.day_first(true);
    let habit = if sign == '.' {
        habit.or(Some(true))
    } else {
        habit
    };
    let read = |day_first: bool| {
        let (day, month) = if day_first {
            (first, second)
        } else {
            (second, first)
        };
        date(year, month, day)
    };
    Some(in_order(habit, context.today, read))
}

fn two(parts: &Parts<'_>, a: &str, b: &str, context: &Context<'_>) -> Option<Vec<NaiveDate>> {
    let dotted = parts.sign == '.' && parts.ended;
    let slashed = matches!(parts.sign, '/' | '／') && !(a == "24" && b == "7");
    if !(dotted || slashed) || width(a) > 2 || width(b) > 2 {
        return None;
    }
    let (first, second) = (small(a)?, small(b)?);
    let habit = context.locale.day_first(false);
    let habit = if dotted { habit.or(Some(true)) } else { habit };
    let read = |day_first: bool| {
        let (day, month) = if day_first {
            (first, second)
        } else {
            (second, first)
        };
        latest(day, month, context.today)
    };
    let days = in_order(habit, context.today, read);
    (!days.is_empty()).then_some(days)
}

/// The days of both orders where nothing decides between them, else the one day. A habit decides
/// unless it names a day ahead and the other order does not.
fn in_order(
    habit: Option<bool>,
    today: NaiveDate,
    read: impl Fn(bool) -> Option<NaiveDate>,
) -> Vec<NaiveDate> {
    let first = habit.unwrap_or(true);
    let (likely, other) = (read(first), read(!first));
    let ahead = |day: NaiveDate| today.succ_opt().is_some_and(|tomorrow| day > tomorrow);
    match (likely, other) {
        (Some(likely), Some(other)) if likely != other => {
            let doubtful = habit.is_none() || (ahead(likely) && !ahead(other));
            if doubtful {
                vec![likely, other]
            } else {
                vec![likely]
            }
        }
        (likely, other) => likely.or(other).into_iter().collect(),
    }
}

fn as_list(day: Option<NaiveDate>) -> Vec<NaiveDate> {
    day.into_iter().collect()
}

fn date(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

/// Two digits mean a year from ten years ago until next year; others are a version or a number.
fn short_year(text: &str, today: NaiveDate) -> Option<u32> {
    let this = u32::try_from(today.year()).ok()?;
    let year = this - this % 100 + small(text)?;
    (this.checked_sub(10)?..=this + 1)
        .contains(&year)
        .then_some(year)
}

/// Days that are as often parts of a whole.
fn is_fraction(text: &str) -> bool {
    matches!(text, "1/2" | "1/3" | "2/3" | "1/4" | "3/4" | "1/5" | "1/8")
}
