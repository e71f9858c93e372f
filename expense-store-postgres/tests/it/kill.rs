//! Backends and whole servers die under load, at any moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use expense_core::ports::store::ExpenseStore;
use expense_core::testing::diary::{assert_whole, expenses, record};
use expense_core::testing::dice::Dice;
use expense_core::wrap::Wrapped;
use expense_core::wrap::retry::Retry;
use expense_store_postgres::testing::Database;
use expense_store_postgres::{Config, PostgresStore};
use sqlx::{Connection, PgConnection};
use test_servers::postgres::{Durability, Server};
use tokio::task::JoinSet;

const CHATS: usize = 16;

/// As patient as a restart takes.
const PATIENT: Retry = Retry {
    attempts: 200,
    first: Duration::from_millis(10),
    longest: Duration::from_millis(200),
};

fn store_of(store: PostgresStore) -> Arc<dyn ExpenseStore> {
    Arc::new(Wrapped::store(Arc::new(store), PATIENT))
}

/// Chats that record one lunch after the other until they are told to stop.
struct Load {
    chats: JoinSet<(String, usize)>,
    acknowledged: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
}

impl Load {
    fn start(stores: &[Arc<dyn ExpenseStore>]) -> Self {
        let mut load = Self {
            chats: JoinSet::new(),
            acknowledged: Arc::default(),
            stop: Arc::default(),
        };
        for n in 0..CHATS {
            let store = Arc::clone(&stores[n % stores.len()]);
            let (acknowledged, stop) = (load.acknowledged.clone(), load.stop.clone());
            load.chats.spawn(async move {
                let chat = format!("chat{n}");
                let mut count = 0;
                while !stop.load(Ordering::Relaxed) {
                    record(&*store, &chat, &format!("{count}:{chat}"))
                        .await
                        .unwrap();
                    count += 1;
                    acknowledged.fetch_add(1, Ordering::Relaxed);
                }
                (chat, count)
            });
        }
        load
    }

    /// Until this many more were acknowledged.
    async fn goes_on(&self, more: usize) {
        let until = self.acknowledged.load(Ordering::Relaxed) + more;
        while self.acknowledged.load(Ordering::Relaxed) < until {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Whatever was acknowledged is there, once, with all its parts.
    async fn assert_kept(mut self, store: &dyn ExpenseStore) {
        self.stop.store(true, Ordering::Relaxed);
        while let Some(chat) = self.chats.join_next().await {
            let (chat, count) = chat.unwrap();
            assert_whole(store, &chat, count).await.unwrap();
            // Nobody gave up: nothing is there that was not acknowledged.
            assert_eq!(expenses(store, &chat).await.unwrap().len(), count);
        }
    }
}

const KILL: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_backends_lose_nothing_and_double_nothing() {
    let database = Database::fresh().await;
    let mut stores = Vec::new();
    for _ in 0..2 {
        stores.push(store_of(
            PostgresStore::open(database.config()).await.unwrap(),
        ));
    }
    let load = Load::start(&stores);
    let mut stranger = database.stranger().await;
    let mut dice = Dice::new(7);
    for _ in 0..25 {
        load.goes_on(dice.below(40)).await;
        sqlx::query(KILL).execute(&mut stranger).await.unwrap();
    }
    load.goes_on(20).await;
    load.assert_kept(&*stores[0]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_crashes_and_comes_back_has_lost_nothing() {
    let mut server = Server::start(Durability::On).unwrap();
    let store = PostgresStore::open(Config::new(server.url("postgres")))
        .await
        .unwrap();
    let store = store_of(store);
    let load = Load::start(std::slice::from_ref(&store));
    for _ in 0..3 {
        load.goes_on(100).await;
        server = tokio::task::spawn_blocking(move || {
            server.crash().unwrap();
            server.start_again().unwrap();
            server
        })
        .await
        .unwrap();
    }
    load.goes_on(50).await;
    load.assert_kept(&*store).await;
}

/// A primary that became a standby refuses to write; once it is the primary again, or the address
/// leads to another, all goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_only_read_from_is_waited_for() {
    let database = Database::fresh().await;
    let store = store_of(PostgresStore::open(database.config()).await.unwrap());
    let load = Load::start(std::slice::from_ref(&store));
    load.goes_on(20).await;
    let mut stranger = database.stranger().await;
    read_only(&mut stranger, "on").await;
    sqlx::query(KILL).execute(&mut stranger).await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    read_only(&mut stranger, "off").await;
    load.goes_on(50).await;
    load.assert_kept(&*store).await;
    let _ = stranger.close().await;
}

/// New sessions can't write, with the same code as on a standby.
async fn read_only(stranger: &mut PgConnection, state: &str) {
    let name: String = sqlx::query_scalar("SELECT current_database()")
        .fetch_one(&mut *stranger)
        .await
        .unwrap();
    let statement = format!("ALTER DATABASE {name} SET default_transaction_read_only = {state}");
    sqlx::query("SET default_transaction_read_only = off")
        .execute(&mut *stranger)
        .await
        .unwrap();
    sqlx::query(sqlx::AssertSqlSafe(statement))
        .execute(stranger)
        .await
        .unwrap();
}
