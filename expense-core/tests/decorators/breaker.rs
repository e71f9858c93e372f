//! A server that does not answer is left alone, and found again.

use std::sync::Arc;
use std::time::Duration;

use expense_core::memory::clock::ManualClock;
use expense_core::ports::cache::Cache;
use expense_core::ports::error::{Fault, PortError, Result};
use expense_core::testing::fixtures::noon;
use expense_core::testing::mocks::MockCache;
use expense_core::wrap::Wrapped;
use expense_core::wrap::breaker::{Breaker, Patience};
use mockall::Sequence;
use rstest::rstest;
use tokio::sync::Notify;

const PATIENCE: Patience = Patience {
    failures: 2,
    first: Duration::from_secs(1),
    longest: Duration::from_secs(3),
};

/// A cache that answers like this, call by call, and none more.
fn cache(answers: &[Option<Fault>], clock: &Arc<ManualClock>) -> Wrapped<dyn Cache, Arc<Breaker>> {
    let (mut inner, mut order) = (MockCache::new(), Sequence::new());
    for answer in answers.iter().copied() {
        let call = inner.expect_get().times(1).in_sequence(&mut order);
        call.returning(move |_| match answer {
            Some(fault) => Err(PortError::new("cache", "get", fault)),
            None => Ok(None),
        });
    }
    let breaker = Breaker::new("server", PATIENCE, clock.clone());
    Wrapped::cache(Arc::new(inner), breaker)
}

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at(noon()))
}

/// How long it is left alone; nothing where it was asked.
fn refused(answer: Result<Option<Vec<u8>>>) -> Option<Duration> {
    match answer.err()?.fault {
        Fault::Busy { retry_after } => retry_after,
        _ => None,
    }
}

const GONE: Option<Fault> = Some(Fault::Unavailable);
const WELL: Option<Fault> = None;

#[tokio::test]
async fn it_rests_longer_each_time_and_works_again_after_one_success() {
    let clock = clock();
    let cache = cache(&[GONE, GONE, GONE, GONE, WELL, WELL, GONE, WELL], &clock);
    for _ in 0..2 {
        assert_eq!(refused(cache.get("k").await), None);
    }
    for rest in [1, 2, 3] {
        let rest = Duration::from_secs(rest);
        assert_eq!(refused(cache.get("k").await), Some(rest));
        clock.advance(rest - Duration::from_millis(1));
        let last = refused(cache.get("k").await);
        assert_eq!(last, Some(Duration::from_millis(1)));
        clock.advance(Duration::from_millis(1));
        assert_eq!(refused(cache.get("k").await), None, "one call finds out");
    }
    for _ in 0..3 {
        assert_eq!(refused(cache.get("k").await), None, "one failure is none");
    }
}

/// Somebody is at fault, or has to make room: the server is there.
#[rstest]
#[case(Fault::Full)]
#[case(Fault::Denied)]
#[case(Fault::Corrupt)]
#[case(Fault::Bug)]
#[tokio::test]
async fn what_is_answered_is_no_silence(#[case] fault: Fault) {
    let cache = cache(&[Some(fault); 9], &clock());
    for _ in 0..9 {
        assert_eq!(refused(cache.get("k").await), None);
    }
}

#[tokio::test]
async fn a_clock_that_is_set_back_prolongs_nothing() {
    let clock = clock();
    let cache = cache(&[GONE, GONE, WELL], &clock);
    for _ in 0..2 {
        assert_eq!(refused(cache.get("k").await), None);
    }
    clock.set(noon() - Duration::from_secs(3_600));
    assert_eq!(cache.get("k").await.ok(), Some(None));
}

/// Never answers, but tells when it is asked.
struct Mute(Notify);

#[async_trait::async_trait]
impl Cache for Mute {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        if key == "fails" {
            return Err(PortError::new("cache", "get", Fault::Unavailable));
        }
        self.0.notify_one();
        std::future::pending().await
    }

    async fn put(&self, _: &str, _: &[u8], _: Duration) -> Result<()> {
        Ok(())
    }

    async fn forget(&self, _: &str) -> Result<()> {
        Ok(())
    }
}

/// While one call finds out, the others are refused; one that is given up leaves it to the next.
#[tokio::test]
async fn one_call_at_a_time_finds_out() {
    let (clock, mute) = (clock(), Arc::new(Mute(Notify::new())));
    let breaker = Breaker::new("server", PATIENCE, clock.clone());
    let cache = Arc::new(Wrapped::cache(mute.clone() as Arc<dyn Cache>, breaker));
    for _ in 0..2 {
        assert_eq!(refused(cache.get("fails").await), None);
    }
    clock.advance(PATIENCE.first);
    let trying = tokio::spawn({
        let cache = cache.clone();
        async move { cache.get("hangs").await }
    });
    mute.0.notified().await;
    assert_eq!(refused(cache.get("k").await), Some(PATIENCE.first));
    trying.abort();
    assert!(trying.await.is_err(), "it was given up");
    assert!(cache.put("k", b"v", PATIENCE.first).await.is_ok());
}
