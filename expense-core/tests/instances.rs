//! Several instances over one store: what they share of a ledger, and what they tell each other.

use std::sync::Arc;
use std::time::Duration;

use expense_core::memory::cache::MemoryCache;
use expense_core::memory::clock::SystemClock;
use expense_core::memory::state::MemoryState;
use expense_core::ports::error::{Fault, PortError};
use expense_core::testing::fixtures::chat;
use expense_core::testing::instances::{
    Counted, Instance, Shared, a_thousand_first_messages_make_one_query,
};
use expense_core::testing::mocks::{MockCache, MockStateStore};

const TTL: Duration = Duration::from_secs(300);
const AT_ONCE: Duration = Duration::ZERO;

fn shared() -> Shared {
    let clock = Arc::new(SystemClock);
    Shared {
        cache: Arc::new(MemoryCache::new(clock.clone(), 1_000)),
        states: Arc::new(MemoryState::new(clock, 1_000)),
    }
}

#[tokio::test(start_paused = true)]
async fn a_ledger_is_read_once_however_many_ask_at_once() {
    let shared = shared();
    let slow = Duration::from_millis(200);
    a_thousand_first_messages_make_one_query(|| shared.clone(), slow).await;
}

#[tokio::test]
async fn what_one_instance_changes_the_others_say_next() {
    let (store, shared, anna) = (Counted::answering_after(AT_ONCE), shared(), chat("anna"));
    let [a, b] = ["a", "b"].map(|name| Instance::start(name, &store, &shared, TTL));
    a.say(&anna, "12.50 lunch").await;
    assert!(
        b.say(&anna, "/categories")
            .await
            .contains("Travel & Vacation")
    );
    a.say(&anna, "/renamecategory Travel & Vacation -> Away")
        .await;
    let listed = b.say(&anna, "/categories").await;
    assert!(
        listed.contains("Away") && !listed.contains("Vacation"),
        "{listed}"
    );

    // What is recorded by a copy that is behind is decided again.
    b.say(&anna, "/renamecategory Away -> Trips").await;
    let recorded = a.say(&anna, "9 hotel [Trips]").await;
    assert!(recorded.contains("Trips"), "{recorded}");
}

#[tokio::test]
async fn what_one_instance_read_another_finds() {
    let (store, shared, anna) = (Counted::answering_after(AT_ONCE), shared(), chat("anna"));
    let a = Instance::start("a", &store, &shared, TTL);
    a.say(&anna, "12.50 lunch").await;
    a.say(&anna, "/currency JPY").await;
    a.say(&anna, "500 tea").await;
    let known = store.calls("ledger");
    let b = Instance::start("b", &store, &shared, TTL);
    assert!(b.say(&anna, "700 tea").await.contains("¥700"));
    assert_eq!(store.calls("ledger"), known);
}

#[tokio::test]
async fn an_instance_that_starts_knows_what_was_in_use() {
    let (store, shared) = (Counted::answering_after(AT_ONCE), shared());
    let people = ["anna", "bob", "carol"].map(chat);
    let a = Instance::start("a", &store, &shared, TTL);
    for person in &people {
        a.say(person, "12.50 lunch").await;
    }
    a.end().await;
    // A cache that has lost everything meanwhile: what was in use is known from the state.
    let emptied = Shared {
        cache: self::shared().cache,
        ..shared
    };
    let read = store.calls("ledger");
    let b = Instance::start("b", &store, &emptied, TTL);
    while store.calls("ledgers") == 0 {
        tokio::task::yield_now().await;
    }
    for person in &people {
        b.say(person, "9.50 dinner").await;
    }
    assert_eq!((store.calls("ledgers"), store.calls("ledger")), (1, read));
}

#[tokio::test]
async fn without_a_time_to_live_every_message_reads_the_store() {
    let (store, shared, anna) = (Counted::answering_after(AT_ONCE), shared(), chat("anna"));
    let a = Instance::start("a", &store, &shared, Duration::ZERO);
    for count in 1..=3 {
        a.say(&anna, "12.50 lunch").await;
        assert_eq!(store.calls("ledger"), count);
    }
}

fn broken<T>() -> expense_core::ports::error::Result<T> {
    Err(PortError::new("cache", "any", Fault::Unavailable))
}

#[tokio::test]
async fn a_cache_that_fails_fails_no_message() {
    let (store, anna) = (Counted::answering_after(AT_ONCE), chat("anna"));
    let (mut cache, mut states) = (MockCache::new(), MockStateStore::new());
    cache.expect_get().returning(|_| broken());
    cache.expect_put().returning(|_, _, _| broken());
    cache.expect_forget().returning(|_| broken());
    states.expect_load().returning(|_| broken());
    states.expect_save().returning(|_, _, _, _| broken());
    states.expect_clear().returning(|_, _| broken());
    let shared = Shared {
        cache: Arc::new(cache),
        states: Arc::new(states),
    };
    let [a, b] = ["a", "b"].map(|name| Instance::start(name, &store, &shared, TTL));
    assert!(a.say(&anna, "12.50 lunch").await.contains("€12.50"));
    a.say(&anna, "/renamecategory Travel & Vacation -> Away")
        .await;
    assert!(b.say(&anna, "/categories").await.contains("Away"));
}

#[tokio::test(start_paused = true)]
async fn a_holder_that_died_is_waited_for_within_a_bound() {
    let (store, shared, anna) = (Counted::answering_after(AT_ONCE), shared(), chat("anna"));
    Instance::start("a", &store, &shared, TTL)
        .say(&anna, "12.50 lunch")
        .await;
    shared.cache.forget("ledger/test:anna").await.unwrap();
    let claimed = shared.states.save("ledger/test:anna", None, b"", TTL).await;
    assert!(claimed.is_ok());
    let begun = tokio::time::Instant::now();
    let b = Instance::start("b", &store, &shared, TTL);
    assert!(b.say(&anna, "9 tea").await.contains("#2"));
    let waited = begun.elapsed();
    assert!(waited > Duration::from_millis(500), "{waited:?}");
    assert!(waited < Duration::from_secs(1), "{waited:?}");
}

#[tokio::test]
async fn what_another_program_wrote_is_a_miss() {
    let (store, shared, anna) = (Counted::answering_after(AT_ONCE), shared(), chat("anna"));
    Instance::start("a", &store, &shared, TTL)
        .say(&anna, "12.50 lunch")
        .await;
    for bytes in [&b""[..], b"1{\"id\":", b"0{}", b"\xff\xfe", b"9[1,2,3]"] {
        shared
            .cache
            .put("ledger/test:anna", bytes, TTL)
            .await
            .unwrap();
        shared
            .states
            .save("ledgers/in-use", None, bytes, TTL)
            .await
            .unwrap();
        let read = store.calls("ledger");
        let b = Instance::start("b", &store, &shared, TTL);
        assert!(b.say(&anna, "9 tea").await.contains("€9"));
        assert_eq!(store.calls("ledger"), read + 1);
    }
}
