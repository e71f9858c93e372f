mod order;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use chrono::TimeDelta;
use futures::FutureExt;
use rstest::rstest;

use super::*;
use crate::memory::attachments::MemoryAttachments;
use crate::memory::clock::ManualClock;
use crate::memory::in_process::in_process;
use crate::memory::messenger::Outbox;
use crate::memory::store::MemoryStore;
use crate::ports::clock::Clock;
use crate::ports::error::Fault;
use crate::ports::jobs::{ClaimRequest, Served};
use crate::ports::messenger::{Messenger, MockMessenger};
use crate::ports::store::{Committed, MockExpenseStore, Outcome, StoredSession};
use crate::service::{Options, Service};
use crate::testing::fixtures;

/// Or its next tries would be as far apart as if it had failed more often.
#[tokio::test]
async fn a_reply_that_is_held_back_was_not_tried() {
    let (clock, screen, service) = app();
    let inner = &service.inner;
    // An earlier process parked this one, and did not know that the chat has to wait.
    let earlier = Parked {
        key: fixtures::key("0"),
        ..hello()
    };
    let jobs = &inner.ports.jobs;
    jobs.park(&earlier, Duration::ZERO).await.unwrap();
    inner.park(&hello(), Duration::from_secs(2)).await.unwrap();
    let found = inner.claim_parked(1).await;
    assert_eq!(found.len(), 1);
    for job in found {
        inner.send_parked(job).await;
    }
    assert!(screen.all().is_empty(), "it was to wait");
    clock.advance(Duration::from_secs(3));
    let jobs = inner.claim_parked(1).await;
    assert_eq!(jobs.iter().map(|job| job.attempt).collect::<Vec<_>>(), [1]);
}

/// Neither what is parked then nor what is said after it.
#[rstest]
#[case::forwards(TimeDelta::hours(1))]
#[case::back(TimeDelta::hours(-1))]
#[tokio::test]
async fn nothing_waits_for_a_clock_that_is_set(#[case] by: TimeDelta) {
    let (clock, screen, service) = app();
    let inner = &service.inner;
    inner.park(&hello(), Duration::from_secs(2)).await.unwrap();
    clock.set(clock.now() + by);
    clock.advance(Duration::from_secs(3));
    for job in inner.claim_parked(8).await {
        inner.send_parked(job).await;
    }
    assert_eq!(screen.all().len(), 1);
    assert!(inner.claim_parked(8).await.is_empty());
    assert!(!inner.behind.contains(&hello().chat));
}

/// It can't be said here.
#[tokio::test]
async fn what_another_frontend_says_is_left_to_it() {
    let (_, screen, here) = app();
    here.inner.park(&hello(), Duration::ZERO).await.unwrap();
    let options = Options {
        served: Served("elsewhere:"),
        others_send: true,
        ..Options::default()
    };
    let other = Service::new(here.inner.ports.clone(), options);
    assert!(other.inner.claim_parked(8).await.is_empty());
    assert!(!other.inner.behind.contains(&hello().chat));
    for job in here.inner.claim_parked(8).await {
        assert_eq!(job.attempt, 1);
        here.inner.send_parked(job).await;
    }
    assert_eq!(screen.all().len(), 1);
}

/// A few tries a second, and everybody's reply soon after it is back.
#[tokio::test(start_paused = true)]
async fn while_the_messenger_is_away_few_are_tried() {
    let (clock, screen, service) = app();
    let mut ports = service.inner.ports.clone();
    let (away, tries) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicU32::new(0)));
    let mut messenger = MockMessenger::new();
    let (is_away, count, there) = (away.clone(), tries.clone(), screen.clone());
    messenger.expect_send().returning(move |outgoing| {
        count.fetch_add(1, Ordering::SeqCst);
        if is_away.load(Ordering::SeqCst) {
            return Err(PortError::new("messenger", "send", Fault::Unavailable));
        }
        there.send(outgoing).now_or_never().expect("at once")
    });
    ports.messenger = Arc::new(messenger);
    let service = Service::new(ports, Options::default());
    for number in 0..1_000 {
        let chat = fixtures::chat(&number.to_string());
        let hello = Parked { chat, ..hello() };
        service.inner.park(&hello, Duration::ZERO).await.unwrap();
    }
    let stop = CancellationToken::new();
    let pass = async |time: Duration| {
        let then = clock.steady() + time;
        while clock.steady() < then {
            clock.advance(Duration::from_millis(250));
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    };
    let look = async {
        pass(Duration::from_secs(60)).await;
        let tried = tries.load(Ordering::SeqCst);
        assert!((100..500).contains(&tried), "{tried} tries in a minute");
        away.store(false, Ordering::SeqCst);
        pass(Duration::from_secs(2)).await;
        let sent = screen.all().len();
        assert!(sent >= 900, "{sent} of 1,000 are sent");
        pass(limits::EARLY_REPLY_RETRY).await;
        assert_eq!(screen.all().len(), 1_000);
        stop.cancel();
    };
    tokio::join!(work(&service.inner, &stop, Vec::new()), look);
}

