//! What many ask of their chats at one moment.

use std::sync::Arc;
use std::time::Duration;

use expense_core::conversation::write::Write;
use expense_core::domain::keys::LedgerId;
use expense_core::ports::error::Fault;
use expense_core::ports::store::ExpenseStore;
use expense_core::testing::conformance::race;
use expense_core::testing::diary::{lunch, record};
use expense_core::testing::fixtures;
use expense_store_postgres::PostgresStore;
use expense_store_postgres::testing::Database;
use sqlx::{Executor, PgConnection};
use tokio::time::{sleep, timeout};

const CHATS: usize = 40;

/// Those of 40 chats who have a ledger: the first has moved, and the row of the second is damaged.
async fn store() -> (Database, Arc<PostgresStore>) {
    let database = Database::fresh().await;
    let store = Arc::new(PostgresStore::open(database.config()).await.unwrap());
    for n in 0..CHATS {
        record(&*store, &format!("chat{n}"), "1").await.unwrap();
    }
    let mut moving = lunch(&*store, "chat0", "2").await.unwrap();
    let to = fixtures::chat("elsewhere");
    Arc::make_mut(&mut moving).writes = vec![Write::Move { to }];
    store.commit(moving).await.unwrap();
    let damage = "UPDATE ledgers SET categories = 'none' WHERE chat LIKE '%:chat1'";
    database.stranger().await.execute(damage).await.unwrap();
    (database, store)
}

/// Readers that wait for the table.
async fn held_up(stranger: &mut PgConnection) -> i64 {
    let waiting = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let waiting = sqlx::query_scalar(waiting);
    waiting.fetch_one(stranger).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_many_ask_at_once_is_everybodys_own() {
    let (database, store) = store().await;
    let mut stranger = database.stranger().await;
    let hold = "BEGIN; LOCK TABLE ledgers IN ACCESS EXCLUSIVE MODE";
    stranger.execute(hold).await.unwrap();
    let asking = (0..8 * CHATS).map(|n| {
        let (store, name) = (Arc::clone(&store), format!("chat{}", n % (2 * CHATS)));
        async move {
            let chat = fixtures::chat(&name);
            if n >= 6 * CHATS {
                // Who gives up takes nothing from the others.
                let gone = timeout(Duration::ZERO, store.ledger(&chat)).await;
                assert!(gone.is_err(), "the table is held");
                return;
            }
            let (ledger, session) = tokio::join!(store.ledger(&chat), store.session(&chat));
            let has_one = n % (2 * CHATS) < CHATS;
            match ledger {
                Ok(ledger) => {
                    let expected = has_one.then(|| LedgerId::of(&chat));
                    assert_eq!(ledger.map(|ledger| ledger.id), expected, "{name}");
                }
                Err(error) => assert_eq!((&*name, error.fault), ("chat1", Fault::Corrupt)),
            }
            assert!(session.is_ok(), "{name}: {session:?}");
        }
    });
    let asking = tokio::spawn(race(asking.collect::<Vec<_>>()));
    let mut most = 0;
    for _ in 0..20 {
        sleep(Duration::from_millis(10)).await;
        most = most.max(held_up(&mut stranger).await);
    }
    assert!((1..=4).contains(&most), "{most} statements");
    stranger.execute("ROLLBACK").await.unwrap();
    asking.await.unwrap();
    let moved = store.ledger(&fixtures::chat("elsewhere")).await.unwrap();
    assert_eq!(moved.unwrap().id, LedgerId::of(&fixtures::chat("chat0")));
}
