//! The suite of [`FxRates`].

use std::sync::Arc;

use chrono::{Days, NaiveDate};

use super::race;
use crate::domain::exchange::{Pair, Rate};
use crate::domain::limits;
use crate::ports::fx::FxRates;

/// A source of rates with what it knows, for the cases to ask for.
pub struct FxBench {
    /// The source.
    pub port: Arc<dyn FxRates>,
    /// A pair that it has rates of.
    pub pair: Pair,
    /// The rates of two days of that pair: the second comes at least two days after the first,
    /// and in between there are none.
    pub rates: [Rate; 2],
    /// A pair that it does not know.
    pub unknown: Pair,
}

/// Proves an [`FxRates`](crate::ports::fx::FxRates).
#[macro_export]
macro_rules! fx_rates_conformance {
    ($fresh:path) => {
        $crate::__conformance! { $fresh; fx {
            a_rate_comes_as_its_source_tells_it,
            a_day_without_a_rate_has_that_of_the_last_day_before,
            a_rate_is_never_of_a_later_day,
            an_unknown_currency_is_a_value,
            a_day_before_all_rates_is_a_value,
            an_old_rate_is_none,
            many_ask_at_once,
        } }
    };
}

async fn ask(bench: &FxBench, pair: Pair, on: NaiveDate) -> Option<Rate> {
    let rate = bench.port.rate(pair, on).await;
    rate.expect("a value, not an error")
}

fn after(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_add_days(Days::new(days))
        .expect("a day of this age")
}

fn before(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_sub_days(Days::new(days))
        .expect("a day of this age")
}

/// Every digit, its day and its source.
pub async fn a_rate_comes_as_its_source_tells_it(bench: FxBench) {
    for rate in &bench.rates {
        assert_eq!(ask(&bench, bench.pair, rate.day).await.as_ref(), Some(rate));
    }
}

/// A weekend, a holiday.
pub async fn a_day_without_a_rate_has_that_of_the_last_day_before(bench: FxBench) {
    let [earlier, later] = &bench.rates;
    let gap = before(later.day, 1);
    assert_eq!(ask(&bench, bench.pair, gap).await.as_ref(), Some(earlier));
}

/// Neither of the next working day nor of today.
pub async fn a_rate_is_never_of_a_later_day(bench: FxBench) {
    let [earlier, later] = &bench.rates;
    let mut day = before(earlier.day, limits::RATE_AGE_DAYS);
    while day <= later.day {
        let rate = ask(&bench, bench.pair, day).await;
        assert!(rate.is_none_or(|rate| rate.day <= day), "{day}");
        day = after(day, 1);
    }
}

/// Not every currency has a rate.
pub async fn an_unknown_currency_is_a_value(bench: FxBench) {
    let [rate, _] = &bench.rates;
    assert_eq!(ask(&bench, bench.unknown, rate.day).await, None);
}

/// Nobody published any then.
pub async fn a_day_before_all_rates_is_a_value(bench: FxBench) {
    let long_ago = NaiveDate::from_ymd_opt(1900, 1, 1).expect("a day");
    assert_eq!(ask(&bench, bench.pair, long_ago).await, None);
}

/// One that was told for the last time long before says nothing about this day.
pub async fn an_old_rate_is_none(bench: FxBench) {
    let [_, later] = &bench.rates;
    let day = after(later.day, limits::RATE_AGE_DAYS);
    assert_eq!(ask(&bench, bench.pair, day).await.as_ref(), Some(later));
    assert_eq!(ask(&bench, bench.pair, after(day, 1)).await, None);
}

/// Each gets what it asked for.
pub async fn many_ask_at_once(bench: FxBench) {
    let askers = (0..30).map(|n| {
        let (port, unknown, pair) = (Arc::clone(&bench.port), bench.unknown, bench.pair);
        let rate = bench.rates.get(n % 3).cloned();
        let day = rate.as_ref().map_or(bench.rates[0].day, |rate| rate.day);
        let pair = if rate.is_some() { pair } else { unknown };
        async move { (port.rate(pair, day).await.expect("a value"), rate) }
    });
    for (told, expected) in race(askers).await {
        assert_eq!(told, expected);
    }
}