/// By that a messenger goes on where it broke off.
#[tokio::test]
async fn a_reply_that_is_said_again_is_known_by_the_same_id() {
    let (clock, _, service) = app();
    let mut ports = service.inner.ports.clone();
    let (told, ids) = std::sync::mpsc::channel();
    let tries = AtomicU32::new(0);
    let mut messenger = MockMessenger::new();
    messenger.expect_send().returning(move |outgoing| {
        told.send(outgoing.id.clone()).expect("it is listened to");
        match tries.fetch_add(1, Ordering::SeqCst) {
            1 => Err(PortError::new("messenger", "send", Fault::Unavailable)),
            _ => Ok(fixtures::message("1")),
        }
    });
    ports.messenger = Arc::new(messenger);
    let service = Service::new(ports, Options::default());
    let Parked { key, chat, .. } = hello();
    let replies = vec![Reply::plain("the same"); 2];
    service.inner.say(&chat, &key, replies).await.unwrap();
    clock.advance(limits::LAST_RETRY);
    for job in service.inner.claim_parked(8).await {
        service.inner.send_parked(job).await;
    }
    let known = [0, 1, 1].map(|place| ReplyId {
        update: key.clone(),
        place,
    });
    assert!(ids.try_iter().eq(known.map(Some)));
}

/// Whoever looked for its outcome meanwhile has given the promise up.
#[tokio::test]
async fn what_took_long_to_record_is_promised_again() {
    let (clock, _, service) = app();
    let mut ports = service.inner.ports.clone();
    let (jobs, slow) = (ports.jobs.clone(), clock.clone());
    let mut store = MockExpenseStore::new();
    store.expect_commit().returning(move |commit| {
        let claim = jobs.claim(ClaimRequest::new(JobKind::Reply, 1, limits::REPLY_CLAIM));
        let promise = claim.now_or_never().expect("at once")?.remove(0);
        let given_up = jobs.release(&promise, Release::Done);
        given_up.now_or_never().expect("at once")?;
        slow.advance(limits::PROMISE_SURE + Duration::from_millis(1));
        Ok(Committed::Already(Outcome {
            replies: commit.replies.clone(),
        }))
    });
    ports.store = Arc::new(store);
    let service = Service::new(ports, Options::default());
    let ledger = fixtures::ledger(&hello().chat);
    let commit = fixtures::commit(hello().key, &ledger, &StoredSession::default(), Vec::new());
    let commit = Arc::new(commit);
    service.inner.commit(&commit, true).await.unwrap();
    assert_eq!(service.inner.claim_parked(8).await.len(), 1);
}

/// A look between promise and record finds the promise: what it stands for is said as soon as it
/// is recorded, not at some next try.
#[tokio::test(start_paused = true)]
async fn a_promise_that_is_found_early_is_kept_at_once() {
    let (_, screen, service) = app();
    let inner = &service.inner;
    let ledger = fixtures::ledger(&hello().chat);
    let mut commit = fixtures::commit(hello().key, &ledger, &StoredSession::default(), Vec::new());
    commit.replies = hello().replies;
    inner.promise(&commit.chat, &commit.key).await.unwrap();
    let found = inner.claim_parked(8).await.remove(0);
    let record = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        inner.commit(&Arc::new(commit), false).await.unwrap();
        inner.keep_promise(&hello().chat);
    };
    tokio::join!(inner.send_parked(found), record);
    assert_eq!(screen.all().len(), 1);
    assert!(inner.claim_parked(8).await.is_empty());
}

fn hello() -> Parked {
    Parked {
        key: fixtures::key("1"),
        chat: fixtures::chat("home"),
        first: 0,
        replies: vec![Reply::plain("hello")],
    }
}

fn app() -> (Arc<ManualClock>, Arc<Outbox>, Service) {
    let clock = Arc::new(ManualClock::at(fixtures::noon()));
    let screen = Arc::new(Outbox::default());
    let ports = in_process(
        Arc::new(MemoryStore::new(clock.clone())),
        screen.clone(),
        Arc::new(MemoryAttachments::default()),
        clock.clone(),
    );
    (clock, screen, Service::new(ports, Options::default()))
}
