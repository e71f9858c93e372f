//! Every case runs on two stores over one database, as two instances would be.

use std::sync::Arc;

use expense_core::memory::clock::ManualClock;
use expense_core::testing::fixtures::noon;
use expense_store_postgres::PostgresStore;
use expense_store_postgres::testing::Database;

async fn two() -> (
    Arc<PostgresStore>,
    Arc<PostgresStore>,
    Arc<ManualClock>,
    Database,
) {
    let database = Database::fresh().await;
    let clock = Arc::new(ManualClock::at(noon()));
    let mut config = database.config();
    config.clock = clock.clone();
    let one = PostgresStore::open(config.clone()).await.unwrap();
    let other = PostgresStore::open(config).await.unwrap();
    (Arc::new(one), Arc::new(other), clock, database)
}

expense_core::database_conformance!(two);
