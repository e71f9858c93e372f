//! What happens to a store while it runs, on a server that is well.

use std::sync::Arc;
use std::time::{Duration, Instant};

use expense_core::conversation::question::{ExpenseFilter, PageRequest};
use expense_core::conversation::write::Write;
use expense_core::domain::keys::LedgerId;
use expense_core::ports::error::Fault;
use expense_core::ports::store::{Commit, Committed, ExpenseStore, Refusal};
use expense_core::testing::conformance::race;
use expense_core::testing::diary::{close_in_between, expenses, lunch, record};
use expense_core::testing::fixtures;
use expense_store_postgres::PostgresStore;
use expense_store_postgres::testing::Database;
use sqlx::Executor;

const TASKS: usize = 50;

async fn two(database: &Database) -> [Arc<PostgresStore>; 2] {
    let one = PostgresStore::open(database.config()).await.unwrap();
    let other = PostgresStore::open(database.config()).await.unwrap();
    [Arc::new(one), Arc::new(other)]
}

/// All at once, by both stores in turn.
async fn commit_all(stores: &[Arc<PostgresStore>; 2], commits: Vec<Arc<Commit>>) -> Vec<Committed> {
    let runners = commits.into_iter().enumerate().map(|(n, commit)| {
        let store = Arc::clone(&stores[n % 2]);
        async move { store.commit(commit).await.unwrap() }
    });
    race(runners).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_who_decide_by_the_same_ledger_one_wins() {
    let database = Database::fresh().await;
    let stores = two(&database).await;
    record(&*stores[0], "anna", "first").await.unwrap();
    let mut commits = Vec::new();
    for n in 0..TASKS {
        let mut commit = lunch(&*stores[0], "anna", &format!("{n}")).await.unwrap();
        let settings = fixtures::settings(if n % 2 == 0 { "USD" } else { "GBP" });
        Arc::make_mut(&mut commit).writes = vec![Write::PutSettings(Box::new(settings))];
        commits.push(commit);
    }
    let results = commit_all(&stores, commits).await;
    let won = |result: &&Committed| matches!(result, Committed::Recorded { .. });
    let lost = |result: &&Committed| **result == Committed::Refused(Refusal::StaleLedger);
    assert_eq!(results.iter().filter(won).count(), 1);
    assert_eq!(results.iter().filter(lost).count(), TASKS - 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_ledgers_do_not_hinder_each_other() {
    let database = Database::fresh().await;
    let stores = two(&database).await;
    for round in 0..4 {
        let mut commits = Vec::new();
        for n in 0..TASKS {
            let chat = format!("chat{n}");
            commits.push(
                lunch(&*stores[0], &chat, &format!("{round}"))
                    .await
                    .unwrap(),
            );
        }
        for result in commit_all(&stores, commits).await {
            assert!(matches!(result, Committed::Recorded { .. }), "{result:?}");
        }
    }
    for n in 0..TASKS {
        let found = expenses(&*stores[1], &format!("chat{n}")).await.unwrap();
        let numbers: Vec<u32> = found.iter().map(|found| found.number.unwrap().0).collect();
        assert_eq!(numbers, [4, 3, 2, 1]);
    }
}

/// One commit breaks the database's own rules; those that are written with it stand.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_fails_does_not_fail_its_neighbors() {
    let database = Database::fresh().await;
    let store = Arc::new(PostgresStore::open(database.config()).await.unwrap());
    let rule = "ALTER TABLE ledgers ADD CONSTRAINT rule CHECK (chat NOT LIKE '%chat7')";
    database.stranger().await.execute(rule).await.unwrap();
    let mut commits = Vec::new();
    for n in 0..20 {
        commits.push(lunch(&*store, &format!("chat{n}"), "1").await.unwrap());
    }
    let results = race(commits.into_iter().enumerate().map(|(n, commit)| {
        let store = Arc::clone(&store);
        async move { (n, store.commit(commit).await) }
    }));
    for (n, result) in results.await {
        match result {
            Ok(Committed::Recorded { .. }) => assert_ne!(n, 7),
            Err(error) => assert_eq!((n, error.fault), (7, Fault::Bug)),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_finishes_what_waits_and_refuses_the_rest() {
    let database = Database::fresh().await;
    let store = Arc::new(PostgresStore::open(database.config()).await.unwrap());
    let recorded = close_in_between(&store, TASKS, store.close())
        .await
        .unwrap();
    let store = PostgresStore::open(database.config()).await.unwrap();
    for chat in recorded {
        assert_eq!(expenses(&store, &chat).await.unwrap().len(), 1);
    }
}

/// Somebody holds a table: the one connection for reading waits for it, whoever comes next gets
/// an answer all the same, and so does the reader in the end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_free_connection_the_answer_is_busy_in_time() {
    let database = Database::fresh().await;
    let mut config = database.config();
    config.writers = 1;
    config.max_connections = 2;
    config.acquire_timeout = Duration::from_millis(300);
    config.lock_timeout = Duration::from_secs(2);
    let store = Arc::new(PostgresStore::open(config).await.unwrap());
    record(&*store, "anna", "1").await.unwrap();
    let mut stranger = database.stranger().await;
    stranger
        .execute("BEGIN; LOCK TABLE expenses")
        .await
        .unwrap();
    let begun = Instant::now();
    let answers = race((0..3).map(|_| {
        let store = Arc::clone(&store);
        let ledger = LedgerId::of(&fixtures::chat("anna"));
        async move {
            let request = PageRequest {
                after: None,
                limit: 1,
            };
            store
                .expenses(ledger, &ExpenseFilter::default(), request)
                .await
        }
    }));
    for answer in answers.await {
        let error = answer.unwrap_err();
        assert!(matches!(error.fault, Fault::Busy { .. }), "{error}");
    }
    assert!(begun.elapsed() < Duration::from_secs(20));
    stranger.execute("ROLLBACK").await.unwrap();
    assert_eq!(expenses(&*store, "anna").await.unwrap().len(), 1);
}

/// A message of Bob's that goes on until it is recorded, as a worker does it.
async fn insist(store: Arc<PostgresStore>, name: String, key: String) {
    loop {
        let commit = lunch(&*store, &name, &key).await.unwrap();
        match store.commit(commit).await {
            Ok(Committed::Refused(_)) => {}
            Ok(_) => return,
            Err(error) => assert!(error.is_transient(), "{error}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_begins_where_a_ledger_moves_to_is_taken_in_or_found() {
    let database = Database::fresh().await;
    let [one, other] = two(&database).await;
    for round in 0..30 {
        let (from, to) = (format!("group-{round}"), format!("supergroup-{round}"));
        record(&*one, &from, &format!("{round}:first"))
            .await
            .unwrap();
        let mut moving = lunch(&*one, &from, &format!("{round}:move")).await.unwrap();
        let chat = fixtures::chat(&to);
        Arc::make_mut(&mut moving).writes = vec![Write::Move { to: chat.clone() }];
        let begins = tokio::spawn(insist(Arc::clone(&other), to, format!("{round}:begin")));
        loop {
            match one.commit(Arc::clone(&moving)).await {
                Ok(Committed::Refused(refusal)) => panic!("{refusal:?}"),
                Ok(_) => break,
                Err(error) => assert!(error.is_transient(), "{error}"),
            }
        }
        begins.await.unwrap();
        let ledger = one.ledger(&chat).await.unwrap().unwrap();
        assert_eq!(ledger.id, LedgerId::of(&fixtures::chat(&from)));
        let (all, ten) = (
            ExpenseFilter::default(),
            PageRequest {
                after: None,
                limit: 10,
            },
        );
        let page = one.expenses(ledger.id, &all, ten).await.unwrap();
        assert_eq!(page.expenses.len(), 2, "{round}");
    }
}
