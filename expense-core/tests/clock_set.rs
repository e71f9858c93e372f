//! Somebody sets the machine's clock: nothing that is waited for in one process goes by it.
#![cfg(feature = "testing")]

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use expense_core::memory::clock::ManualClock;
use expense_core::memory::queue::MemoryQueue;
use expense_core::memory::rate::MemoryRateLimiter;
use expense_core::ports::queue::{Settle, UpdateQueue};
use expense_core::ports::rate::{Quota, RateLimiter, Take, Verdict};
use expense_core::testing::fixtures::{chat, envelope, key, noon};
use rstest::rstest;

const SECOND: Duration = Duration::from_secs(1);

/// What is out is not handed out again, and what rests rests no longer.
#[rstest]
#[case::forwards(TimeDelta::hours(1))]
#[case::back(TimeDelta::hours(-1))]
#[tokio::test]
async fn an_update_neither_counts_as_lost_nor_waits(#[case] by: TimeDelta) {
    let clock = Arc::new(ManualClock::at(noon()));
    let queue = MemoryQueue::new(clock.clone());
    let work = async {
        let first = queue.claim(1, 5 * SECOND).await.unwrap();
        clock.set(noon() + by);
        let none = queue.claim(1, Duration::from_millis(1)).await.unwrap();
        assert!(none.is_empty(), "it is out");
        let again = Settle::Retry { after: 2 * SECOND };
        queue.settle(first[0].id, again).await.unwrap();
        clock.set(noon() + by * 2);
        clock.advance(2 * SECOND);
        let second = queue.claim(1, 5 * SECOND).await.unwrap();
        assert_eq!(second[0].attempt, 2);
        queue.settle(second[0].id, Settle::Done).await.unwrap();
    };
    let update = envelope(&chat("anna"), key("a"), "12.50 lunch");
    let (published, ()) = tokio::join!(queue.publish(update), work);
    published.unwrap();
}

/// What counts by the time at which Telegram says that it was sent, and what counts by this
/// machine's.
#[rstest]
#[case::by_when_it_was_sent(true)]
#[case::by_when_it_is_taken(false)]
#[tokio::test]
async fn a_person_waits_no_longer_than_before(#[case] sent: bool) {
    let clock = Arc::new(ManualClock::at(noon()));
    let limiter = MemoryRateLimiter::new(clock.clone());
    let quota = Quota {
        burst: 3,
        period: 60 * SECOND,
    };
    let take = async |passed: i64| {
        let take = Take {
            bucket: "anna".to_owned(),
            token: None,
            at: sent.then(|| noon() + TimeDelta::seconds(passed)),
        };
        limiter.take(&take, quota).await.unwrap()
    };
    for _ in 0..3 {
        assert_eq!(take(0).await, Verdict::Allowed);
    }
    clock.set(noon() - TimeDelta::hours(1));
    clock.advance(20 * SECOND);
    let retry_after = 40 * SECOND;
    assert_eq!(take(20).await, Verdict::Limited { retry_after });
    clock.advance(40 * SECOND);
    assert_eq!(take(60).await, Verdict::Allowed);
}
