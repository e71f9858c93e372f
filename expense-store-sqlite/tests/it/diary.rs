//! Short ways to record and to look.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use expense_core::domain::expense::Expense;
use expense_core::ports::error::Result;
use expense_core::ports::store::{Commit, Committed};
use expense_core::testing::diary;
use expense_store_sqlite::{Config, OpenError, SqliteStore};

/// The settings of most tests: nobody waits long.
pub(crate) fn config(file: &Path) -> Config {
    let mut config = Config::new(file);
    config.busy_timeout = Duration::from_millis(100);
    config
}

pub(crate) async fn open(file: &Path) -> std::result::Result<SqliteStore, OpenError> {
    SqliteStore::open(config(file)).await
}

/// A commit of one expense with this update's name, decided by what the store says now.
pub(crate) async fn lunch(store: &SqliteStore, chat: &str, update: &str) -> Arc<Commit> {
    diary::lunch(store, chat, update).await.unwrap()
}

/// Records one expense.
pub(crate) async fn record(store: &SqliteStore, chat: &str, update: &str) -> Result<Committed> {
    diary::record(store, chat, update).await
}

pub(crate) async fn expenses(store: &SqliteStore, chat: &str) -> Vec<Expense> {
    diary::expenses(store, chat).await.unwrap()
}

/// A bare connection to the file, as another program has it.
pub(crate) async fn stranger(file: &Path) -> sqlx::SqliteConnection {
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .busy_timeout(Duration::from_millis(100));
    sqlx::ConnectOptions::connect(&options).await.unwrap()
}

pub(crate) async fn is_sound(file: &Path) -> bool {
    let mut db = stranger(file).await;
    let report: String = sqlx::query_scalar("PRAGMA integrity_check")
        .fetch_one(&mut db)
        .await
        .unwrap();
    report == "ok"
}
