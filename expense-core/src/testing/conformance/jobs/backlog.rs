//! How much waits.

use super::{JobsBench, claim, diary, park, release, waiting, wanted};
use crate::ports::jobs::{Backlog, JobKind, Release};
use crate::testing::fixtures::details;

/// Claimed work waits, too, until it is done.
pub async fn what_waits_is_counted_by_kind(bench: JobsBench) {
    let count = async || bench.other().backlog().await.expect("an answer");
    assert_eq!(count().await, Backlog::default());
    let diary = diary(&bench, "anna");
    waiting(&diary).await;
    waiting(&diary).await;
    wanted(&diary).await;
    diary.add([details("10", "USD", "taxi")]).await;
    for first in 0..3 {
        park(&bench, "anna", "k", first).await;
    }
    let mut expected = Backlog {
        readings: 2,
        replies: 3,
        suggestions: 1,
        rates: 1,
    };
    assert_eq!(count().await, expected);
    for kind in [JobKind::Reading, JobKind::Suggestion, JobKind::Rate] {
        claim(&bench, kind).await;
    }
    let job = claim(&bench, JobKind::Reply).await.remove(0);
    assert_eq!(count().await, expected);
    release(&bench, &job, Release::Done).await;
    expected.replies -= 1;
    assert_eq!(count().await, expected);
}
