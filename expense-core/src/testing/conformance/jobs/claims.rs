//! A piece of work is claimed by one at a time.

use super::{AT_ONCE, JUST_OVER, JobsBench, TTL, claim, diary, park, release, waiting, wanted};
use crate::ports::jobs::{ClaimRequest, Job, JobKind, Release, Served};
use crate::testing::conformance::race;

const KINDS: [JobKind; 3] = [JobKind::Reading, JobKind::Reply, JobKind::Suggestion];

/// What is left is there for the next one.
pub async fn claims_keep_to_their_limit(bench: JobsBench) {
    let diary = diary(&bench, "anna");
    for _ in 0..3 {
        waiting(&diary).await;
    }
    let port = bench.port();
    for expected in [0, 2, 1, 0] {
        let limit = if expected == 0 { 0 } else { 2 };
        let jobs = port
            .claim(ClaimRequest::new(JobKind::Reading, limit, TTL))
            .await
            .expect("jobs");
        assert_eq!(jobs.len(), expected);
    }
}

/// Those of another frontend's chats: their photos and their way to say something are not here.
pub async fn drafts_and_replies_are_left_to_who_serves_them(bench: JobsBench) {
    let diary = diary(&bench, "anna");
    let draft = waiting(&diary).await;
    let parked = park(&bench, "anna", "k", 0).await;
    let (others, theirs) = (Served("elsewhere:"), Served("test:"));
    let port = bench.port();
    for kind in [JobKind::Reading, JobKind::Reply] {
        let jobs = port
            .claim(ClaimRequest::new(kind, 10, TTL).serving(others))
            .await
            .expect("jobs");
        assert_eq!(jobs, [], "{kind:?}");
    }
    for (served, expected) in [(others, vec![]), (theirs, vec![parked.chat])] {
        let chats = port.parked(10, served, TTL).await.expect("chats");
        assert_eq!(chats, expected);
    }
    for kind in [JobKind::Reading, JobKind::Reply] {
        let jobs = port
            .claim(ClaimRequest::new(kind, 10, TTL).serving(theirs))
            .await
            .expect("jobs");
        assert_eq!(jobs.len(), 1, "{kind:?} of {:?}", draft.opened_by);
    }
    wanted(&diary).await;
    let jobs = port
        .claim(ClaimRequest::new(JobKind::Suggestion, 10, TTL).serving(others))
        .await;
    assert_eq!(jobs.expect("jobs").len(), 1, "anybody finds a category");
}

/// Through all instances.
pub async fn racing_claims_never_share_work(bench: JobsBench) {
    let diary = diary(&bench, "anna");
    for n in 0..8 {
        waiting(&diary).await;
        park(&bench, &format!("chat{n}"), "k", 0).await;
    }
    for kind in [JobKind::Reading, JobKind::Reply] {
        let runners = (0..16).map(|n| {
            let port = bench.nth(n);
            async move {
                let jobs = port.claim(ClaimRequest::new(kind, 3, TTL));
                jobs.await.expect("jobs")
            }
        });
        let jobs: Vec<Job> = race(runners).await.into_iter().flatten().collect();
        assert_eq!(jobs.len(), 8, "{kind:?}");
        for (n, job) in jobs.iter().enumerate() {
            let others = &jobs[n + 1..];
            assert!(
                others
                    .iter()
                    .all(|o| o.work != job.work && o.claim != job.claim)
            );
        }
    }
}

/// Whoever claimed it died.
pub async fn a_claim_runs_out_and_attempts_are_counted(bench: JobsBench) {
    let diary = diary(&bench, "anna");
    waiting(&diary).await;
    wanted(&diary).await;
    park(&bench, "anna", "k", 0).await;
    for kind in KINDS {
        let mut claims = Vec::new();
        for attempt in 1..=3 {
            let job = claim(&bench, kind).await.remove(0);
            assert_eq!(job.attempt, attempt, "{kind:?}");
            assert!(!claims.contains(&job.claim));
            claims.push(job.claim);
            assert_eq!(claim(&bench, kind).await, []);
            bench.elapse(JUST_OVER).await;
        }
    }
}

/// Before, nobody gets it; afterwards everybody may.
pub async fn a_released_claim_waits_as_long_as_it_was_told(bench: JobsBench) {
    let diary = diary(&bench, "anna");
    waiting(&diary).await;
    wanted(&diary).await;
    park(&bench, "anna", "k", 0).await;
    let after = TTL / 2;
    for kind in KINDS {
        let job = claim(&bench, kind).await.remove(0);
        release(&bench, &job, Release::Again { after }).await;
        assert_eq!(claim(&bench, kind).await, []);
        bench.elapse(after).await;
        let job = claim(&bench, kind).await.remove(0);
        assert_eq!(job.attempt, 2);
        release(&bench, &job, AT_ONCE).await;
        let job = claim(&bench, kind).await.remove(0);
        assert_eq!(job.attempt, 3);
        let after = TTL / 2;
        release(&bench, &job, Release::NotBegun { after }).await;
        assert_eq!(claim(&bench, kind).await, []);
        bench.elapse(after).await;
        let job = claim(&bench, kind).await.remove(0);
        assert_eq!(job.attempt, 3, "that was no attempt");
    }
}

/// Its time ran out and another has the work by now.
pub async fn an_outdated_claim_releases_nothing(bench: JobsBench) {
    let diary = diary(&bench, "anna");
    waiting(&diary).await;
    wanted(&diary).await;
    park(&bench, "anna", "k", 0).await;
    for kind in KINDS {
        let late = claim(&bench, kind).await.remove(0);
        bench.elapse(JUST_OVER).await;
        let holder = claim(&bench, kind).await.remove(0);
        for outdated in [AT_ONCE, Release::Done] {
            release(&bench, &late, outdated).await;
            assert_eq!(claim(&bench, kind).await, [], "{kind:?} {outdated:?}");
        }
        release(&bench, &holder, AT_ONCE).await;
        assert_eq!(
            claim(&bench, kind).await.len(),
            1,
            "{kind:?} is still there"
        );
    }
}
