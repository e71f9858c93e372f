//! What is said of standbys, and what they need.

use expense_core::domain::keys::LedgerId;
use expense_core::ports::error::Fault;
use expense_core::ports::replica::{Mark, ReadReplica};
use expense_core::testing::diary::record;
use expense_core::testing::fixtures;
use expense_store_postgres::testing::{Database, Pair};
use expense_store_postgres::{
    Config, OpenError, PostgresReplica, PostgresStore, examine, examine_standby,
};
use sqlx::{AssertSqlSafe, Executor};

fn small(url: String) -> Config {
    let mut config = Config::new(url);
    config.max_connections = 6;
    config.min_connections = 0;
    config
}

#[tokio::test]
async fn a_standby_is_only_read_from() {
    let pair = Pair::fresh().await;
    let store = PostgresStore::open(pair.config()).await.unwrap();
    record(&store, "anna", "1").await.unwrap();
    // Also where the URL leads to a server that would let us write.
    let replica = PostgresReplica::open(&pair.config()).unwrap();
    let seen = replica.tags(LedgerId::of(&fixtures::chat("anna"))).await;
    assert!(seen.is_ok());
    let error = replica.lag(Mark(0)).await.unwrap_err();
    assert_eq!(error.fault, Fault::Denied);
    let cause = error.source.unwrap().to_string();
    assert!(cause.contains("DATABASE_REPLICA_URLS"), "{cause}");
}

#[tokio::test]
async fn nobody_there_is_no_reason_not_to_start() {
    let replica = PostgresReplica::open(&small("postgres://eve:hunter2@127.0.0.1:1/x".to_owned()));
    let error = replica.unwrap().lag(Mark(0)).await.unwrap_err();
    assert_eq!(error.fault, Fault::Unavailable);
    let said = format!("{error} {}", error.source.as_ref().unwrap());
    assert!(said.contains("DATABASE_REPLICA_URLS"), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
}

#[tokio::test]
async fn a_look_tells_a_standby_from_what_is_none() {
    let pair = Pair::fresh().await;
    let store = PostgresStore::open(pair.config()).await.unwrap();
    record(&store, "anna", "1").await.unwrap();
    let primary = examine(&pair.config()).await.unwrap();
    assert_eq!(primary.behind, None);
    assert!(primary.carries(1) > primary.carries(10));
    let found = examine_standby(&pair.standby_config(), &primary)
        .await
        .unwrap();
    assert!(found.behind.is_some());
    assert_eq!(found.system, primary.system);
    let itself = examine_standby(&pair.config(), &primary).await;
    assert!(matches!(itself, Err(OpenError::NoStandby)));
    let stranger = Pair::alone().await;
    let elsewhere = examine_standby(&stranger.standby_config(), &primary).await;
    assert!(
        matches!(elsewhere, Err(OpenError::Stranger)),
        "{elsewhere:?}"
    );
}

/// A guest of the database may ask all that is asked.
#[tokio::test]
async fn no_rights_of_an_administrator_are_needed() {
    let database = Database::fresh().await;
    let store = PostgresStore::open(database.config()).await.unwrap();
    record(&store, "anna", "1").await.unwrap();
    let mut owner = database.stranger().await;
    let role = format!("reader_{}", std::process::id());
    for statement in [
        format!("CREATE ROLE {role} LOGIN"),
        format!("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"),
    ] {
        owner.execute(AssertSqlSafe(statement)).await.unwrap();
    }
    let url = database.url();
    let (_, rest) = url.split_once('@').unwrap();
    let guest = small(format!("postgres://{role}@{rest}"));
    let examined = examine(&guest).await;
    let replica = PostgresReplica::open(&guest).unwrap();
    let seen = replica.tags(LedgerId::of(&fixtures::chat("anna"))).await;
    let lag = replica.lag(Mark(0)).await;
    replica.close().await;
    for statement in [
        format!("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}"),
        format!("DROP ROLE {role}"),
    ] {
        owner.execute(AssertSqlSafe(statement)).await.unwrap();
    }
    assert!(examined.unwrap().system.len() > 10);
    assert!(seen.is_ok());
    // It was asked, and is no standby.
    assert_eq!(lag.unwrap_err().fault, Fault::Denied);
}
