//! The suite of [`RateLimiter`]. Its takes name their instants, so that no case waits.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{Bench, race};
use crate::ports::rate::{Quota, RateLimiter, Take, Verdict};
use crate::testing::dice::Dice;
use crate::testing::fixtures::noon;

/// What the suite is given: its clock shows noon of the fixtures or later.
pub type RateBench = Bench<dyn RateLimiter>;

/// Proves a [`RateLimiter`](crate::ports::rate::RateLimiter).
#[macro_export]
macro_rules! rate_limiter_conformance {
    ($fresh:path) => {
        $crate::__conformance! { $fresh; rate {
            never_more_than_the_burst_within_any_period,
            takes_out_of_order_count_by_their_instants,
            racing_takes_get_the_burst_between_them,
            retry_after_is_honest,
            a_refused_take_does_not_count,
            a_token_counts_once_and_keeps_its_verdict,
            a_backlog_counts_by_when_it_was_sent,
            the_backends_time_counts_when_none_is_given,
            what_took_effect_later_counts_from_then,
            buckets_do_not_meet,
        } }
    };
}

const PERIOD: Duration = Duration::from_secs(60);
const THREE: Quota = Quota {
    burst: 3,
    period: PERIOD,
};

/// An instant of the hour before noon.
fn at(millis: u64) -> DateTime<Utc> {
    noon() - Duration::from_secs(3_600) + Duration::from_millis(millis)
}

fn one(bucket: &str, at: DateTime<Utc>) -> Take {
    Take {
        bucket: bucket.to_owned(),
        token: None,
        at: Some(at),
    }
}

async fn take(port: &dyn RateLimiter, take: &Take) -> Verdict {
    port.take(take, THREE).await.expect("a verdict")
}

fn assert_within_burst(mut allowed: Vec<DateTime<Utc>>) {
    allowed.sort();
    for window in allowed.windows(4) {
        let stretch = (window[3] - window[0]).to_std().expect("sorted");
        assert!(stretch >= PERIOD, "four within {stretch:?}");
    }
}

/// Not only in periods that begin on the minute.
pub async fn never_more_than_the_burst_within_any_period(bench: RateBench) {
    let mut dice = Dice::new(5);
    let (mut now, mut allowed, mut refused) = (at(0), Vec::new(), 0);
    for n in 0..200 {
        now += Duration::from_millis(dice.any() % 30_000);
        match take(&*bench.nth(n), &one("b", now)).await {
            Verdict::Allowed => allowed.push(now),
            Verdict::Limited { .. } => refused += 1,
        }
    }
    assert!(
        refused > 20 && allowed.len() > 60,
        "{} and {refused}",
        allowed.len()
    );
    assert_within_burst(allowed);
}

/// Workers overtake each other: up to a period before the newest, every instant is its own.
pub async fn takes_out_of_order_count_by_their_instants(bench: RateBench) {
    let mut dice = Dice::new(6);
    let mut allowed = Vec::new();
    for n in 0..200 {
        let disorder = Duration::from_millis(dice.any() % 55_000);
        let instant = at(60_000 + 15_000 * n) - disorder;
        if take(&*bench.port(), &one("b", instant)).await == Verdict::Allowed {
            allowed.push(instant);
        }
    }
    assert!(allowed.len() > 60, "{}", allowed.len());
    assert_within_burst(allowed);
}

/// Under concurrency, through all instances.
pub async fn racing_takes_get_the_burst_between_them(bench: RateBench) {
    let runners = (0..32).map(|n| {
        let port = bench.nth(n);
        async move { take(&*port, &one("b", at(0))).await }
    });
    let verdicts = race(runners).await;
    let allowed = verdicts.iter().filter(|v| **v == Verdict::Allowed).count();
    assert_eq!(allowed, 3);
}

/// Just before it is too early, just then it is not.
pub async fn retry_after_is_honest(bench: RateBench) {
    let port = bench.port();
    for millis in [0, 10_000, 20_000] {
        assert_eq!(take(&*port, &one("b", at(millis))).await, Verdict::Allowed);
    }
    let Verdict::Limited { retry_after } = take(&*port, &one("b", at(30_500))).await else {
        panic!("a fourth within a minute");
    };
    let free = at(30_500) + retry_after;
    assert!(retry_after <= PERIOD, "{retry_after:?}");
    let early = take(&*port, &one("b", free - Duration::from_millis(1))).await;
    assert!(matches!(early, Verdict::Limited { .. }), "{early:?}");
    assert_eq!(take(&*port, &one("b", free)).await, Verdict::Allowed);
}

