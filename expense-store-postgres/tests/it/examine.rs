//! A look changes nothing and says what is there.

use std::sync::Arc;

use chrono::{TimeDelta, Utc};
use expense_core::memory::clock::ManualClock;
use expense_store_postgres::testing::Database;
use expense_store_postgres::{Config, OpenError, PostgresStore, examine};

#[tokio::test]
async fn a_look_makes_no_schema() {
    let database = Database::empty().await;
    let before = examine(&database.config()).await.unwrap();
    assert_eq!(before.schema, 0);
    assert!(before.connections > 0);
    assert!(before.to_string().contains("will be made"), "{before}");
    let again = examine(&database.config()).await.unwrap();
    assert_eq!((again.schema, again.system), (0, before.system));

    let store = PostgresStore::open(database.config()).await.unwrap();
    store.close().await;
    let after = examine(&database.config()).await.unwrap();
    assert_eq!(after.schema, after.known);
    assert!(
        after
            .to_string()
            .ends_with(&format!("schema {}", after.known))
    );
}

#[tokio::test]
async fn clocks_that_are_apart_are_found() {
    let database = Database::empty().await;
    let here = examine(&database.config()).await.unwrap();
    assert!(here.ahead.abs() < TimeDelta::seconds(2), "{:?}", here.ahead);
    let mut config = database.config();
    config.clock = Arc::new(ManualClock::at(Utc::now() - TimeDelta::hours(1)));
    let late = examine(&config).await.unwrap();
    assert_eq!((late.ahead + TimeDelta::minutes(1)).num_hours(), 1);
}

#[tokio::test]
async fn what_is_not_there_is_said() {
    let database = Database::empty().await;
    let elsewhere = Config::new(format!("{}_gone", database.url()));
    assert!(matches!(examine(&elsewhere).await, Err(OpenError::Missing)));
    let nobody = Config::new("postgres://eve:hunter2@127.0.0.1:1/expenses");
    let refused = examine(&nobody).await.unwrap_err();
    assert!(matches!(refused, OpenError::Unreachable(_)));
    assert!(!refused.to_string().contains("hunter2"));
}
