//! How long archives are kept.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Utc};

/// The most archives that one rule keeps.
const MOST: u32 = 1_000;

/// Which archives are kept, as in `7d,4w,12m`: the newest of each of the last 7 days, 4 weeks and
/// 12 months that have one. Hours (`h`) and years (`y`) are known, too; days are those of UTC, and
/// weeks begin on Mondays. The newest archive of all is always kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keep(Vec<(u32, Unit)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Hour,
    Day,
    Week,
    Month,
    Year,
}

/// A text is no rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "write which archives to keep as 7d,4w,12m: the newest of 7 days, 4 weeks and 12 months \
     (also h and y; 1 to {MOST} of each)"
)]
pub struct InvalidKeep;

impl FromStr for Keep {
    type Err = InvalidKeep;

    fn from_str(text: &str) -> Result<Self, InvalidKeep> {
        let rules = text.split(',').map(|rule| {
            let rule = rule.trim();
            let (place, unit) = rule.char_indices().next_back().ok_or(InvalidKeep)?;
            let unit = match unit {
                'h' => Unit::Hour,
                'd' => Unit::Day,
                'w' => Unit::Week,
                'm' => Unit::Month,
                'y' => Unit::Year,
                _ => return Err(InvalidKeep),
            };
            let count = rule.get(..place).and_then(|count| count.parse().ok());
            let count = count.filter(|count| (1..=MOST).contains(count));
            Ok((count.ok_or(InvalidKeep)?, unit))
        });
        rules.collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Display for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (count, unit)) in self.0.iter().enumerate() {
            let unit = match unit {
                Unit::Hour => 'h',
                Unit::Day => 'd',
                Unit::Week => 'w',
                Unit::Month => 'm',
                Unit::Year => 'y',
            };
            let comma = if place > 0 { "," } else { "" };
            write!(f, "{comma}{count}{unit}")?;
        }
        Ok(())
    }
}

impl Keep {
    /// Of archives made at these times, those that go.
    #[must_use]
    pub fn lets_go(&self, times: &BTreeSet<DateTime<Utc>>) -> BTreeSet<DateTime<Utc>> {
        let mut kept: BTreeSet<_> = times.last().copied().into_iter().collect();
        for (count, unit) in &self.0 {
            let mut periods = BTreeSet::new();
            for time in times.iter().rev() {
                // The first of a period that is met is its newest.
                if periods.insert(unit.of(*time)) {
                    if periods.len() > usize::try_from(*count).unwrap_or(usize::MAX) {
                        break;
                    }
                    kept.insert(*time);
                }
            }
        }
        times.difference(&kept).copied().collect()
    }
}

impl Unit {
    /// The period that a time is in, as a number of its own within the unit.
    fn of(self, time: DateTime<Utc>) -> i64 {
        let day = i64::from(time.date_naive().num_days_from_ce());
        match self {
            Self::Hour => time.timestamp().div_euclid(3_600),
            Self::Day => day,
            // The first day of the common era was a Monday.
            Self::Week => (day - 1).div_euclid(7),
            Self::Month => i64::from(time.year()) * 12 + i64::from(time.month0()),
            Self::Year => i64::from(time.year()),
        }
    }
}
