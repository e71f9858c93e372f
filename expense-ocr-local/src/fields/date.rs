//! The day of the purchase.

use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate};
use expense_core::ports::ocr::Hints;
use regex::Regex;

use super::country::{Country, Order};
use super::months::month;
use super::page::{Page, Row};
use super::pattern;

/// The day and how sure it is, in percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Date {
    pub(crate) day: NaiveDate,
    pub(crate) confidence: u8,
}

/// What may stand for a digit in a date.
const DIGIT: &str = "[0-9OoQDlI|BSZ]";
/// No receipt that is sent in is older.
const OLDEST_YEARS: i32 = 25;

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
static TIME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"[0-2]?[0-9] ?[:.h] ?[0-5][0-9](?: ?[:.] ?[0-5][0-9])?(?: ?[AaPp]\.?[Mm])?")
});

const DATE: &str = "DATE DATUM FECHA DATA TARIKH TANGGAL DATO PAIVAYS TARIH DATETIME DT 日期 日付";
/// Words beside dates that are not the day of the purchase.
const OTHER: &str = "\
    EXP EXPIRY EXPIRES EXPIRED VALID UNTIL DUE BEFORE DOB BIRTH MHD GULTIG BIS VALABLE JUSQU VALIDO \
    HASTA SINCE RETURN RETURNS EXCHANGE APPROVAL PERMIT REDEEM EFFECTIVE LUPUT SCADENZA VERSION VER \
    PROMOTION UMTAUSCH";

/// One way to read a text as a date.
#[derive(Debug, Clone, Copy)]
struct Reading {
    day: NaiveDate,
    points: i32,
    /// Only this reading makes sense of its text.
    certain: bool,
}

/// The day, if the receipt shows one that is not in the future of the day on which it was sent.
pub(crate) fn find(page: &Page, hints: &Hints, country: Option<Country>) -> Option<Date> {
    let order = country.map_or_else(|| order_of(hints.locale.as_str()), |country| country.order);
    let mut readings: Vec<Reading> = Vec::new();
    for (at, row) in page.rows.iter().enumerate() {
        let bonus = surroundings(page, at, row);
        for mut reading in readings_of(row, order, hints.sent_on) {
            reading.points += bonus;
            readings.push(reading);
        }
    }
    for reading in &mut readings {
        reading.points -= age(reading.day, hints.sent_on);
    }
    let mut days: Vec<(NaiveDate, i32, bool)> = Vec::new();
    for reading in readings {
        match days.iter_mut().find(|(day, ..)| *day == reading.day) {
            // A second mention of the same day confirms it.
            Some((_, points, certain)) => {
                *points = (*points).max(reading.points) + 8;
                *certain |= reading.certain;
            }
            None => days.push((reading.day, reading.points, reading.certain)),
        }
    }
    days.sort_by_key(|(_, points, certain)| std::cmp::Reverse((*points, *certain)));
    let (day, points, certain) = *days.first().filter(|(_, points, _)| *points >= 0)?;
    let lead = points - days.get(1).map_or(-20, |(_, points, _)| *points);
    Some(Date {
        day,
        confidence: confidence(lead, certain),
    })
}

fn confidence(lead: i32, certain: bool) -> u8 {
    let base: u8 = if certain { 98 } else { 93 };
    let doubt: u8 = match lead {
        ..3 => 30,
        3..8 => 12,
        8..15 => 4,
        _ => 0,
    };
    base.saturating_sub(doubt)
}

/// What the row and the head above it say about a date on the row.
fn surroundings(page: &Page, at: usize, row: &Row) -> i32 {
    let mut points = 0;
    if row.words.any(DATE) {
        points += 22;
    } else if at
        .checked_sub(1)
        .is_some_and(|above| page.rows[above].words.any(DATE))
    {
        points += 12;
    }
    if TIME.is_match(&row.text) {
        points += 14;
    }
    if row.words.any(OTHER) {
        points -= 40;
    }
    points
}

/// A little is taken for each year, much for what is older than any receipt that is sent in.
fn age(day: NaiveDate, sent_on: NaiveDate) -> i32 {
    let years = sent_on.year() - day.year();
    if years > 12 { 20 + years } else { years.min(4) }
}

