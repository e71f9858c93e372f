//! The suite of [`Jobs`], beside the store whose commits make the work.

use std::sync::Arc;
use std::time::Duration;

use super::store::Diary;
use super::{Bench, race};
use crate::conversation::reply::Reply;
use crate::conversation::write::Write;
use crate::domain::draft::{Draft, DraftState};
use crate::domain::keys::LedgerId;
use crate::domain::limits;
use crate::ports::jobs::{Job, JobKind, Jobs, Parked, Release, Work};
use crate::ports::store::{ExpenseStore, Outcome};
use crate::testing::fixtures::{chat, draft, key, noon, photo};

/// A store with its work.
pub trait WorkingStore: ExpenseStore + Jobs {}

impl<T: ExpenseStore + Jobs> WorkingStore for T {}

/// What the suite is given: its clock shows noon of the fixtures.
pub type JobsBench = Bench<dyn WorkingStore>;

/// Proves [`Jobs`](crate::ports::jobs::Jobs) together with the store that they belong to.
#[macro_export]
macro_rules! jobs_conformance {
    ($fresh:path) => {
        $crate::__conformance! { $fresh; jobs {
            a_reading_comes_with_its_draft_and_ledger,
            a_reading_waits_for_its_time,
            claims_keep_to_their_limit,
            racing_claims_never_share_work,
            a_claim_runs_out_and_attempts_are_counted,
            a_released_claim_waits_as_long_as_it_was_told,
            an_outdated_claim_releases_nothing,
            the_commit_that_does_the_work_ends_its_claim,
            a_draft_that_waits_on_keeps_its_claim,
            replies_of_one_chat_go_in_order_one_at_a_time,
            parking_twice_keeps_once,
            a_sent_reply_is_gone,
            expired_drafts_and_old_outcomes_are_swept,
            erasing_takes_its_work_along,
            old_keys_of_erased_ledgers_go_by_themselves,
        } }
    };
}

const TTL: Duration = Duration::from_secs(60);
const JUST_OVER: Duration = Duration::from_millis(60_100);

fn diary(bench: &JobsBench, name: &str) -> Diary {
    let store: Arc<dyn ExpenseStore> = bench.port();
    Diary::open(store, name)
}

async fn claim(bench: &JobsBench, kind: JobKind) -> Vec<Job> {
    bench.other().claim(kind, 100, TTL).await.expect("jobs")
}

async fn release(bench: &JobsBench, job: &Job, release: Release) {
    bench.port().release(job, release).await.expect("an answer");
}

async fn put(diary: &Diary, draft: &Draft) {
    diary
        .write(vec![Write::PutDraft(Box::new(draft.clone()))])
        .await;
}

/// A draft that waits to be read from now on.
async fn waiting(diary: &Diary) -> Draft {
    let draft = draft(diary.id(), &diary.new_key(), photo("a"));
    put(diary, &draft).await;
    draft
}

async fn park(bench: &JobsBench, chat_name: &str, key_name: &str, first: usize) -> Parked {
    let parked = Parked {
        key: key(key_name),
        chat: chat(chat_name),
        first,
        replies: vec![Reply::plain(format!("{key_name}, {first}"))],
    };
    bench.port().park(&parked).await.expect("an answer");
    parked
}

fn replies(jobs: &[Job]) -> Vec<&Parked> {
    let parked = jobs.iter().map(|job| match &job.work {
        Work::Reply(parked) => parked,
        other => panic!("not a reply: {other:?}"),
    });
    parked.collect()
}

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
            .claim(JobKind::Reading, limit, TTL)
            .await
            .expect("jobs");
        assert_eq!(jobs.len(), expected);
    }
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
            async move { port.claim(kind, 3, TTL).await.expect("jobs") }
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
    park(&bench, "anna", "k", 0).await;
    for kind in [JobKind::Reading, JobKind::Reply] {
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
    park(&bench, "anna", "k", 0).await;
    let after = TTL / 2;
    for kind in [JobKind::Reading, JobKind::Reply] {
        let job = claim(&bench, kind).await.remove(0);
        release(&bench, &job, Release::Again { after }).await;
        assert_eq!(claim(&bench, kind).await, []);
        bench.elapse(after).await;
        let job = claim(&bench, kind).await.remove(0);
        assert_eq!(job.attempt, 2);
        let after = Duration::ZERO;
        release(&bench, &job, Release::Again { after }).await;
        assert_eq!(claim(&bench, kind).await.len(), 1);
    }
}

