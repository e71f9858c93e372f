//! Encrypted connections, and words that help where there can be none.

use std::path::Path;

use expense_core::domain::keys::LedgerId;
use expense_core::ports::replica::{Mark, Position, ReadReplica};
use expense_core::testing::diary::record;
use expense_core::testing::fixtures::chat;
use expense_store_postgres::testing::Database;
use expense_store_postgres::{Config, OpenError, PostgresReplica, PostgresStore, examine};
use sqlx::{Connection, PgConnection};
use test_servers::certificate::Authority;
use test_servers::postgres::{Durability, Server};

const PASSWORD: &str = "hunter2";

async fn server() -> Server {
    let starting = tokio::task::spawn_blocking(|| Server::start_with_tls(Durability::Off));
    starting.await.unwrap().unwrap()
}

/// The URL with a password, which a server that trusts this machine does not ask for, and these
/// parameters.
fn asking(url: &str, parameters: &str) -> String {
    let url = url.replace("//expense@", &format!("//expense:{PASSWORD}@"));
    format!("{url}?{parameters}")
}

fn checked(mode: &str, authority: &Path) -> String {
    format!("sslmode={mode}&sslrootcert={}", authority.display())
}

/// How many sessions of ours the server has, and how many of them are encrypted.
async fn sessions(server: &Server) -> (i64, i64) {
    let mut stranger = PgConnection::connect(&server.url("postgres"))
        .await
        .unwrap();
    let counted = "SELECT count(*), count(*) FILTER (WHERE ssl) FROM pg_stat_ssl
         JOIN pg_stat_activity USING (pid) WHERE application_name = 'expense-bot'";
    sqlx::query_as(counted)
        .fetch_one(&mut stranger)
        .await
        .unwrap()
}

#[tokio::test]
async fn what_the_url_asks_for_is_encrypted() {
    let server = server().await;
    let authority = server.authority();
    for parameters in [
        "sslmode=require".to_owned(),
        checked("verify-ca", &authority),
        checked("verify-full", &authority),
    ] {
        let url = asking(&server.url_by_name("postgres"), &parameters);
        let store = PostgresStore::open(Config::new(url)).await.unwrap();
        record(&store, "anna", &parameters).await.unwrap();
        let (ours, encrypted) = sessions(&server).await;
        assert!(
            ours > 0 && ours == encrypted,
            "{parameters}: {encrypted} of {ours}"
        );
        store.close().await;
    }
    let url = asking(&server.url_by_name("postgres"), "sslmode=disable");
    let store = PostgresStore::open(Config::new(url)).await.unwrap();
    let (_, encrypted) = sessions(&server).await;
    assert_eq!(encrypted, 0, "a session that is not encrypted shows as one");
    store.close().await;
}

/// Neither the start nor the look of `doctor` goes through, and both say this.
async fn assert_refused(url: &str, words: &str) {
    let refused = PostgresStore::open(Config::new(url)).await.err().unwrap();
    let looked = examine(&Config::new(url)).await.unwrap_err();
    for error in [refused, looked] {
        assert!(matches!(error, OpenError::Encryption(_)), "{error}");
        let said = error.to_string();
        assert!(
            said.contains("DATABASE_URL") && said.contains(words),
            "{said}"
        );
        assert!(!format!("{said} {error:?}").contains(PASSWORD), "{said}");
    }
}

#[tokio::test]
async fn a_certificate_that_does_not_fit_is_explained() {
    let server = server().await;
    let folder = tempfile::tempdir().unwrap();
    let other = Authority::new(folder.path()).unwrap().certificate();
    let (named, by_address) = (server.url_by_name("postgres"), server.url("postgres"));
    let garbage = folder.path().join("garbage");
    std::fs::write(
        &garbage,
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    )
    .unwrap();
    let missing = folder.path().join("missing");
    for (url, mode, authority, words) in [
        (
            &named,
            "verify-full",
            &other,
            "signed by nobody who is trusted",
        ),
        (
            &named,
            "verify-ca",
            &other,
            "signed by nobody who is trusted",
        ),
        (
            &by_address,
            "verify-full",
            &server.authority(),
            "is for another name",
        ),
        (
            &named,
            "verify-full",
            &garbage,
            "check sslmode and sslrootcert",
        ),
        (&named, "verify-full", &missing, "can't be read"),
    ] {
        assert_refused(&asking(url, &checked(mode, authority)), words).await;
    }
    // Without a file there are the authorities that everybody trusts.
    let unnamed = asking(&named, "sslmode=verify-full");
    assert_refused(&unnamed, "signed by nobody who is trusted").await;
    // Whoever asks for less gets it.
    let url = asking(&by_address, &checked("verify-ca", &server.authority()));
    PostgresStore::open(Config::new(url))
        .await
        .unwrap()
        .close()
        .await;
}

#[tokio::test]
async fn a_server_without_tls_is_explained() {
    let database = Database::empty().await;
    for parameters in ["sslmode=require", "sslmode=verify-full"] {
        assert_refused(
            &asking(&database.url(), parameters),
            "the server offers none",
        )
        .await;
    }
}

#[tokio::test]
async fn a_standby_is_read_from_as_its_url_asks() {
    let server = server().await;
    let primary = asking(&server.url_by_name("postgres"), "sslmode=require");
    let store = PostgresStore::open(Config::new(primary)).await.unwrap();
    record(&store, "anna", "0:anna").await.unwrap();
    store.close().await;
    let (server, standby) = tokio::task::spawn_blocking(move || {
        let standby = server.standby().unwrap();
        (server, standby)
    })
    .await
    .unwrap();
    let replica = |url: &str, mode, authority: &Path| {
        let url = asking(url, &checked(mode, authority));
        PostgresReplica::open(&Config::new(url)).unwrap()
    };
    let named = standby.url_by_name("postgres");

    let trusted = replica(&named, "verify-full", &server.authority());
    trusted.lag(Mark(0)).await.unwrap();
    let seen = trusted.tags(LedgerId::of(&chat("anna"))).await.unwrap();
    assert_ne!(seen.position, Position::NONE);
    let (ours, encrypted) = sessions(&standby).await;
    assert!(ours > 0 && ours == encrypted, "{encrypted} of {ours}");
    trusted.close().await;

    let folder = tempfile::tempdir().unwrap();
    let other = Authority::new(folder.path()).unwrap().certificate();
    let distrusted = replica(&named, "verify-full", &other);
    let error = distrusted.lag(Mark(0)).await.unwrap_err();
    let said = format!("{error} {:?}", error.source);
    assert!(!error.is_transient(), "{said}");
    assert!(
        said.contains("DATABASE_REPLICA_URLS") && said.contains("nobody who is trusted"),
        "{said}"
    );
    assert!(!said.contains(PASSWORD), "{said}");
}
