//! Whose draft is read next.

use std::time::Duration;

use super::{JobsBench, TTL, diary, put};
use crate::domain::draft::{Draft, DraftState};
use crate::domain::keys::DraftId;
use crate::ports::jobs::{ClaimRequest, Job, JobKind, Work};
use crate::testing::conformance::store::Diary;
use crate::testing::fixtures::{draft, noon, photo, user};

const SECOND: Duration = Duration::from_secs(1);

/// A draft of this person that waits since so many seconds after noon.
async fn sent(diary: &Diary, who: &str, seconds: u32) -> Draft {
    let mut sent = draft(diary.id(), &diary.new_key(), photo("a"));
    sent.opened_by = user(who);
    sent.state = DraftState::Waiting {
        from: noon() + SECOND * seconds,
    };
    put(diary, &sent).await;
    sent
}

async fn order(bench: &JobsBench) -> Vec<DraftId> {
    bench.other().waiting(100).await.expect("drafts")
}

async fn next(bench: &JobsBench) -> Option<DraftId> {
    let mut jobs: Vec<Job> = bench
        .port()
        .claim(ClaimRequest::new(JobKind::Reading, 1, TTL))
        .await
        .expect("jobs");
    match jobs.pop()?.work {
        Work::Reading { draft, .. } => Some(draft.id),
        other => panic!("not a reading: {other:?}"),
    }
}

/// Who sends many waits behind those who send one, but is not forgotten behind newcomers.
pub async fn people_are_read_in_turn(bench: JobsBench) {
    let (anna, bert, carla) = (
        diary(&bench, "anna"),
        diary(&bench, "bert"),
        diary(&bench, "carla"),
    );
    let mut album = Vec::new();
    for _ in 0..4 {
        album.push(sent(&anna, "anna", 0).await);
    }
    let a: Vec<DraftId> = album.iter().map(|draft| draft.id).collect();
    let b = sent(&bert, "bert", 1).await.id;
    assert_eq!(order(&bench).await, [a[0], a[1], a[2], a[3]], "not yet");
    bench.elapse(SECOND * 2).await;
    assert_eq!(order(&bench).await, [a[0], b, a[1], a[2], a[3]]);
    assert_eq!(bench.port().waiting(2).await.expect("drafts"), [a[0], b]);
    assert_eq!(next(&bench).await, Some(a[0]));
    bench.elapse(SECOND).await;
    let c = sent(&carla, "carla", 3).await.id;
    // Done, so that the next one is the first that Anna has there.
    let mut read = album.swap_remove(0);
    read.revision = 2;
    read.state = DraftState::Open;
    put(&anna, &read).await;
    assert_eq!(order(&bench).await, [b, a[1], c, a[2], a[3]]);
    bench.elapse(SECOND).await;
    assert_eq!(next(&bench).await, Some(b));
    assert_eq!(next(&bench).await, Some(a[1]));
    assert_eq!(order(&bench).await, [c, a[2], a[3]]);
    assert_eq!(next(&bench).await, Some(c));
    assert_eq!(next(&bench).await, Some(a[2]));
}

/// One who writes in several chats has one turn.
pub async fn a_persons_turn_counts_in_every_chat(bench: JobsBench) {
    let (home, office, bert) = (
        diary(&bench, "home"),
        diary(&bench, "office"),
        diary(&bench, "bert"),
    );
    let first = sent(&home, "anna", 0).await.id;
    let second = sent(&office, "anna", 1).await.id;
    let other = sent(&bert, "bert", 2).await.id;
    bench.elapse(SECOND * 3).await;
    assert_eq!(order(&bench).await, [first, other, second]);
    assert_eq!(next(&bench).await, Some(first));
    assert_eq!(order(&bench).await, [other, second]);
}