/// Its time ran out and another has the work by now.
pub async fn an_outdated_claim_releases_nothing(bench: JobsBench) {
    let diary = diary(&bench, "anna");
    waiting(&diary).await;
    park(&bench, "anna", "k", 0).await;
    for kind in [JobKind::Reading, JobKind::Reply] {
        let late = claim(&bench, kind).await.remove(0);
        bench.elapse(JUST_OVER).await;
        let holder = claim(&bench, kind).await.remove(0);
        let after = Duration::ZERO;
        for outdated in [Release::Again { after }, Release::Done] {
            release(&bench, &late, outdated).await;
            assert_eq!(claim(&bench, kind).await, [], "{kind:?} {outdated:?}");
        }
        release(&bench, &holder, Release::Again { after }).await;
        assert_eq!(
            claim(&bench, kind).await.len(),
            1,
            "{kind:?} is still there"
        );
    }
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

/// In the order of parking, whatever their keys; other chats at the same time.
pub async fn replies_of_one_chat_go_in_order_one_at_a_time(bench: JobsBench) {
    let mut anna = Vec::new();
    for (name, first) in [("z", 0), ("a", 2), ("a", 1)] {
        anna.push(park(&bench, "anna", name, first).await);
    }
    let bert = park(&bench, "bert", "z", 0).await;
    let mut jobs = claim(&bench, JobKind::Reply).await;
    jobs.sort_by(|a, b| a.chat.cmp(&b.chat));
    assert_eq!(replies(&jobs), [&anna[0], &bert]);
    assert_eq!(jobs[0].ledger, LedgerId::of(&chat("anna")));
    assert_eq!(claim(&bench, JobKind::Reply).await, []);
    let after = TTL / 2;
    release(&bench, &jobs[0], Release::Again { after }).await;
    assert_eq!(
        claim(&bench, JobKind::Reply).await,
        [],
        "the first still goes first"
    );
    bench.elapse(after).await;
    for expected in &anna {
        let jobs = claim(&bench, JobKind::Reply).await;
        assert_eq!(replies(&jobs), [expected]);
        release(&bench, &jobs[0], Release::Done).await;
    }
}

/// The first stay, in their place; another place among the replies of its update is another.
pub async fn parking_twice_keeps_once(bench: JobsBench) {
    let first = park(&bench, "anna", "k", 0).await;
    park(&bench, "anna", "k", 0).await;
    let second = park(&bench, "anna", "k", 1).await;
    park(&bench, "anna", "k", 0).await;
    for expected in [first, second] {
        let jobs = claim(&bench, JobKind::Reply).await;
        assert_eq!(replies(&jobs), [&expected]);
        release(&bench, &jobs[0], Release::Done).await;
    }
    assert_eq!(claim(&bench, JobKind::Reply).await, []);
}

/// For good, also for those who claimed it before.
pub async fn a_sent_reply_is_gone(bench: JobsBench) {
    park(&bench, "anna", "k", 0).await;
    let job = claim(&bench, JobKind::Reply).await.remove(0);
    release(&bench, &job, Release::Done).await;
    release(
        &bench,
        &job,
        Release::Again {
            after: Duration::ZERO,
        },
    )
    .await;
    bench.elapse(JUST_OVER).await;
    assert_eq!(claim(&bench, JobKind::Reply).await, []);
}

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
        release(
            &bench,
            job,
            Release::Again {
                after: Duration::ZERO,
            },
        )
        .await;
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
    park(&bench, "anna", "k", 0).await;
    let other = park(&bench, "bert", "k", 0).await;
    diary.write(vec![Write::Erase]).await;
    bench.elapse(limits::DRAFT_TTL).await;
    for kind in [JobKind::Reading, JobKind::Sweep] {
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
