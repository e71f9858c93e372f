//! Replies that could not be sent.

use std::time::Duration;

use super::{
    AT_ONCE, JUST_OVER, JobsBench, TTL, claim, diary, park, park_for, release, replies, waiting,
};
use crate::conversation::write::Write;
use crate::domain::keys::LedgerId;
use crate::ports::jobs::{JobKind, Parked, Release, Served, Work};
use crate::testing::fixtures::{chat, key};

/// A moment before something ends.
const ALMOST: Duration = Duration::from_millis(100);

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
    release(&bench, &job, AT_ONCE).await;
    bench.elapse(JUST_OVER).await;
    assert_eq!(claim(&bench, JobKind::Reply).await, []);
}

/// Without replies it is a promise, kept in its place like any other.
pub async fn a_promise_is_parked_like_replies(bench: JobsBench) {
    let promise = promise(&bench, "anna").await;
    bench
        .port()
        .park(&promise, Duration::ZERO)
        .await
        .expect("an answer");
    let later = park(&bench, "anna", "k", 0).await;
    for expected in [promise, later] {
        let jobs = claim(&bench, JobKind::Reply).await;
        assert_eq!(replies(&jobs), [&expected]);
        release(&bench, &jobs[0], Release::Done).await;
    }
}

/// Whatever is parked for its chat behind it; then it is tried for the first time.
pub async fn a_parked_reply_waits_its_time(bench: JobsBench) {
    let wait = TTL / 2;
    let first = park_for(&bench, "anna", "a", wait).await;
    let second = park(&bench, "anna", "b", 0).await;
    let bert = park(&bench, "bert", "a", 0).await;
    // Kept already, with its wait.
    park(&bench, "anna", "a", 0).await;
    assert_eq!(replies(&claim(&bench, JobKind::Reply).await), [&bert]);
    bench.elapse(wait.saturating_sub(ALMOST)).await;
    assert_eq!(claim(&bench, JobKind::Reply).await, []);
    bench.elapse(ALMOST).await;
    for expected in [first, second] {
        let jobs = claim(&bench, JobKind::Reply).await;
        assert_eq!(replies(&jobs), [&expected]);
        assert_eq!(jobs[0].attempt, 1);
        release(&bench, &jobs[0], Release::Done).await;
    }
}

/// Whenever they are due; a chat that moved is known by its new name. Promises do not count, nor
/// what somebody has had in hand for long.
pub async fn all_see_for_whom_replies_wait(bench: JobsBench) {
    let (old, new) = (diary(&bench, "old"), chat("new"));
    let asked = async |limit, dying| {
        let port = bench.other();
        let chats = port.parked(limit, Served::default(), dying).await;
        let mut chats = chats.expect("an answer");
        chats.sort();
        chats
    };
    let parked = async |limit| asked(limit, TTL).await;
    assert_eq!(parked(10).await, []);
    for (name, of) in [("a", "old"), ("b", "anna"), ("c", "old")] {
        park(&bench, of, name, 0).await;
    }
    promise(&bench, "bert").await;
    assert_eq!(parked(10).await, [chat("anna"), chat("old")]);
    assert_eq!(parked(1).await.len(), 1);
    let jobs = claim(&bench, JobKind::Reply).await;
    assert_eq!(parked(10).await, []);
    let dying = TTL / 2;
    assert_eq!(asked(10, dying).await, [chat("anna"), chat("old")]);
    bench.elapse(dying).await;
    assert_eq!(asked(10, dying).await, []);
    for job in jobs {
        let after = TTL;
        let end = match job.chat == chat("anna") {
            true => Release::Done,
            false => Release::Again { after },
        };
        release(&bench, &job, end).await;
    }
    assert_eq!(parked(10).await, [chat("old")]);
    park_for(&bench, "anna", "d", TTL).await;
    assert_eq!(parked(10).await, [chat("anna"), chat("old")]);
    let anna = claim(&bench, JobKind::Reply).await;
    assert_eq!(anna, [], "it is not due");
    waiting(&old).await;
    old.write(vec![Write::Move { to: new.clone() }]).await;
    assert_eq!(parked(10).await, [chat("anna"), new]);
}

/// Replies parked for the old chat come with the new one, those of both in one order; drafts that
/// wait to be read do, too.
pub async fn work_follows_a_ledger_that_moves(bench: JobsBench) {
    let (old, new) = (diary(&bench, "old"), diary(&bench, "new"));
    let draft = waiting(&old).await;
    let first = park(&bench, "old", "a", 0).await;
    let begun = waiting(&new).await;
    let second = park(&bench, "new", "b", 0).await;
    let to = new.chat.clone();
    old.write(vec![Write::Move { to }]).await;
    let third = park(&bench, "old", "c", 0).await;
    for expected in [first, second, third] {
        let jobs = claim(&bench, JobKind::Reply).await;
        assert_eq!(replies(&jobs), [&expected]);
        assert_eq!((&jobs[0].chat, jobs[0].ledger), (&new.chat, old.id()));
        release(&bench, &jobs[0], Release::Done).await;
    }
    let readings = claim(&bench, JobKind::Reading).await;
    assert_eq!(readings.len(), 2);
    for job in readings {
        assert_eq!((&job.chat, job.ledger), (&new.chat, old.id()));
        let Work::Reading { draft: read, .. } = job.work else {
            panic!("not a reading");
        };
        assert!([draft.id, begun.id].contains(&read.id));
    }
}

async fn promise(bench: &JobsBench, of: &str) -> Parked {
    let promise = Parked {
        key: key("promised"),
        chat: chat(of),
        first: 0,
        replies: Vec::new(),
    };
    bench
        .port()
        .park(&promise, Duration::ZERO)
        .await
        .expect("an answer");
    promise
}
