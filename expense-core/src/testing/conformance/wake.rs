//! The suite of [`Wake`].

use std::time::Duration;

use tokio::task::JoinSet;

use super::Bench;
use crate::ports::jobs::JobKind;
use crate::ports::wake::Wake;
use crate::testing::fixtures::noon;

/// What the suite is given.
pub type WakeBench = Bench<dyn Wake>;

/// Proves a [`Wake`](crate::ports::wake::Wake).
#[macro_export]
macro_rules! wake_conformance {
    ($fresh:path) => {
        $crate::__conformance! { $fresh; wake {
            what_is_rung_is_heard_by_all,
            a_parked_reply_is_rung_for,
            ringing_waits_for_nobody,
        } }
    };
}

const WAIT: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(50);

/// With its kind and its instant, here and in another process. It is rung until it is heard: who
/// has only begun to listen may have missed one.
pub async fn what_is_rung_is_heard_by_all(bench: WakeBench) {
    let mut listening = JoinSet::new();
    for n in 0..2 {
        let port = bench.nth(n);
        listening.spawn(async move { port.heard().await });
    }
    let ring = async {
        loop {
            bench.port().ring(JobKind::Reading, noon());
            tokio::time::sleep(PAUSE).await;
        }
    };
    let heard = async {
        while let Some(heard) = listening.join_next().await {
            assert_eq!(heard.expect("no panic"), (JobKind::Reading, noon()));
        }
    };
    tokio::select! {
        () = heard => {}
        () = ring => {}
        () = tokio::time::sleep(WAIT) => panic!("somebody heard nothing"),
    }
}

/// Nobody may overtake it.
pub async fn a_parked_reply_is_rung_for(bench: WakeBench) {
    let port = bench.nth(1);
    let ring = async {
        loop {
            bench.port().ring(JobKind::Reply, noon());
            tokio::time::sleep(PAUSE).await;
        }
    };
    tokio::select! {
        heard = port.heard() => assert_eq!(heard, (JobKind::Reply, noon())),
        () = ring => {}
        () = tokio::time::sleep(WAIT) => panic!("nothing was heard"),
    }
}

/// Not even where nobody listens, and however often.
pub async fn ringing_waits_for_nobody(bench: WakeBench) {
    for _ in 0..10_000 {
        bench.port().ring(JobKind::Suggestion, noon());
    }
}
