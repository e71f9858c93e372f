//! Retry, timeout, quota, forgiving.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use expense_core::memory::clock::ManualClock;
use expense_core::memory::rate::MemoryRateLimiter;
use expense_core::ports::cache::Cache;
use expense_core::ports::error::{Fault, PortError};
use expense_core::ports::ocr::{Reading, ReceiptOcr};
use expense_core::ports::rate::Quota;
use expense_core::testing::fixtures::noon;
use expense_core::testing::mocks::{MockCache, MockReceiptOcr};
use expense_core::wrap::forgiving::ForgivingCache;
use expense_core::wrap::quota::Allowance;
use expense_core::wrap::retry::Retry;
use expense_core::wrap::timeout::Timeout;
use expense_core::wrap::{Call, Policy, Wrapped};
use rstest::rstest;

use super::{document, error, read};

const CALL: Call = Call {
    port: "ocr",
    operation: "read",
};
const SECOND: Duration = Duration::from_secs(1);

fn busy(seconds: Option<u32>) -> Fault {
    Fault::Busy {
        retry_after: seconds.map(|n| SECOND * n),
    }
}

/// How often it was tried, and what came of it, when the first tries meet these faults.
async fn tries(faults: &[Fault]) -> (usize, Result<(), Fault>) {
    let tried = AtomicUsize::new(0);
    let attempt = || {
        let n = tried.fetch_add(1, Ordering::SeqCst);
        let fault = faults.get(n).copied();
        async move { fault.map_or(Ok(()), error) }
    };
    let result = Retry::default().run(CALL, attempt).await;
    (
        tried.load(Ordering::SeqCst),
        result.map_err(|error| error.fault),
    )
}

#[rstest]
#[case(&[], 1, Ok(()))]
#[case(&[Fault::Unavailable, busy(None)], 3, Ok(()))]
#[case(&[Fault::Unavailable; 9], 4, Err(Fault::Unavailable))]
#[case(&[Fault::Denied; 9], 1, Err(Fault::Denied))]
#[case(&[Fault::Unavailable, Fault::Corrupt], 2, Err(Fault::Corrupt))]
#[case(&[Fault::Bug], 1, Err(Fault::Bug))]
#[case(&[busy(Some(2))], 2, Ok(()))]
#[case(&[busy(Some(3))], 1, Err(busy(Some(3))))]
#[tokio::test(start_paused = true)]
async fn only_what_may_help_is_tried_again(
    #[case] faults: &[Fault],
    #[case] tried: usize,
    #[case] result: Result<(), Fault>,
) {
    assert_eq!(tries(faults).await, (tried, result));
}

#[tokio::test(start_paused = true)]
async fn a_retry_waits_as_long_as_it_was_asked_to() {
    let began = tokio::time::Instant::now();
    assert_eq!(tries(&[busy(Some(2)), busy(Some(2))]).await, (3, Ok(())));
    assert!(began.elapsed() >= 4 * SECOND, "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_call_without_an_answer_ends_as_unavailable() {
    let never = || std::future::pending::<Result<(), PortError>>();
    let result = Timeout(SECOND).run(CALL, never).await;
    let error = result.unwrap_err();
    assert_eq!((error.port, error.fault), ("ocr", Fault::Unavailable));
    let quick = Timeout(SECOND).run(CALL, async || Ok(1)).await;
    assert_eq!(quick.unwrap(), 1);
}

#[tokio::test]
async fn beyond_its_allowance_nothing_is_called_until_its_time() {
    let clock = Arc::new(ManualClock::at(noon()));
    let limiter = Arc::new(MemoryRateLimiter::new(clock.clone()));
    let quota = Quota {
        burst: 2,
        period: 60 * SECOND,
    };
    let mut inner = MockReceiptOcr::new();
    inner
        .expect_read()
        .times(3)
        .returning(|_| read("here", Reading::NotAReceipt));
    let allowance = Allowance::new(limiter, "reader", quota);
    let ocr = Wrapped::ocr(Arc::new(inner), allowance);
    for _ in 0..2 {
        ocr.read(&document("a")).await.unwrap();
    }
    clock.advance(20 * SECOND);
    let refused = ocr.read(&document("a")).await.unwrap_err();
    assert_eq!(refused.fault, busy(Some(40)));
    clock.advance(40 * SECOND);
    ocr.read(&document("a")).await.unwrap();
}

#[tokio::test]
async fn a_failing_cache_never_fails_but_where_it_would_lie() {
    let mut broken = MockCache::new();
    broken.expect_get().returning(|_| error(Fault::Unavailable));
    broken
        .expect_put()
        .returning(|_, _, _| error(Fault::Denied));
    broken
        .expect_forget()
        .returning(|_| error(Fault::Unavailable));
    let cache = ForgivingCache::new("test", Arc::new(broken));
    assert_eq!(cache.get("k").await.unwrap(), None);
    cache.put("k", b"v", SECOND).await.unwrap();
    assert_eq!(
        cache.forget("k").await.unwrap_err().fault,
        Fault::Unavailable
    );
}
