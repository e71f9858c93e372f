//! The suite of [`Lease`].

use std::time::Duration;

use super::{Bench, race};
use crate::ports::lease::{Fence, Lease};

/// What the suite is given.
pub type LeaseBench = Bench<dyn Lease>;

/// Proves a [`Lease`](crate::ports::lease::Lease).
#[macro_export]
macro_rules! lease_conformance {
    ($fresh:path) => {
        $crate::__conformance! { $fresh; lease {
            one_holder_at_a_time,
            racing_takers_have_one_winner,
            taking_again_renews_and_keeps_the_fence,
            the_fence_rises_when_the_holder_changes,
            an_expired_holder_cannot_release_its_successor,
            names_do_not_meet,
        } }
    };
}

const TTL: Duration = Duration::from_secs(1);
const HALF: Duration = Duration::from_millis(600);
const JUST_OVER: Duration = Duration::from_millis(1_100);

async fn take(lease: &dyn Lease, name: &str, holder: &str) -> Option<Fence> {
    lease.take(name, holder, TTL).await.expect("an answer")
}

/// Until it is released or its time is over.
pub async fn one_holder_at_a_time(bench: LeaseBench) {
    let (here, there) = (bench.port(), bench.other());
    assert!(take(&*here, "n", "a").await.is_some());
    assert_eq!(take(&*there, "n", "b").await, None);
    there.release("n", "b").await.expect("an answer");
    assert_eq!(take(&*there, "n", "b").await, None, "released by another");
    here.release("n", "a").await.expect("an answer");
    assert!(take(&*there, "n", "b").await.is_some());
    bench.elapse(JUST_OVER).await;
    assert!(take(&*here, "n", "a").await.is_some());
}

/// Through all instances.
pub async fn racing_takers_have_one_winner(bench: LeaseBench) {
    let runners = (0..16).map(|n| {
        let lease = bench.nth(n);
        async move { take(&*lease, "n", &format!("holder {n}")).await }
    });
    let won = race(runners).await.into_iter().flatten().count();
    assert_eq!(won, 1);
}

/// From the time of renewing on.
pub async fn taking_again_renews_and_keeps_the_fence(bench: LeaseBench) {
    let lease = bench.port();
    let fence = take(&*lease, "n", "a").await;
    assert!(fence.is_some());
    bench.elapse(HALF).await;
    assert_eq!(take(&*lease, "n", "a").await, fence);
    bench.elapse(HALF).await;
    assert_eq!(take(&*lease, "n", "b").await, None, "it was renewed");
}

/// After expiry and after release.
pub async fn the_fence_rises_when_the_holder_changes(bench: LeaseBench) {
    let lease = bench.port();
    let first = take(&*lease, "n", "a").await.expect("it is free");
    bench.elapse(JUST_OVER).await;
    let second = take(&*bench.other(), "n", "b").await.expect("it expired");
    assert!(second > first);
    lease.release("n", "b").await.expect("an answer");
    let third = take(&*lease, "n", "a").await.expect("it was released");
    assert!(third > second);
}

/// It comes back late and finds that it holds nothing.
pub async fn an_expired_holder_cannot_release_its_successor(bench: LeaseBench) {
    let lease = bench.port();
    take(&*lease, "n", "a").await;
    bench.elapse(JUST_OVER).await;
    let fence = take(&*lease, "n", "b").await;
    assert!(fence.is_some());
    lease.release("n", "a").await.expect("an answer");
    assert_eq!(take(&*lease, "n", "c").await, None);
    assert_eq!(take(&*lease, "n", "a").await, None);
    assert_eq!(take(&*lease, "n", "b").await, fence);
}

/// Each name has a holder of its own.
pub async fn names_do_not_meet(bench: LeaseBench) {
    let lease = bench.port();
    for (name, holder) in [("n", "a"), ("N", "b"), ("n:", "c"), ("n*", "d")] {
        assert!(take(&*lease, name, holder).await.is_some(), "{name}");
    }
    lease.release("n*", "d").await.expect("an answer");
    assert_eq!(take(&*lease, "n", "d").await, None);
}
