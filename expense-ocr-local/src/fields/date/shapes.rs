//! How dates are written, and what each text may mean.

use std::sync::LazyLock;

use chrono::NaiveDate;
use regex::Regex;

use crate::fields::country::Order;
use crate::fields::keywords::Words;
use crate::fields::months::month;
use crate::fields::pattern;

/// One way to read a text as a date.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    pub(super) day: NaiveDate,
    pub(super) points: i32,
    /// Only this reading makes sense of its text.
    pub(super) certain: bool,
}

/// What may stand for a digit in a date.
const DIGIT: &str = "[0-9OoQDlI|BSZ]";

/// Three numbers with the same separator; the last may run into a time.
static NUMBERS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let with = |first: &str, second: &str| {
        pattern(&format!(
            r"(?P<a>{DIGIT}{{4}}|{DIGIT}{{1,2}})\s?{first}\s?(?P<b>{DIGIT}{{1,2}})\s?{second}\s?(?P<c>{DIGIT}{{1,8}})(?P<after>:?)"
        ))
    };
    vec![
        with("/", "/"),
        with("[-–]", "[-–]"),
        with("[.,]", r"\."),
        with(r"\.", "[,:]"),
        with("年", "月"),
        with("'", "'"),
    ]
});
/// A day, the name of a month, a year: `3 May 2018`, `03-MAY-18`, `21. April 2019`, `3.Mai 18`.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?P<day>[0-9OolI]{1,2})(?:st|nd|rd|th|\.|er)?[\s,./-]{0,3}(?:de\s)?(?P<month>[A-Za-z0À-ÿ]{3,10})\.?[\s,./'-]{0,3}(?:de\s)?(?P<year>[0-9O]{4}|[0-9O]{2})(?P<after>:?)",
    )
});
/// The name of a month, a day, a year: `May 3, 2018`.
static NAMED_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?P<month>[A-Za-zÀ-ÿ]{3,10})\.?[\s./-]{0,2}(?P<day>[0-9OolI]{1,2})(?:st|nd|rd|th)?[\s,./'-]{1,3}(?P<year>[0-9O]{4}|[0-9O]{2})(?P<after>:?)",
    )
});
/// Eight digits in a row: `20180503`, `03052018`.
static PACKED: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?P<digits>[0-9]{8})\b"));
/// A time of day.
pub(super) static TIME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"[0-2]?[0-9] ?[:.h] ?[0-5][0-9](?: ?[:.] ?[0-5][0-9])?(?: ?[AaPp]\.?[Mm])?")
});

/// All dates that a text shows between other signs.
pub(super) fn readings(text: &str, order: Order) -> Vec<Reading> {
    let mut found = Vec::new();
    for numbers in NUMBERS.iter().flat_map(|shape| shape.captures_iter(text)) {
        found.extend(from_numbers(text, &numbers, order));
    }
    for shape in [&*NAMED, &*NAMED_FIRST] {
        for named in shape.captures_iter(text) {
            found.extend(from_name(&named));
        }
    }
    found
}

/// All dates that a text shows as eight digits.
pub(super) fn packed(text: &str) -> Vec<Reading> {
    let found = PACKED.captures_iter(text);
    found
        .flat_map(|packed| from_packed(&packed["digits"]))
        .collect()
}

fn from_numbers(text: &str, found: &regex::Captures<'_>, order: Order) -> Vec<Reading> {
    let Some(penalty) = found.get(0).and_then(|whole| doubt_of_place(text, whole)) else {
        return Vec::new();
    };
    let (a, b, last) = (number(&found["a"]), number(&found["b"]), &found["c"]);
    let after = &found["after"];
    // Four digits that are no year are the end of a number and a day.
    let run_into = found["a"].len() == 4 && a < 1900;
    let (a, penalty) = if run_into {
        (a % 100, penalty + 8)
    } else {
        (a, penalty)
    };
    if found["a"].len() == 4 && !run_into {
        let day = day_before_time(last, after);
        return day
            .and_then(|day| date(a, b, day, 30 - penalty))
            .into_iter()
            .collect();
    }
    let Some((c, full)) = year_before_time(last, after) else {
        return Vec::new();
    };
    // `4-1-23` is a date or the number of a house.
    let bare = !full && found["a"].len() == 1 && found["b"].len() == 1;
    let points = if full { 24 } else { 14 } - penalty - if bare { 13 } else { 0 };
    in_either_order((a, b, c), full, order, points)
}

