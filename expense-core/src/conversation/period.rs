//! Reading a period of days: `2026-03`, `last week`, `1 May - 9 May`.

use chrono::{Datelike, Days, Months, NaiveDate};

use super::entry::{self, Context, Field, month};
use crate::domain::calendar::Period;
use crate::domain::currency::Currency;
use crate::domain::locale::Locale;

/// The text names no period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// It is not understood.
    #[error(
        "I don't understand this period: write for example 2026-03, last week, March, \
         or 1 May - 9 May."
    )]
    Unknown,
    /// Day and month may be in either order.
    #[error("This day can be read in two ways: write it like 3 May or 2026-05-03.")]
    Unclear,
    /// It ends before it begins.
    #[error("This period ends before it begins: please write the earlier day first.")]
    Backwards,
}

/// No period is longer to write than this, in bytes.
const LONGEST: usize = 100;
/// The most that `last N days`, weeks or months goes back.
const MOST: u32 = 1_200;

/// Reads a period as seen from `today`; `None` where the text is empty. A month or a day without
/// a year is the latest that has begun.
///
/// # Errors
///
/// A [`PeriodError`] whose text says what to write instead.
pub fn read(text: &str, today: NaiveDate, locale: &Locale) -> Result<Option<Period>, PeriodError> {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.is_empty() {
        return Ok(None);
    }
    let text = words.join(" ");
    if text.len() > LONGEST {
        return Err(PeriodError::Unknown);
    }
    let reader = Reader { today, locale };
    match reader.one(&text) {
        Err(PeriodError::Unknown) => reader.range(&text).map(Some),
        read => read.map(Some),
    }
}

struct Reader<'a> {
    today: NaiveDate,
    locale: &'a Locale,
}

impl Reader<'_> {
    fn one(&self, text: &str) -> Result<Period, PeriodError> {
        let words: Vec<&str> = text.split(' ').collect();
        let named = self.relative(&words).or_else(|| self.month_or_year(&words));
        named.map_or_else(|| self.day(text), Ok)
    }

    /// `this week`, `last month`, `year`, `last 7 days`.
    fn relative(&self, words: &[&str]) -> Option<Period> {
        let is = |word: &str, names: &[&str]| names.iter().any(|n| n.eq_ignore_ascii_case(word));
        let (back, unit) = match words {
            [unit] => (0, unit),
            [when, unit] if is(when, &["this", "the", "current"]) => (0, unit),
            [when, unit] if is(when, &["last", "previous", "past"]) => (1, unit),
            [when, count, unit] if is(when, &["last", "past"]) => {
                return self.so_many(count.parse().ok()?, unit);
            }
            _ => return None,
        };
        let today = self.today;
        if is(unit, &["week"]) {
            Some(Period::week(
                today.checked_sub_days(Days::new(7 * u64::from(back)))?,
            ))
        } else if is(unit, &["month"]) {
            Some(Period::month(today.checked_sub_months(Months::new(back))?))
        } else if is(unit, &["year"]) {
            Some(Period::year(
                today.checked_sub_months(Months::new(12 * back))?,
            ))
        } else {
            None
        }
    }

    /// The last so many days, weeks or months, today included.
    fn so_many(&self, count: u32, unit: &str) -> Option<Period> {
        let until = self.today.succ_opt()?;
        let count = Some(count).filter(|count| (1..=MOST).contains(count))?;
        let days = |days: u32| until.checked_sub_days(Days::new(u64::from(days)));
        let from = match unit.to_ascii_lowercase().trim_end_matches('s') {
            "day" => days(count),
            "week" => days(7 * count),
            "month" => until.checked_sub_months(Months::new(count)),
            "year" => until.checked_sub_months(Months::new(12 * count.min(100))),
            _ => None,
        };
        Period::new(from?, until)
    }

    /// `2026`, `2026-03`, `03/2026`, `March`, `March 2026`, `2026 March`.
    fn month_or_year(&self, words: &[&str]) -> Option<Period> {
        match words {
            [one] => {
                if let Some(year) = year(one) {
                    return NaiveDate::from_ymd_opt(year, 1, 1).map(Period::year);
                }
                if let Some(month) = month(one) {
                    return self.latest_month(month);
                }
                let (left, right) = one.split_once(['-', '/', '.'])?;
                let (year, month) = year(left)
                    .map(|year| (year, right))
                    .or_else(|| year(right).map(|year| (year, left)))?;
                let short = month.len() <= 2 && month.bytes().all(|b| b.is_ascii_digit());
                month_of(year, month.parse().ok().filter(|_| short)?)
            }
            [one, other] => {
                let (name, number) = if month(one).is_some() {
                    (one, other)
                } else {
                    (other, one)
                };
                month_of(year(number)?, month(name)?)
            }
            _ => None,
        }
    }

    fn latest_month(&self, month: u32) -> Option<Period> {
        let year = self.today.year() - i32::from(month > self.today.month());
        month_of(year, month)
    }

    fn day(&self, text: &str) -> Result<Period, PeriodError> {
        let (currency, locale, today) = (Currency::EUR, self.locale, self.today);
        let context = Context {
            currency,
            locale,
            today,
            categories: &[],
        };
        match entry::date(text, &context) {
            Field::Exact(day) => Ok(Period::day(day)),
            Field::Ask { .. } => Err(PeriodError::Unclear),
            Field::Absent | Field::Invalid(_) => Err(PeriodError::Unknown),
        }
    }

    /// Two periods with a dash or a word between them: from the first day of the one to the last
    /// of the other.
    fn range(&self, text: &str) -> Result<Period, PeriodError> {
        let text = text.strip_prefix("from ").unwrap_or(text);
        for separator in [
            " - ", " – ", " — ", " to ", " until ", " till ", "..", "–", "—",
        ] {
            if let Some((left, right)) = text.split_once(separator) {
                return self.between(left.trim(), right.trim_start_matches('.').trim());
            }
        }
        let dashes = text.match_indices('-').take(8);
        let mut read = dashes.filter_map(|(at, _)| {
            let (left, right) = (text[..at].trim(), text[at + 1..].trim());
            self.between(left, right).ok()
        });
        read.next().ok_or(PeriodError::Unknown)
    }

    fn between(&self, left: &str, right: &str) -> Result<Period, PeriodError> {
        let end = self.one(right)?;
        let start = match self.one(left) {
            Err(PeriodError::Unknown) => self.one(&with_month_of(left, right)?)?,
            read => read?,
        };
        if let Some(period) = Period::new(start.from(), end.until()) {
            return Ok(period);
        }
        // The latest 9 May may be last year's where the latest 1 May is this year's.
        let named = right
            .split([' ', '-', '/', '.'])
            .any(|word| year(word).is_some());
        let later = end
            .until()
            .checked_add_months(Months::new(12))
            .filter(|_| !named);
        later
            .and_then(|until| Period::new(start.from(), until))
            .ok_or(PeriodError::Backwards)
    }
}

