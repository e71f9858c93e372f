//! Ledgers that are due for a sweep, and erased ones.

use super::{
    AT_ONCE, JUST_OVER, JobsBench, TTL, claim, diary, park, release, replies, waiting, wanted,
};
use crate::conversation::write::Write;
use crate::domain::limits;
use crate::ports::jobs::{JobKind, Work};
use crate::ports::store::Outcome;
use crate::testing::fixtures::noon;

/// Each alone makes its ledger due, and the sweeping commit ends it.
pub async fn expired_drafts_and_old_outcomes_are_swept(bench: JobsBench) {
    let (anna, bert) = (diary(&bench, "anna"), diary(&bench, "bert"));
    waiting(&anna).await;
    bert.write(Vec::new()).await;
    assert_eq!(claim(&bench, JobKind::Sweep).await, []);
    let mut now = noon();
    for (diary, by) in [(&anna, limits::DRAFT_TTL), (&bert, limits::OUTCOMES)] {
        bench.elapse(by).await;
        now += by;
        let mut jobs = claim(&bench, JobKind::Sweep).await;
        jobs.retain(|job| job.chat == diary.chat);
        let [job] = &jobs[..] else {
            panic!("one sweep, not {jobs:?}");
        };
        assert_eq!((&job.work, job.ledger), (&Work::Sweep, diary.id()));
        release(&bench, job, AT_ONCE).await;
        let again = claim(&bench, JobKind::Sweep).await;
        assert!(
            again
                .iter()
                .any(|job| job.chat == diary.chat && job.attempt == 2)
        );
        let mut sweep = diary.commit(Vec::new()).await;
        sweep.at = now;
        sweep.writes = vec![Write::Sweep {
            drafts: now,
            outcomes: now - limits::OUTCOMES,
        }];
        diary.record(&sweep).await;
        bench.elapse(JUST_OVER).await;
        now += JUST_OVER;
        let left = claim(&bench, JobKind::Sweep).await;
        assert!(left.iter().all(|job| job.chat != diary.chat), "{left:?}");
    }
}

/// Neither its photos nor its replies outlive it.
pub async fn erasing_takes_its_work_along(bench: JobsBench) {
    let diary = diary(&bench, "anna");
    waiting(&diary).await;
    wanted(&diary).await;
    park(&bench, "anna", "k", 0).await;
    let other = park(&bench, "bert", "k", 0).await;
    diary.write(vec![Write::Erase]).await;
    bench.elapse(limits::DRAFT_TTL).await;
    for kind in [JobKind::Reading, JobKind::Suggestion, JobKind::Sweep] {
        assert_eq!(claim(&bench, kind).await, [], "{kind:?}");
    }
    assert_eq!(replies(&claim(&bench, JobKind::Reply).await), [&other]);
}

/// Nobody sweeps for a chat that has no ledger.
pub async fn old_keys_of_erased_ledgers_go_by_themselves(bench: JobsBench) {
    let diary = diary(&bench, "anna");
    let first = diary.commit(Vec::new()).await;
    diary.record(&first).await;
    diary.write(vec![Write::Erase]).await;
    for (by, expected) in [
        (limits::OUTCOMES - TTL, Some(Outcome::default())),
        (TTL, None),
    ] {
        bench.elapse(by).await;
        assert_eq!(claim(&bench, JobKind::Sweep).await, []);
        let recorded = diary.store.recorded(&diary.chat, &first.key).await;
        assert_eq!(recorded.expect("an answer"), expected);
    }
}