/// All dates on a row that are possible on the day on which the receipt was sent.
fn readings_of(row: &Row, order: Order, sent_on: NaiveDate) -> Vec<Reading> {
    let mut found = Vec::new();
    let text = row.text.as_str();
    for numbers in NUMBERS.iter().flat_map(|shape| shape.captures_iter(text)) {
        found.extend(from_numbers(text, &numbers, order));
    }
    for shape in [&*NAMED, &*NAMED_FIRST] {
        for named in shape.captures_iter(text) {
            found.extend(from_name(&named));
        }
    }
    if found.is_empty() && row.words.any(DATE) {
        for packed in PACKED.captures_iter(text) {
            found.extend(from_packed(&packed["digits"]));
        }
    }
    let oldest = sent_on
        .with_year(sent_on.year() - OLDEST_YEARS)
        .unwrap_or(NaiveDate::MIN);
    found.retain(|reading| reading.day <= sent_on && reading.day >= oldest);
    if let [only] = found.as_mut_slice() {
        only.certain = true;
    }
    found
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
    let words = super::keywords::Words::of(&found["month"]);
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

/// The order in which a locale writes dates in digits.
fn order_of(locale: &str) -> Order {
    let mut parts = locale.split('-');
    let language = parts.next().unwrap_or_default();
    let region = parts.find(|part| part.len() == 2);
    match (language, region) {
        (_, Some("US" | "PH")) | ("en", None) => Order::MonthDayYear,
        ("ja" | "zh" | "ko" | "hu" | "sv" | "lt", _)
        | (_, Some("CA" | "CN" | "JP" | "KR" | "TW")) => Order::YearMonthDay,
        _ => Order::DayMonthYear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::country;
    use crate::fields::testing::{hints, lines};
    use rstest::rstest;

    fn found(text: &str, locale: &str) -> Option<String> {
        let page = Page::new(lines(text));
        find(&page, &hints("EUR", locale), country::find(&page)).map(|date| date.day.to_string())
    }

    #[rstest]
    #[case::day_first("Date & time: 21-04-19 01:28", "2019-04-21")]
    #[case::full_year("12-02-2018   11:34:45 AM", "2018-02-12")]
    #[case::german("15.05.20 09:52 0000545 002", "2020-05-15")]
    #[case::glued_time("15.05.2009:52", "2020-05-15")]
    #[case::glued_time_full_year("27/03/201816:34", "2018-03-27")]
    #[case::time_before("09:41PM   568008   03-05-18", "2018-05-03")]
    #[case::glued_am("05/se200209/42193   06/04/17 11:43am", "2017-04-06")]
    #[case::label_glued("Date:27/03/2018", "2018-03-27")]
    #[case::misread_digits("TAXINV:002-1550040   l8/O3/1B", "2018-03-18")]
    #[case::iso("2019-04-21 13:01", "2019-04-21")]
    #[case::slashes_year_first("2019/04/21", "2019-04-21")]
    #[case::impossible_month("04/21/2019", "2019-04-21")]
    #[case::english_name("Date: 3 May 2018", "2018-05-03")]
    #[case::capital_name("03-MAY-18 12:30", "2018-05-03")]
    #[case::american_name("May 3, 2018", "2018-05-03")]
    #[case::glued_name("03MAY2018", "2018-05-03")]
    #[case::german_name("21. März 2019", "2019-03-21")]
    #[case::french_name("le 14 juillet 2019", "2019-07-14")]
    #[case::spanish_name("5 de enero de 2020", "2020-01-05")]
    #[case::japanese("2019年4月21日 13:01", "2019-04-21")]
    #[case::number_run_into_it("3182   29506970230.04.20   09:58", "2020-04-30")]
    #[case::misread_dot("3182   295069/02   30.04:20   09:58", "2020-04-30")]
    #[case::other_separators_before("ORD #57 -REG #19- 03/04/2018 16:32:10", "2018-04-03")]
    #[case::spaces("Date : 12 / 02 / 2018", "2018-02-12")]
    #[case::packed("Date: 20180503", "2018-05-03")]
    #[case::header_above("Datum Uhrzeit   Filiale\n20.04.20 09:50   0000545", "2020-04-20")]
    fn days(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(found(text, "en-GB").as_deref(), Some(expected), "{text}");
    }

    #[rstest]
    #[case::american("03/04/2019", "en-US", "2019-03-04")]
    #[case::british("03/04/2019", "en-GB", "2019-04-03")]
    #[case::swedish_short("19-04-21", "sv-SE", "2019-04-21")]
    #[case::the_country_outweighs_the_hint("Kedai Sdn Bhd\n03/04/2019", "en-US", "2019-04-03")]
    fn orders(#[case] text: &str, #[case] locale: &str, #[case] expected: &str) {
        assert_eq!(found(text, locale).as_deref(), Some(expected), "{text}");
    }

    #[rstest]
    #[case::never_in_the_future("Date: 12/12/2031")]
    #[case::a_phone("Tel 03-4021-0276")]
    #[case::an_amount("TOTAL 12.50")]
    #[case::an_address("NO 4-1-23, JALAN")]
    #[case::a_version("192.168.10.20")]
    fn no_day(#[case] text: &str) {
        assert_eq!(found(text, "en-GB"), None, "{text}");
    }

    #[rstest]
    #[case("Valid until 31/12/2019\nDate 05/11/2019 10:20", "2019-11-05")]
    #[case("Date 05/11/2019\nReturn before 05/12/2019", "2019-11-05")]
    #[case("Permit 01/01/2010\n05/11/2019 18:22", "2019-11-05")]
    fn other_dates_do_not_mislead(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(found(text, "en-GB").as_deref(), Some(expected), "{text}");
    }
}
