//! Every case runs on two stores over one file, as two processes would be.

use std::sync::Arc;

use expense_core::memory::clock::ManualClock;
use expense_core::testing::fixtures::noon;
use expense_store_sqlite::{Config, SqliteStore};
use tempfile::TempDir;

async fn two() -> (
    Arc<SqliteStore>,
    Arc<SqliteStore>,
    Arc<ManualClock>,
    TempDir,
) {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::at(noon()));
    let mut config = Config::new(folder.path().join("expenses.db"));
    config.clock = clock.clone();
    let one = SqliteStore::open(config.clone()).await.unwrap();
    let other = SqliteStore::open(config).await.unwrap();
    (Arc::new(one), Arc::new(other), clock, folder)
}

expense_core::database_conformance!(two);
