//! Which archives are kept, and which go.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use expense_archive::Keep;
use proptest::prelude::*;
use rstest::rstest;

fn times(all: &[&str]) -> BTreeSet<DateTime<Utc>> {
    all.iter().map(|text| text.parse().unwrap()).collect()
}

fn left(rule: &str, all: &[&str]) -> Vec<String> {
    let rule: Keep = rule.parse().unwrap();
    let all = times(all);
    let gone = rule.lets_go(&all);
    let left = all.difference(&gone);
    left.map(|time| time.format("%m-%dT%H").to_string())
        .collect()
}

#[rstest]
#[case::the_newest_of_a_day("2d", &["2026-05-01T03:00:00Z", "2026-05-01T15:00:00Z", "2026-05-02T03:00:00Z"], &["05-01T15", "05-02T03"])]
#[case::days_without_one_do_not_count("2d", &["2026-04-01T03:00:00Z", "2026-04-20T03:00:00Z", "2026-05-02T03:00:00Z"], &["04-20T03", "05-02T03"])]
#[case::weeks_begin_on_mondays("2w", &["2026-05-02T03:00:00Z", "2026-05-03T03:00:00Z", "2026-05-04T03:00:00Z"], &["05-03T03", "05-04T03"])]
#[case::months("2m", &["2026-03-31T03:00:00Z", "2026-04-01T03:00:00Z", "2026-04-30T03:00:00Z", "2026-05-01T03:00:00Z"], &["04-30T03", "05-01T03"])]
#[case::years("1y", &["2025-12-31T03:00:00Z", "2026-01-01T03:00:00Z"], &["01-01T03"])]
#[case::hours("2h", &["2026-05-01T03:10:00Z", "2026-05-01T03:50:00Z", "2026-05-01T04:10:00Z"], &["05-01T03", "05-01T04"])]
#[case::rules_add_up("1d,2m", &["2026-04-10T03:00:00Z", "2026-04-20T03:00:00Z", "2026-05-01T03:00:00Z", "2026-05-02T03:00:00Z"], &["04-20T03", "05-02T03"])]
#[case::one_stays("1d", &["2026-05-02T03:00:00Z"], &["05-02T03"])]
#[case::none("7d", &[], &[])]
fn a_rule_keeps_the_newest(#[case] rule: &str, #[case] all: &[&str], #[case] kept: &[&str]) {
    assert_eq!(left(rule, all), kept);
}

#[rstest]
#[case("7d,4w,12m")]
#[case("24h, 1y")]
fn rules_are_read(#[case] rule: &str) {
    let read: Keep = rule.parse().unwrap();
    assert_eq!(read.to_string(), rule.replace(' ', ""));
}

#[rstest]
#[case("")]
#[case("7")]
#[case("d")]
#[case("0d")]
#[case("7d,")]
#[case("7x")]
#[case("-1d")]
#[case("1001d")]
#[case("1.5d")]
fn what_is_no_rule_is_told(#[case] rule: &str) {
    let error = rule.parse::<Keep>().unwrap_err().to_string();
    assert!(error.contains("7d,4w,12m"), "{error}");
}

proptest! {
    /// A backup a day for a long time: as many stay as the rule says, however often it is applied
    /// on the way, the newest among them.
    #[test]
    fn rules_applied_every_day_keep_what_they_say(days in 1_u32..12, weeks in 1_u32..6, hour in 0_i64..24) {
        let rule: Keep = format!("{days}d,{weeks}w").parse().unwrap();
        let begin: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
        let mut kept = BTreeSet::new();
        for day in 0..120 {
            let time = begin + TimeDelta::days(day) + TimeDelta::hours(hour);
            kept.insert(time);
            let gone = rule.lets_go(&kept);
            kept.retain(|time| !gone.contains(time));
            prop_assert!(kept.contains(&time));
        }
        let most = usize::try_from(days + weeks).unwrap();
        prop_assert!(kept.len() <= most && kept.len() >= usize::try_from(days.max(weeks)).unwrap());
        // The last days have no gap, and there is one for each of the last weeks.
        let last = *kept.last().unwrap();
        for day in 0..i64::from(days) {
            prop_assert!(kept.contains(&(last - TimeDelta::days(day))));
        }
        let first = *kept.first().unwrap();
        prop_assert!(last - first >= TimeDelta::weeks(i64::from(weeks) - 1) - TimeDelta::days(7));
    }
}
