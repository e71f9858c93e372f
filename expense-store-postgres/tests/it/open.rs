//! From a URL to a store, or words that help.

use expense_core::ports::store::ExpenseStore;
use expense_core::testing::conformance::race;
use expense_core::testing::diary::{assert_whole, expenses, record};
use expense_store_postgres::testing::{Database, schemas};
use expense_store_postgres::{Config, OpenError, PostgresStore};
use rstest::rstest;
use sqlx::{AssertSqlSafe, Executor};
use test_servers::postgres::{Durability, Server};

/// What people wrote with an earlier version: a script a schema, in `tests/it/written`.
const WRITTEN: [(i64, &str); 3] = [
    (1, include_str!("written/0001.sql")),
    (2, include_str!("written/0002.sql")),
    (3, include_str!("written/0003.sql")),
];

#[tokio::test]
async fn whatever_was_written_by_earlier_versions_is_kept() {
    let versions: Vec<i64> = WRITTEN.iter().map(|(version, _)| *version).collect();
    assert_eq!(versions, schemas(), "each schema needs data of its time");
    for (version, script) in WRITTEN {
        let database = Database::of_schema(version).await;
        database.stranger().await.execute(script).await.unwrap();
        let store = PostgresStore::open(database.config()).await.unwrap();
        assert_whole(&store, "anna", 2).await.unwrap();
        let found = expenses(&store, "anna").await.unwrap();
        let texts = found.iter().map(|found| found.details.description.as_str());
        assert_eq!(texts.collect::<Vec<_>>(), ["lunch", "lunch"], "{version}");
        record(&store, "anna", "2:anna").await.unwrap();
        let number = expenses(&store, "anna").await.unwrap()[0].number.unwrap();
        assert_eq!(number.0, 3, "{version}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_that_start_together_make_one_schema() {
    let database = Database::empty().await;
    let opening = (0..8).map(|_| PostgresStore::open(database.config()));
    let stores: Vec<_> = race(opening).await;
    for (n, store) in stores.into_iter().enumerate() {
        record(&store.unwrap(), "anna", &format!("{n}"))
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_newer_schema_is_left_alone() {
    let database = Database::fresh().await;
    let newer = "INSERT INTO expense_migrations
        (version, description, installed_on, success, checksum, execution_time)
        VALUES (9999, 'later', now(), true, '', 0)";
    database.stranger().await.execute(newer).await.unwrap();
    let error = PostgresStore::open(database.config()).await.err().unwrap();
    assert!(
        matches!(error, OpenError::Newer { found: 9999, .. }),
        "{error}"
    );
}

#[rstest]
#[case::no_url("not a url", "DATABASE_URL is no PostgreSQL URL")]
#[case::another_scheme("mysql://me:hunter2@localhost/x", "DATABASE_URL is no PostgreSQL URL")]
#[case::nobody_there("postgres://me:hunter2@127.0.0.1:1/x", "can't be reached")]
#[tokio::test]
async fn a_url_that_leads_nowhere_is_explained(#[case] url: &str, #[case] words: &str) {
    let error = PostgresStore::open(Config::new(url)).await.err().unwrap();
    let said = format!("{error} {error:?}");
    assert!(said.contains(words), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
}

#[tokio::test]
async fn a_missing_database_is_explained() {
    let database = Database::empty().await;
    let error = PostgresStore::open(Config::new(format!("{}_not", database.url()))).await;
    let said = error.err().unwrap().to_string();
    assert!(said.contains("does not exist: create it"), "{said}");
}

/// A server of one's own: its roles are.
#[tokio::test]
async fn roles_have_what_they_were_granted() {
    let server = tokio::task::spawn_blocking(|| Server::start(Durability::Off));
    let server = server.await.unwrap().unwrap();
    let url = server.url("postgres");
    let as_guest = |password: &str| {
        let url = url.replace("//expense@", &format!("//guest:{password}@"));
        PostgresStore::open(Config::new(url))
    };
    let mut stranger = <sqlx::PgConnection as sqlx::Connection>::connect(&url)
        .await
        .unwrap();
    let role = "CREATE ROLE guest LOGIN PASSWORD 'hunter2'";
    stranger.execute(role).await.unwrap();

    let error = as_guest("wrong").await.err().unwrap();
    assert!(
        error
            .to_string()
            .contains("check the user name, the password"),
        "{error}"
    );
    assert!(!format!("{error:?}").contains("wrong"), "{error:?}");

    let error = as_guest("hunter2").await.err().unwrap();
    assert!(matches!(error, OpenError::Denied), "{error}");

    PostgresStore::open(Config::new(&url))
        .await
        .unwrap()
        .close()
        .await;
    for grant in [
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO guest",
        "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO guest",
    ] {
        stranger.execute(AssertSqlSafe(grant)).await.unwrap();
    }
    let store = as_guest("hunter2").await.unwrap();
    record(&store, "anna", "0:anna").await.unwrap();
    assert!(
        store
            .ledger(&expense_core::testing::fixtures::chat("anna"))
            .await
            .unwrap()
            .is_some()
    );
}
