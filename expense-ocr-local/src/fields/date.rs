//! The day of the purchase.

mod shapes;

use chrono::{Datelike, NaiveDate};
use expense_core::ports::ocr::Hints;

use self::shapes::{Reading, TIME, packed, readings};
use super::country::{Country, Order};
use super::page::{Page, Row};

/// The day and how sure it is, in percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Date {
    pub(crate) day: NaiveDate,
    pub(crate) confidence: u8,
}

/// No receipt that is sent in is older.
const OLDEST_YEARS: i32 = 25;

const DATE: &str = "DATE DATUM FECHA DATA TARIKH TANGGAL DATO PAIVAYS TARIH DATETIME DT 日期 日付";
/// Words beside dates that are not the day of the purchase.
const OTHER: &str = "\
    EXP EXPIRY EXPIRES EXPIRED VALID UNTIL DUE BEFORE DOB BIRTH MHD GULTIG BIS VALABLE JUSQU VALIDO \
    HASTA SINCE RETURN RETURNS EXCHANGE APPROVAL PERMIT REDEEM EFFECTIVE LUPUT SCADENZA VERSION VER \
    PROMOTION UMTAUSCH";

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
    let mut found = readings(&row.text, order);
    if found.is_empty() && row.words.any(DATE) {
        found = packed(&row.text);
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