/// How much less a date is worth for what stands around its numbers; `None` where they are a part
/// of something longer: `1/2/3/4`, `192.168.10.20`.
fn doubt_of_place(text: &str, whole: regex::Match<'_>) -> Option<i32> {
    let (before, after) = (&text[..whole.start()], &text[whole.end()..]);
    if whole.as_str().bytes().filter(u8::is_ascii_digit).count() < 3
        || after.starts_with(['/', '-'])
    {
        return None;
    }
    match before.chars().next_back() {
        // A number of many digits may have run into the date, if a time shows that it is one.
        Some(sign) if sign.is_ascii_digit() => {
            let run = before.bytes().rev().take_while(u8::is_ascii_digit).count();
            (run >= 4 && TIME.is_match(after)).then_some(8)
        }
        Some('.' | '/' | '-' | ',') => None,
        // `30.04:20 09:58`: a colon is a misread dot where the time is yet to come.
        _ if whole.as_str().trim_end_matches(':').contains(':') => {
            TIME.is_match(after).then_some(8)
        }
        _ => Some(0),
    }
}

/// Day, month, year in the order that is usual there, and in the others for less.
fn in_either_order(
    (a, b, c): (u32, u32, u32),
    full: bool,
    order: Order,
    points: i32,
) -> Vec<Reading> {
    let year = if full { c } else { 2000 + c };
    let (day_first, month_first) = match order {
        Order::DayMonthYear | Order::YearMonthDay => (points, points - 12),
        Order::MonthDayYear => (points - 12, points),
    };
    let mut readings: Vec<Reading> = date(year, b, a, day_first).into_iter().collect();
    if a != b {
        readings.extend(date(year, a, b, month_first));
    }
    if !full {
        let year_first = if order == Order::YearMonthDay {
            points + 4
        } else {
            points - 16
        };
        readings.extend(date(2000 + a, b, c, year_first));
    }
    readings
}

/// A year whose digits may run into those of an hour: `1809:52` is 18, 9:52; `201816:34` is 2018.
/// The answer tells whether the year was written in full.
fn year_before_time(digits: &str, after: &str) -> Option<(u32, bool)> {
    let timed = after == ":";
    let (length, full) = match (digits.len(), timed) {
        (2, false) => (2, false),
        (4, false) => (4, true),
        (3 | 4, true) => (2, false),
        (5 | 6, true) | (8, false) => (4, true),
        (6, false) => (2, false),
        _ => return None,
    };
    let year = number(digits.get(..length)?);
    (!full || (1980..=2100).contains(&year)).then_some((year, full))
}

/// A day whose digits may run into those of an hour: `2109:52` is the 21st, 9:52.
fn day_before_time(digits: &str, after: &str) -> Option<u32> {
    match (digits.len(), after == ":") {
        (1 | 2, false) => Some(number(digits)),
        (3 | 4, true) | (4 | 6, false) => digits.get(..2).map(number),
        _ => None,
    }
}

fn from_name(found: &regex::Captures<'_>) -> Option<Reading> {
    let words = Words::of(&found["month"]);
    let month = words.iter().next().and_then(month)?;
    let (digits, after) = (&found["year"], &found["after"]);
    let (year, full) = match (digits.len(), after.is_empty()) {
        (2, true) => (number(digits), false),
        (4, true) => (number(digits), true),
        (4, false) => (number(digits.get(..2)?), false),
        _ => return None,
    };
    let year = if full { year } else { 2000 + year };
    date(year, month, number(&found["day"]), 28).map(|reading| Reading {
        certain: true,
        ..reading
    })
}

fn from_packed(digits: &str) -> Vec<Reading> {
    let part = |from: usize, to: usize| digits.get(from..to).map_or(0, number);
    let year_first = date(part(0, 4), part(4, 6), part(6, 8), 6);
    let day_first = date(part(4, 8), part(2, 4), part(0, 2), 4);
    year_first.into_iter().chain(day_first).collect()
}

fn date(year: u32, month: u32, day: u32, points: i32) -> Option<Reading> {
    let day = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    Some(Reading {
        day,
        points,
        certain: false,
    })
}

/// The number that was meant, at most eight digits long.
fn number(text: &str) -> u32 {
    text.chars().fold(0, |sum, sign| {
        let digit = match sign {
            'l' | 'I' | '|' => 1,
            'Z' => 2,
            'S' => 5,
            'B' => 8,
            other => other.to_digit(10).unwrap_or(0),
        };
        sum * 10 + digit
    })
}
