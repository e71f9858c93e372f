//! Civil days, zones and periods.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use serde::{Deserialize, Serialize};

use super::locale::{DateOrder, Locale};

/// A zone of the IANA time zone database, such as `Europe/Berlin`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Zone(chrono_tz::Tz);

/// The text names no zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no time zone: write a region and a city, for example Europe/Berlin or UTC")]
pub struct UnknownZone;

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(chrono_tz::UTC);

    /// Every zone.
    pub fn all() -> impl Iterator<Item = Self> {
        chrono_tz::TZ_VARIANTS.iter().copied().map(Self)
    }

    /// The zone's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The day that it is in the zone at `instant`.
    #[must_use]
    pub fn civil_date(self, instant: DateTime<Utc>) -> NaiveDate {
        instant.with_timezone(&self.0).date_naive()
    }

    /// The instant at which `date` begins in the zone: the first one that exists, as some zones
    /// skip midnight, and the earlier one where midnight comes twice.
    #[must_use]
    pub fn start_of(self, date: NaiveDate) -> DateTime<Utc> {
        let midnight = date.and_time(NaiveTime::MIN);
        // Zones skip minutes or hours, Samoa once a whole day.
        let steps = (0..=(26 * 4)).map(|quarters| TimeDelta::minutes(15 * quarters));
        let first = steps
            .filter_map(|step| midnight.checked_add_signed(step))
            .find_map(|time| self.0.from_local_datetime(&time).earliest());
        first.map_or_else(|| midnight.and_utc(), |start| start.with_timezone(&Utc))
    }
}

impl Default for Zone {
    /// UTC.
    fn default() -> Self {
        Self::UTC
    }
}

impl FromStr for Zone {
    type Err = UnknownZone;

