//! Which rates are asked for once, and which again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use chrono::NaiveDate;
use expense_core::domain::currency::Currency;
use expense_core::domain::exchange::{Pair, Rate};
use expense_core::memory::cache::MemoryCache;
use expense_core::memory::clock::ManualClock;
use expense_core::ports::error::{Fault, PortError, Result};
use expense_core::ports::fx::FxRates;
use expense_core::testing::conformance::race;
use expense_core::testing::fixtures::{conversion, day, money, noon};
use expense_core::testing::mocks::{MockCache, MockFxRates};
use expense_core::wrap::cached_rates::{CachedRates, UNSETTLED};
use rstest::rstest;

const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

fn pair() -> Pair {
    Pair::new(Currency::USD, Currency::EUR).expect("two currencies")
}

fn rate(of: &str) -> Rate {
    let rate = conversion(money("1", "USD"), "EUR", "0.8868").rate;
    Rate {
        day: day(of),
        ..rate
    }
}

/// Takes its time and counts.
struct Slow {
    asked: AtomicUsize,
    answer: Option<Rate>,
}

#[async_trait]
impl FxRates for Slow {
    async fn rate(&self, _: Pair, _: NaiveDate) -> Result<Option<Rate>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(100)).await;
        Ok(self.answer.clone())
    }
}

/// What may still change is asked for again after an hour.
#[rstest]
#[case::of_the_day(Some(rate("2026-05-03")), KEPT)]
#[case::of_a_day_before(Some(rate("2026-05-01")), UNSETTLED)]
#[case::none(None, UNSETTLED)]
#[tokio::test(start_paused = true)]
async fn an_answer_is_kept_as_long_as_it_holds(
    #[case] answer: Option<Rate>,
    #[case] kept: Duration,
) {
    let clock = Arc::new(ManualClock::at(noon()));
    let slow = Arc::new(Slow {
        asked: AtomicUsize::new(0),
        answer: answer.clone(),
    });
    let cache = Arc::new(MemoryCache::new(clock.clone(), 100));
    let rates = Arc::new(CachedRates::new(slow.clone(), cache, KEPT));
    let askers = (0..20).map(|_| {
        let rates = Arc::clone(&rates);
        async move { rates.rate(pair(), day("2026-05-03")).await.unwrap() }
    });
    let told = race(askers).await;
    assert!(told.iter().all(|told| *told == answer));
    assert_eq!(slow.asked.load(Ordering::SeqCst), 1);
    for (pause, asked) in [
        (kept - Duration::from_secs(1), 1),
        (Duration::from_secs(1), 2),
    ] {
        clock.advance(pause);
        rates.rate(pair(), day("2026-05-03")).await.unwrap();
        assert_eq!(slow.asked.load(Ordering::SeqCst), asked);
    }
}

#[tokio::test]
async fn another_pair_and_another_day_are_other_questions() {
    let slow = Arc::new(Slow {
        asked: AtomicUsize::new(0),
        answer: None,
    });
    let cache = Arc::new(MemoryCache::new(Arc::new(ManualClock::at(noon())), 100));
    let rates = CachedRates::new(slow.clone(), cache, KEPT);
    let back = Pair::new(Currency::EUR, Currency::USD).expect("two currencies");
    for (pair, on) in [
        (pair(), "2026-05-03"),
        (back, "2026-05-03"),
        (pair(), "2026-05-04"),
    ] {
        rates.rate(pair, day(on)).await.unwrap();
    }
    assert_eq!(slow.asked.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn an_error_is_not_remembered_and_a_cache_that_fails_fails_nobody() {
    let broken = || PortError::new("cache", "get", Fault::Unavailable);
    let mut cache = MockCache::new();
    cache.expect_get().returning(move |_| Err(broken()));
    cache
        .expect_put()
        .once()
        .returning(move |_, _, _| Err(broken()));
    let mut inner = MockFxRates::new();
    let mut answers = vec![
        Ok(Some(rate("2026-05-03"))),
        Err(PortError::new("fx", "rate", Fault::Unavailable)),
    ];
    inner
        .expect_rate()
        .times(2)
        .returning(move |_, _| answers.pop().unwrap());
    let rates = CachedRates::new(Arc::new(inner), Arc::new(cache), KEPT);
    let first = rates.rate(pair(), day("2026-05-03")).await;
    assert_eq!(first.unwrap_err().fault, Fault::Unavailable);
    let second = rates.rate(pair(), day("2026-05-03")).await;
    assert_eq!(second.unwrap(), Some(rate("2026-05-03")));
}
