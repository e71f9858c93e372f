//! Limits by scripts, held against the same limits in memory.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use expense_core::memory::clock::{ManualClock, SystemClock};
use expense_core::memory::rate::MemoryRateLimiter;
use expense_core::ports::clock::Clock;
use expense_core::ports::rate::{Quota, RateLimiter, Take, Verdict};
use expense_core::testing::dice::Dice;
use expense_redis::Redis;
use expense_redis::testing::{fresh, of};
use test_servers::redis::Server;

const HOUR: Duration = Duration::from_secs(3_600);
const SEQUENCES: u64 = 120;
const TAKES: usize = 60;

/// Each sequence has its burst, and messages of the last two periods that come in any order and
/// more than once.
#[tokio::test]
async fn every_verdict_is_that_of_memory() {
    let redis = Redis::open(&fresh()).unwrap();
    let now = SystemClock.now() - TimeDelta::seconds(1);
    for seed in 0..SEQUENCES {
        let memory = MemoryRateLimiter::new(Arc::new(ManualClock::at(now)));
        let mut dice = Dice::new(seed);
        let quota = Quota {
            burst: 1 + u32::try_from(dice.below(6)).unwrap(),
            period: HOUR,
        };
        let messages: Vec<Take> = (0..TAKES / 2)
            .map(|n| message(seed, n, now, &mut dice))
            .collect();
        let mut told = Vec::new();
        for _ in 0..TAKES {
            let take = &messages[dice.below(messages.len())];
            let ours = redis.take(take, quota).await.unwrap();
            let theirs = memory.take(take, quota).await.unwrap();
            let age = now - take.at.unwrap();
            told.push(format!("{:?} {age}: {ours:?}", take.token));
            assert_eq!(ours, theirs, "SEED={seed}, {quota:?}: {told:#?}");
        }
    }
}

/// One in four has no token. Half of them are of the last period.
fn message(seed: u64, number: usize, now: DateTime<Utc>, dice: &mut Dice) -> Take {
    let longest = dice.pick(&[1, 2]) * 3_600_000_000;
    let age = i64::try_from(dice.below(longest)).unwrap();
    Take {
        bucket: format!("sequence {seed}"),
        token: (dice.below(4) > 0).then(|| format!("message {number}")),
        at: Some(now - TimeDelta::microseconds(age)),
    }
}

/// A server forgets its scripts when it starts anew or is told to.
#[tokio::test]
async fn a_script_that_the_server_forgot_is_brought_again() {
    let server = Server::start().unwrap();
    let redis = Redis::open(&of(&server.url())).unwrap();
    let quota = Quota {
        burst: 8,
        period: HOUR,
    };
    let mut verdicts = Vec::new();
    for _ in 0..3 {
        server.command("SCRIPT FLUSH").unwrap();
        // All of them are the first.
        let takes = (0..3).map(|_| async {
            let take = Take {
                bucket: "b".to_owned(),
                token: None,
                at: None,
            };
            redis.take(&take, quota).await.unwrap()
        });
        verdicts.extend(futures::future::join_all(takes).await);
    }
    let allowed = verdicts
        .iter()
        .filter(|verdict| **verdict == Verdict::Allowed);
    assert_eq!((allowed.count(), verdicts.len()), (8, 9));
}

/// A refused token stands among those that took, and is nevertheless none of them.
#[tokio::test]
async fn what_was_refused_is_not_counted_later_on() {
    let redis = Redis::open(&fresh()).unwrap();
    let asked = async |token: &str, minutes: u64| told(&redis, token, minutes).await;
    assert_eq!(asked("old", 90).await, None);
    assert_eq!(asked("refused", 40).await, Some(10));
    redis.restamp(&take("refused", 40), ONE).await.unwrap();
    assert_eq!(asked("new", 20).await, None);
    assert_eq!(asked("refused", 40).await, Some(10));
}

/// What it took long ago stays where it was.
#[tokio::test]
async fn a_token_that_took_is_refused_later_on() {
    let redis = Redis::open(&fresh()).unwrap();
    let asked = async |token: &str, minutes: u64| told(&redis, token, minutes).await;
    assert_eq!(asked("pressed", 95).await, None);
    assert_eq!(asked("another", 34).await, None);
    assert_eq!(asked("pressed", 30).await, Some(56));
    redis.restamp(&take("pressed", 30), ONE).await.unwrap();
    assert_eq!(asked("last", 4).await, Some(30));
}

const ONE: Quota = Quota {
    burst: 1,
    period: HOUR,
};

/// How many minutes it was told to wait, if it was.
async fn told(redis: &Redis, token: &str, minutes_ago: u64) -> Option<u64> {
    match redis.take(&take(token, minutes_ago), ONE).await.unwrap() {
        Verdict::Allowed => None,
        Verdict::Limited { retry_after } => Some((retry_after.as_secs() + 30) / 60),
    }
}

/// Of so many minutes ago.
fn take(token: &str, minutes_ago: u64) -> Take {
    let ago = Duration::from_secs(60 * minutes_ago);
    Take {
        bucket: "b".to_owned(),
        token: Some(token.to_owned()),
        at: Some(SystemClock.now() - ago),
    }
}

/// Three times as many as go in one script, of three buckets, each with its own quota; and what fails
/// takes none along.
#[tokio::test]
async fn those_who_ask_at_one_moment_are_answered_each_by_its_own() {
    let server = Server::start().unwrap();
    let config = of(&server.url());
    let broken = format!("SET {}:{{rate:broken}} x", config.prefix);
    assert_eq!(server.command(&broken).unwrap(), "+OK\r\n");
    let redis = Redis::open(&config).unwrap();
    let buckets = [("few", 10), ("many", 100), ("broken", 100)];
    let asked = (0..3 * 128).map(|n| {
        let (bucket, burst) = buckets[n % 3];
        let take = Take {
            bucket: bucket.to_owned(),
            token: Some(format!("message {n}")),
            at: None,
        };
        let period = HOUR;
        let redis = &redis;
        async move { (bucket, redis.take(&take, Quota { burst, period }).await) }
    });
    let told = futures::future::join_all(asked).await;
    let count = |of: &str, is: fn(&Verdict) -> bool| {
        let told = told.iter().filter(|(bucket, _)| *bucket == of);
        told.filter(|(_, verdict)| verdict.as_ref().is_ok_and(is))
            .count()
    };
    assert_eq!(count("few", |verdict| *verdict == Verdict::Allowed), 10);
    assert_eq!(count("few", |verdict| *verdict != Verdict::Allowed), 118);
    assert_eq!(count("many", |verdict| *verdict == Verdict::Allowed), 100);
    assert_eq!(count("many", |verdict| *verdict != Verdict::Allowed), 28);
    assert_eq!(count("broken", |_| true), 0);
}
