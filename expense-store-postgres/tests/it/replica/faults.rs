//! Standbys pause, hang, die, come back and become primaries.

use std::sync::Arc;
use std::time::Instant;

use expense_core::domain::keys::LedgerId;
use expense_core::memory::clock::SystemClock;
use expense_core::ports::clock::Clock;
use expense_core::ports::error::Fault;
use expense_core::ports::replica::{Primary, ReadReplica};
use expense_core::ports::store::{Committed, ExpenseStore};
use expense_core::testing::conformance::race;
use expense_core::testing::diary::{assert_whole, expenses, lunch};
use expense_core::testing::fixtures;
use expense_core::wrap::replica::{PATIENCE, Replica};
use expense_store_postgres::{PostgresReplica, PostgresStore};

use super::house::House;

/// Many chats at once, while the standby's replay stands still and goes on, again and again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_wrote_reads_it_while_the_replay_pauses() {
    let house = Arc::new(House::build().await);
    for round in 0..4 {
        let statement = match round % 2 {
            0 => "SELECT pg_wal_replay_pause()",
            _ => "SELECT pg_wal_replay_resume()",
        };
        house.tell_standby(statement).await;
        let chats = (0..8).map(|n| {
            let house = house.clone();
            async move { house.rounds(&format!("chat{n}"), round * 20, 20).await }
        });
        race(chats).await;
    }
    // What was written is read from the standby once it has it.
    let before = house.copy.answers();
    house.is_used().await;
    for n in 0..8 {
        let chat = format!("chat{n}");
        assert_whole(&*house.stores[n % 2], &chat, 80)
            .await
            .unwrap();
    }
    assert!(house.copy.answers() > before + 8);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_that_dies_is_left_out_and_taken_back() {
    let mut house = House::build().await;
    let mut written = 0;
    for _ in 0..2 {
        house.rounds("anna", written, 20).await;
        house.standby().crash().unwrap();
        let longest = house.rounds("anna", written + 20, 20).await;
        // One read may find out; the primary answers it all the same.
        assert!(longest < PATIENCE * 10, "{longest:?}");
        tokio::task::block_in_place(|| house.standby().start_again()).unwrap();
        house.is_used().await;
        written += 40;
    }
    assert_whole(&*house.stores[0], "anna", written)
        .await
        .unwrap();
}

/// Connections stay and nothing is answered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_that_hangs_costs_its_patience_and_is_left_out() {
    let mut house = House::build().await;
    house.rounds("anna", 0, 20).await;
    house.standby().pause().unwrap();
    for store in &house.stores {
        let begun = Instant::now();
        expenses(&**store, "anna").await.unwrap();
        assert!(begun.elapsed() < PATIENCE * 10, "{:?}", begun.elapsed());
    }
    // Both instances have found out: nobody waits for it any more.
    let answers = house.copy.answers();
    house.rounds("anna", 20, 40).await;
    assert_eq!(house.copy.answers(), answers);
    house.standby().go_on().unwrap();
    house.is_used().await;
    assert_whole(&*house.stores[1], "anna", 60).await.unwrap();
}

/// The standby becomes a primary and the old one lives on, as in a fail-over that went wrong: its
/// history has come further, and is not believed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_fail_over_only_the_new_primarys_history_counts() {
    let mut house = House::build().await;
    for n in 0..10 {
        record_now(&*house.stores[0], n).await;
    }
    house.is_used().await;
    house.tell_standby("SELECT pg_wal_replay_pause()").await;
    // These are lost with the old primary: the standby is cut off from them.
    for n in 10..13 {
        record_now(&*house.stores[0], n).await;
    }
    let old = PostgresReplica::open(&house.pair.config()).unwrap();
    let lost = old
        .tags(LedgerId::of(&fixtures::chat("anna")))
        .await
        .unwrap();
    let cut = "ALTER SYSTEM SET primary_conninfo = ''; SELECT pg_reload_conf()";
    for statement in cut.split(';') {
        house.tell_standby(statement).await;
    }
    house.tell_standby("SELECT pg_wal_replay_resume()").await;
    house.standby().promote().unwrap();

    let promoted = house.pair.standby_config();
    let store = Arc::new(PostgresStore::open(promoted.clone()).await.unwrap());
    let kept = expenses(&*store, "anna").await.unwrap().len();
    // The server that was promoted, and the old primary, both still named as copies.
    let copies: Vec<Arc<dyn ReadReplica>> = vec![
        Arc::new(PostgresReplica::open(&promoted).unwrap()),
        Arc::new(old),
    ];
    for copy in &copies {
        let error = copy.lag(store.mark().await.unwrap()).await.unwrap_err();
        assert_eq!(error.fault, Fault::Denied);
        assert!(!error.is_transient());
    }
    let both = Replica::new(store.clone(), store.clone(), copies);
    both.look().await;
    for n in kept..13 {
        record_now(&both, n).await;
        assert_eq!(expenses(&both, "anna").await.unwrap().len(), n + 1);
        let ledger = LedgerId::of(&fixtures::chat("anna"));
        let position = store.positions(&[ledger]).await.unwrap()[0];
        // As many commits as in the other history, and yet not the same position.
        assert_ne!(position, lost.position);
    }
}

/// Anna's lunch at this moment: stamps go with the time.
async fn record_now(store: &dyn ExpenseStore, n: usize) {
    let mut commit = lunch(store, "anna", &format!("{n}:anna")).await.unwrap();
    Arc::make_mut(&mut commit).at = SystemClock.now();
    let committed = store.commit(commit).await.unwrap();
    assert!(
        matches!(committed, Committed::Recorded { .. }),
        "{committed:?}"
    );
}