/// However often one asks.
pub async fn a_refused_take_does_not_count(bench: RateBench) {
    let port = bench.port();
    for _ in 0..3 {
        take(&*port, &one("b", at(0))).await;
    }
    for second in 1..60 {
        let verdict = take(&*port, &one("b", at(1_000 * second))).await;
        assert_ne!(verdict, Verdict::Allowed, "after {second} s");
    }
    for _ in 0..3 {
        assert_eq!(take(&*port, &one("b", at(60_000))).await, Verdict::Allowed);
    }
}

/// A redelivery is no second message, and what was refused stays refused.
pub async fn a_token_counts_once_and_keeps_its_verdict(bench: RateBench) {
    let token = |name: &str| Take {
        token: Some(name.to_owned()),
        ..one("b", at(0))
    };
    for n in 0..5 {
        assert_eq!(
            take(&*bench.nth(n), &token("first")).await,
            Verdict::Allowed
        );
    }
    for name in ["second", "third"] {
        assert_eq!(
            take(&*bench.port(), &token(name)).await,
            Verdict::Allowed,
            "{name}"
        );
    }
    let refused = take(&*bench.port(), &token("fourth")).await;
    assert!(matches!(refused, Verdict::Limited { .. }));
    for n in 0..3 {
        assert_eq!(take(&*bench.nth(n), &token("fourth")).await, refused);
        assert_eq!(
            take(&*bench.nth(n), &token("second")).await,
            Verdict::Allowed
        );
    }
}

/// An hour of messages, asked about at once.
pub async fn a_backlog_counts_by_when_it_was_sent(bench: RateBench) {
    let port = bench.port();
    for n in 0..100 {
        let verdict = take(&*port, &one("b", at(20_000 * n))).await;
        assert_eq!(verdict, Verdict::Allowed, "message {n}");
    }
}

/// Then it is now.
pub async fn the_backends_time_counts_when_none_is_given(bench: RateBench) {
    let port = bench.port();
    let short = Quota {
        burst: 1,
        period: Duration::from_secs(1),
    };
    let now = Take {
        at: None,
        ..one("b", noon())
    };
    assert_eq!(
        port.take(&now, short).await.expect("a verdict"),
        Verdict::Allowed
    );
    let second = port.take(&now, short).await.expect("a verdict");
    assert!(matches!(second, Verdict::Limited { .. }), "{second:?}");
    bench.elapse(Duration::from_millis(1_100)).await;
    assert_eq!(
        port.take(&now, short).await.expect("a verdict"),
        Verdict::Allowed
    );
}

/// As a message that was long on its way, of which the receiver counts the arrival.
pub async fn what_took_effect_later_counts_from_then(bench: RateBench) {
    let (port, other) = (bench.port(), bench.other());
    let of = |bucket: &str, token: &str| Take {
        token: Some(token.to_owned()),
        ..one(bucket, at(0))
    };
    for bucket in ["moved", "left"] {
        for token in ["first", "second", "third"] {
            assert_eq!(take(&*port, &of(bucket, token)).await, Verdict::Allowed);
        }
    }
    let stamps = [of("moved", "first"), of("moved", "third")];
    let nothing = [of("left", "fourth"), of("nobody", "first")];
    for stamp in stamps.iter().chain(&nothing).chain([&one("left", at(0))]) {
        other.restamp(stamp, THREE).await.expect("it is done");
    }
    // An hour later, which is now.
    let now = |bucket| Take {
        at: None,
        ..one(bucket, noon())
    };
    assert_eq!(take(&*port, &now("moved")).await, Verdict::Allowed);
    let full = take(&*port, &now("moved")).await;
    assert!(matches!(full, Verdict::Limited { .. }), "{full:?}");
    for _ in 0..3 {
        assert_eq!(take(&*port, &now("left")).await, Verdict::Allowed);
    }
}

/// Each has an allowance of its own.
pub async fn buckets_do_not_meet(bench: RateBench) {
    let port = bench.port();
    for bucket in ["b", "B", "b:", "b*"] {
        for _ in 0..3 {
            assert_eq!(
                take(&*port, &one(bucket, at(0))).await,
                Verdict::Allowed,
                "{bucket}"
            );
        }
        assert_ne!(
            take(&*port, &one(bucket, at(0))).await,
            Verdict::Allowed,
            "{bucket}"
        );
    }
}