    /// The zone with this name in any case; spaces stand for `_`.
    fn from_str(text: &str) -> Result<Self, UnknownZone> {
        let name = text.trim().replace(' ', "_");
        let mut zones = chrono_tz::TZ_VARIANTS.iter();
        let zone = zones.find(|zone| zone.name().eq_ignore_ascii_case(&name));
        zone.copied().map(Self).ok_or(UnknownZone)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Civil days from `from` until the day before `until`; never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Bounds")]
pub struct Period {
    from: NaiveDate,
    until: NaiveDate,
}

impl Period {
    /// The days from `from` until the day before `until`; `None` where there are none.
    #[must_use]
    pub fn new(from: NaiveDate, until: NaiveDate) -> Option<Self> {
        (from < until).then_some(Self { from, until })
    }

    /// One day.
    #[must_use]
    pub fn day(date: NaiveDate) -> Self {
        Self {
            from: date,
            until: after(date, 1),
        }
    }

    /// The week of `date`, from Monday (ISO 8601).
    #[must_use]
    pub fn week(date: NaiveDate) -> Self {
        let monday = before(date, u64::from(date.weekday().num_days_from_monday()));
        Self {
            from: monday,
            until: after(monday, 7),
        }
    }

    /// The month of `date`.
    #[must_use]
    pub fn month(date: NaiveDate) -> Self {
        let from = date.with_day(1).unwrap_or(date);
        Self {
            from,
            until: from
                .checked_add_months(Months::new(1))
                .unwrap_or(NaiveDate::MAX),
        }
    }

    /// The year of `date`.
    #[must_use]
    pub fn year(date: NaiveDate) -> Self {
        let from = date
            .with_day(1)
            .and_then(|day| day.with_month(1))
            .unwrap_or(date);
        Self {
            from,
            until: from
                .checked_add_months(Months::new(12))
                .unwrap_or(NaiveDate::MAX),
        }
    }

    /// The first day.
    #[must_use]
    pub fn from(self) -> NaiveDate {
        self.from
    }

    /// The day after the last.
    #[must_use]
    pub fn until(self) -> NaiveDate {
        self.until
    }

    /// The last day.
    #[must_use]
    pub fn last(self) -> NaiveDate {
        before(self.until, 1)
    }

    /// Whether `date` is one of the days.
    #[must_use]
    pub fn contains(self, date: NaiveDate) -> bool {
        self.from <= date && date < self.until
    }

    /// The instants of the period in `zone`: from the first, until before the second.
    #[must_use]
    pub fn instants(self, zone: Zone) -> (DateTime<Utc>, DateTime<Utc>) {
        (zone.start_of(self.from), zone.start_of(self.until))
    }
}

#[derive(Deserialize)]
struct Bounds {
    from: NaiveDate,
    until: NaiveDate,
}

impl TryFrom<Bounds> for Period {
    type Error = &'static str;

    fn try_from(bounds: Bounds) -> Result<Self, &'static str> {
        Self::new(bounds.from, bounds.until).ok_or("a period ends after it begins")
    }
}

fn after(date: NaiveDate, days: u64) -> NaiveDate {
    date.checked_add_days(Days::new(days))
        .unwrap_or(NaiveDate::MAX)
}

fn before(date: NaiveDate, days: u64) -> NaiveDate {
    date.checked_sub_days(Days::new(days))
        .unwrap_or(NaiveDate::MIN)
}

/// English names of the months.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A day as people say it on `today`: `today`, `yesterday`, `tomorrow`, `3 May`, and with the
/// year where it is another one, `3 May 2025`; `May 3, 2025` where the locale has the month first.
#[must_use]
pub fn format_date(date: NaiveDate, today: NaiveDate, locale: &Locale) -> String {
    match date.signed_duration_since(today).num_days() {
        0 => return "today".to_owned(),
        -1 => return "yesterday".to_owned(),
        1 => return "tomorrow".to_owned(),
        _ => {}
    }
    let (day, month) = (date.day(), MONTHS[date.month0() as usize]);
    let american =
        locale.date_order() == DateOrder::MonthDayYear && locale.day_first(true).is_some();
    let same_year = date.year() == today.year();
    match (american, same_year) {
        (true, true) => format!("{month} {day}"),
        (true, false) => format!("{month} {day}, {}", date.year()),
        (false, true) => format!("{day} {month}"),
        (false, false) => format!("{day} {month} {}", date.year()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[rstest]
    #[case("2026-03-29T00:30:00Z", "Europe/Berlin", "2026-03-29")]
    #[case("2026-03-28T23:30:00Z", "Europe/Berlin", "2026-03-29")]
    #[case("2026-07-01T03:59:59Z", "America/New_York", "2026-06-30")]
    #[case("2026-07-01T04:00:00Z", "America/New_York", "2026-07-01")]
    fn civil_dates(#[case] instant: &str, #[case] zone: Zone, #[case] date: &str) {
        assert_eq!(zone.civil_date(instant.parse().unwrap()), day(date));
    }

    #[rstest]
    #[case("Europe/Berlin", "2026-03-29", 23)]
    #[case("Europe/Berlin", "2026-10-25", 25)]
    #[case("America/Sao_Paulo", "2018-11-04", 23)] // midnight does not exist
    #[case("America/Havana", "2026-11-01", 25)] // midnight comes twice
    #[case("Australia/Lord_Howe", "2026-05-05", 24)]
    fn days_have_their_hours(#[case] zone: Zone, #[case] date: &str, #[case] hours: i64) {
        let (from, until) = Period::day(day(date)).instants(zone);
        assert_eq!((until - from).num_hours(), hours);
        assert_eq!(zone.civil_date(from), day(date));
        assert_eq!(
            zone.civil_date(from - TimeDelta::seconds(1)),
            day(date).pred_opt().unwrap()
        );
    }

    #[test]
    fn periods_begin_and_end_where_people_expect() {
        let date = day("2026-02-28");
        assert_eq!(Period::week(date).from(), day("2026-02-23"));
        assert_eq!(Period::week(date).last(), day("2026-03-01"));
        assert_eq!(Period::month(date).last(), day("2026-02-28"));
        assert_eq!(Period::month(day("2024-02-10")).last(), day("2024-02-29"));
        assert_eq!(Period::year(date).until(), day("2027-01-01"));
        assert!(Period::new(date, date).is_none());
        assert!(Period::day(date).contains(date) && !Period::day(date).contains(day("2026-03-01")));
        assert_eq!(
            Period::day(NaiveDate::MAX).last(),
            NaiveDate::MAX.pred_opt().unwrap()
        );
    }

    #[rstest]
    #[case("2026-05-05", "en", "today")]
    #[case("2026-05-04", "en", "yesterday")]
    #[case("2026-05-03", "en", "3 May")]
    #[case("2025-05-03", "de", "3 May 2025")]
    #[case("2025-05-03", "en-US", "May 3, 2025")]
    fn dates_are_shown(#[case] date: &str, #[case] locale: Locale, #[case] shown: &str) {
        assert_eq!(format_date(day(date), day("2026-05-05"), &locale), shown);
    }

    #[rstest]
    #[case("europe/berlin", true)]
    #[case("America/New York", true)]
    #[case("Atlantis", false)]
    fn zones(#[case] text: &str, #[case] known: bool) {
        assert_eq!(text.parse::<Zone>().is_ok(), known);
    }
}
