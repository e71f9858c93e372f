//! Updates of one chat fail for long, and Telegram shows a hundred at a time.

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use expense_core::domain::limits;
use expense_core::memory::clock::SystemClock;
use expense_core::ports::clock::Clock;
use expense_core::ports::error::{Fault, PortError};
use expense_core::ports::store::ExpenseStore;
use expense_core::service::Ports;
use expense_core::testing::mocks::MockExpenseStore;
use expense_core::testing::simulation::SimulatedClock;
use expense_telegram::Telegram;
use futures::FutureExt;
use telegram_fake::Arrival;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::timeout;

use crate::app::{App, assert_sound, config, fake, passes};

/// As many as Telegram shows beside one, and more.
const SHOWN: usize = 99;
const PEOPLE: usize = 250;

/// The store, which records nothing of the chat of user 7, and how often that was tried.
fn failing_for_seven(inner: Arc<dyn ExpenseStore>, tries: Arc<AtomicU32>) -> MockExpenseStore {
    let mut store = MockExpenseStore::new();
    let of = inner.clone();
    store.expect_commit().returning(move |commit| {
        if commit.chat.as_str() == "telegram:7" {
            tries.fetch_add(1, Ordering::SeqCst);
            return Err(PortError::new("store", "commit", Fault::Unavailable));
        }
        at_once(of.commit(commit))
    });
    let of = inner.clone();
    store
        .expect_recorded()
        .returning(move |chat, key| at_once(of.recorded(chat, key)));
    let of = inner.clone();
    store
        .expect_ledger()
        .returning(move |chat| at_once(of.ledger(chat)));
    let of = inner.clone();
    store
        .expect_ledgers()
        .returning(move |chats| at_once(of.ledgers(chats)));
    let of = inner.clone();
    store
        .expect_session()
        .returning(move |chat| at_once(of.session(chat)));
    store
        .expect_people()
        .returning(move || at_once(inner.people()));
    store
}

/// Memory waits for nothing.
fn at_once<T>(asked: impl Future<Output = T>) -> T {
    asked.now_or_never().expect("it waits for nothing")
}

/// Nothing is confirmed before it is safe, so that those behind a hundred wait for the one: until
/// it is given up, its sender told, a minute later and not in days.
#[tokio::test]
async fn one_that_fails_holds_up_those_behind_a_hundred_for_a_minute() {
    let fake = fake().await;
    let mut arrivals = fake.arrivals();
    let clock = Arc::new(SimulatedClock::beginning(SystemClock.now()));
    let telegram = Telegram::new(config(&fake), clock.clone()).unwrap();
    let tries = Arc::new(AtomicU32::new(0));
    let (app, _) = App::going_by(clock.clone(), telegram, |ports| Ports {
        store: Arc::new(failing_for_seven(ports.store.clone(), tries.clone())),
        ..ports
    });
    fake.user(7).say("1 tea");
    for person in (1_001..).take(PEOPLE) {
        fake.user(person).say("1 milk");
    }
    answered(&mut arrivals, SHOWN).await;
    let began = clock.steady();
    hastened(answered(&mut arrivals, PEOPLE - SHOWN)).await;
    let waited = clock.steady() - began;
    assert!(waited < limits::LAST_RETRY, "{waited:?}");
    assert_eq!(tries.load(Ordering::SeqCst), limits::ATTEMPTS);
    let told = fake.chat(7).replies();
    let told = told.last().expect("they are told").words().to_owned();
    assert!(told.contains("could not finish"), "{told}");
    hastened(fake.settled()).await;
    app.stop().await.unwrap();
    assert_sound(&fake);
}

/// Until so many others are answered for the first time.
async fn answered(arrivals: &mut UnboundedReceiver<Arrival>, others: usize) {
    let mut answered = BTreeSet::new();
    while answered.len() < others {
        let arrival = arrivals.recv().await.expect("the server is there");
        if arrival.chat != 7 && arrival.words.starts_with("#1 ") {
            answered.insert(arrival.chat);
        }
    }
}

/// Lets time pass quickly, in steps that are shorter than what anything may take, until this is
/// done.
async fn hastened<T>(work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    for _ in 0..1_000 {
        let now = timeout(Duration::from_millis(20), &mut work).await;
        if let Ok(done) = now {
            return done;
        }
        passes(Duration::from_secs(2)).await;
    }
    panic!("it takes more than half an hour");
}
