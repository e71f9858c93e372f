//! Drafts that wait for their reading.

use std::time::Duration;

use super::{JobsBench, TTL, claim, diary, put, release, waiting};
use crate::domain::draft::DraftState;
use crate::ports::jobs::{JobKind, Release, Work};
use crate::testing::fixtures::{draft, noon, photo};

/// Both as they are now.
pub async fn a_reading_comes_with_its_draft_and_ledger(bench: JobsBench) {
    let diary = diary(&bench, "anna");
    assert_eq!(claim(&bench, JobKind::Reading).await, []);
    let opened = waiting(&diary).await;
    let jobs = claim(&bench, JobKind::Reading).await;
    let [job] = &jobs[..] else {
        panic!("one reading, not {jobs:?}");
    };
    assert_eq!(
        (&job.chat, job.ledger, job.attempt),
        (&diary.chat, diary.id(), 1)
    );
    let work = Work::Reading {
        draft: Box::new(opened),
        settings: Box::new(diary.ledger().await),
    };
    assert_eq!(job.work, work);
    assert_eq!(claim(&bench, JobKind::Reading).await, []);
    assert_eq!(claim(&bench, JobKind::Reply).await, []);
}

/// Another part of an album may still be on its way; what does not wait is never read.
pub async fn a_reading_waits_for_its_time(bench: JobsBench) {
    let diary = diary(&bench, "anna");
    let mut later = draft(diary.id(), &diary.new_key(), photo("a"));
    later.state = DraftState::Waiting { from: noon() + TTL };
    put(&diary, &later).await;
    let mut open = draft(diary.id(), &diary.new_key(), photo("b"));
    open.state = DraftState::Open;
    put(&diary, &open).await;
    assert_eq!(claim(&bench, JobKind::Reading).await, []);
    bench.elapse(TTL).await;
    assert_eq!(claim(&bench, JobKind::Reading).await.len(), 1);
}

/// A reading is done by its commit; releasing it alone brings it back, and asking for another
/// reading is other work, tried for the first time.
pub async fn the_commit_that_does_the_work_ends_its_claim(bench: JobsBench) {
    let diary = diary(&bench, "anna");
    let mut opened = waiting(&diary).await;
    let job = claim(&bench, JobKind::Reading).await.remove(0);
    release(&bench, &job, Release::Done).await;
    let job = claim(&bench, JobKind::Reading).await.remove(0);
    opened.revision = 2;
    opened.state = DraftState::Open;
    put(&diary, &opened).await;
    release(&bench, &job, Release::Done).await;
    assert_eq!(claim(&bench, JobKind::Reading).await, []);
    opened.revision = 3;
    opened.state = DraftState::Waiting { from: noon() };
    put(&diary, &opened).await;
    release(&bench, &job, Release::Again { after: TTL }).await;
    let again = claim(&bench, JobKind::Reading).await.remove(0);
    assert_eq!(again.attempt, 1);
}

/// A person sets a field while the photo is read: nobody reads it twice for that. Another part
/// of an album is another matter.
pub async fn a_draft_that_waits_on_keeps_its_claim(bench: JobsBench) {
    let diary = diary(&bench, "anna");
    let mut opened = waiting(&diary).await;
    claim(&bench, JobKind::Reading).await;
    opened.revision = 2;
    opened.expires_at = noon() + TTL * 9;
    put(&diary, &opened).await;
    assert_eq!(claim(&bench, JobKind::Reading).await, []);
    opened.revision = 3;
    opened.state = DraftState::Waiting {
        from: noon() - Duration::from_secs(1),
    };
    put(&diary, &opened).await;
    assert_eq!(claim(&bench, JobKind::Reading).await.len(), 1);
}