/// `1` before `9 May 2025` is `1 May 2025`.
fn with_month_of(day: &str, end: &str) -> Result<String, PeriodError> {
    let number = !day.is_empty() && day.len() <= 2 && day.bytes().all(|b| b.is_ascii_digit());
    let mut words = end.split(' ');
    match (number, words.next(), words.next()) {
        (true, Some(_), Some(name)) if month(name).is_some() => {
            let rest: Vec<&str> = words.collect();
            Ok(format!("{day} {name} {}", rest.join(" "))
                .trim_end()
                .to_owned())
        }
        _ => Err(PeriodError::Unknown),
    }
}

fn year(word: &str) -> Option<i32> {
    let digits = word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit());
    word.parse()
        .ok()
        .filter(|year| digits && (1970..=2199).contains(year))
}

fn month_of(year: i32, month: u32) -> Option<Period> {
    NaiveDate::from_ymd_opt(year, month, 1).map(Period::month)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[rstest]
    #[case("2026-03", "2026-03-01", "2026-03-31")]
    #[case("3/2026", "2026-03-01", "2026-03-31")]
    #[case("2026", "2026-01-01", "2026-12-31")]
    #[case("March", "2026-03-01", "2026-03-31")]
    #[case("may", "2026-05-01", "2026-05-31")]
    #[case("Dec", "2025-12-01", "2025-12-31")]
    #[case("february 2024", "2024-02-01", "2024-02-29")]
    #[case("2024 Feb", "2024-02-01", "2024-02-29")]
    #[case("1 May - 9 May", "2026-05-01", "2026-05-09")]
    #[case("1 May-9 May", "2026-05-01", "2026-05-09")]
    #[case("1-9 May", "2026-05-01", "2026-05-09")]
    #[case("1 - 9 May 2025", "2025-05-01", "2025-05-09")]
    #[case("from 1 May to 3 May", "2026-05-01", "2026-05-03")]
    #[case("20 Dec – 5 Jan", "2025-12-20", "2026-01-05")]
    #[case("2026-04-01 - 2026-04-09", "2026-04-01", "2026-04-09")]
    #[case("2026-04-01..2026-04-09", "2026-04-01", "2026-04-09")]
    #[case("2026-04-01-2026-04-09", "2026-04-01", "2026-04-09")]
    #[case("January - March", "2026-01-01", "2026-03-31")]
    #[case("2024 - 2025", "2024-01-01", "2025-12-31")]
    #[case("yesterday - today", "2026-05-04", "2026-05-05")]
    #[case("last week", "2026-04-27", "2026-05-03")]
    #[case("This  Week", "2026-05-04", "2026-05-10")]
    #[case("this month", "2026-05-01", "2026-05-31")]
    #[case("last month", "2026-04-01", "2026-04-30")]
    #[case("last year", "2025-01-01", "2025-12-31")]
    #[case("last 7 days", "2026-04-29", "2026-05-05")]
    #[case("past 2 weeks", "2026-04-22", "2026-05-05")]
    #[case("yesterday", "2026-05-04", "2026-05-04")]
    #[case("friday", "2026-05-01", "2026-05-01")]
    #[case("3 May", "2026-05-03", "2026-05-03")]
    #[case("2026-05-03", "2026-05-03", "2026-05-03")]
    fn periods(#[case] text: &str, #[case] from: &str, #[case] last: &str) {
        let period = read(text, day("2026-05-05"), &Locale::default())
            .unwrap()
            .unwrap();
        assert_eq!(
            (period.from(), period.last()),
            (day(from), day(last)),
            "{text}"
        );
    }

    #[rstest]
    #[case("lunch", PeriodError::Unknown)]
    #[case("2026-13", PeriodError::Unknown)]
    #[case("31 February", PeriodError::Unknown)]
    #[case("2025 - 2024", PeriodError::Backwards)]
    #[case("9 May 2026 - 1 May 2026", PeriodError::Backwards)]
    #[case("3/4", PeriodError::Unclear)]
    #[case("last 0 days", PeriodError::Unknown)]
    #[case("last 4294967295 days", PeriodError::Unknown)]
    #[case("-", PeriodError::Unknown)]
    fn no_periods(#[case] text: &str, #[case] error: PeriodError) {
        assert_eq!(
            read(text, day("2026-05-05"), &Locale::default()),
            Err(error),
            "{text}"
        );
    }

    #[test]
    fn nothing_is_no_period() {
        assert_eq!(read(" \n", day("2026-05-05"), &Locale::default()), Ok(None));
    }
}
