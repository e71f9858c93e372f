//! An encrypted connection, and what is said where there is none that could be trusted.

use std::path::Path;

use expense_core::ports::cache::Cache;
use expense_redis::testing::of;
use expense_redis::{OpenError, Redis};
use test_servers::certificate::Authority;
use test_servers::redis::{Server, WATCHED};

use crate::sentinel::{LONG, client, recovers};

async fn check(url: &str) -> Result<(), OpenError> {
    Redis::open(&of(url))?.check().await
}

fn trusting(url: &str, authority: &Path) -> String {
    format!("{url}?ssl_ca_certs={}", authority.display())
}

#[tokio::test]
async fn is_spoken_with_a_server_that_is_certified() {
    let server = Server::start_with_tls().unwrap();
    let (url, authority) = (server.url_with_tls(), server.authority());
    assert_eq!(check(&trusting(&url, &authority)).await, Ok(()));

    // By nobody's word, by another authority's, under another name.
    assert_eq!(check(&url).await, Err(OpenError::Untrusted));
    let folder = tempfile::tempdir().unwrap();
    let other = Authority::new(folder.path()).unwrap().certificate();
    assert_eq!(
        check(&trusting(&url, &other)).await,
        Err(OpenError::Untrusted)
    );
    let by_number = url.replace("localhost", "127.0.0.1");
    assert_eq!(
        check(&trusting(&by_number, &authority)).await,
        Err(OpenError::Untrusted)
    );
    let plain = trusting(&server.url(), &authority);
    assert_eq!(check(&plain).await, Err(OpenError::Plain));
    let nonsense = folder.path().join("nonsense.pem");
    let begun = "-----BEGIN CERTIFICATE-----\n";
    std::fs::write(
        &nonsense,
        format!("{begun}AAAA\n{}", begun.replace("BEGIN", "END")),
    )
    .unwrap();
    assert_eq!(
        check(&trusting(&url, &nonsense)).await,
        Err(OpenError::NoFile)
    );
    let nowhere = folder.path().join("nowhere.pem");
    assert_eq!(
        check(&trusting(&url, &nowhere)).await,
        Err(OpenError::NoFile)
    );
}

/// Their hosts without the scheme, separated by commas.
fn hosts(servers: &[Server]) -> String {
    let urls: Vec<_> = servers.iter().map(Server::url_with_tls).collect();
    urls.join(",").replace("rediss://", "")
}

/// By whoever is the primary, after a change, too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn is_spoken_with_sentinels_and_with_whom_they_name() {
    let mut first = Server::start_with_tls().unwrap();
    let _second = first.replica().unwrap();
    let sentinels = first.watched().unwrap();
    let url = format!("rediss+sentinel://{}/{WATCHED}", hosts(&sentinels));
    assert_eq!(check(&url).await, Err(OpenError::Untrusted));
    let redis = client(&trusting(&url, &first.authority()));
    redis.put("kept", b"v", LONG).await.unwrap();
    first.crash().unwrap();
    recovers(&redis, "k").await;
    assert_eq!(redis.get("k").await.unwrap().as_deref(), Some(&b"v"[..]));
}

/// With each of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn is_spoken_with_the_parts_of_a_cluster() {
    let servers = Server::cluster_with_tls().unwrap();
    let url = format!("rediss+cluster://{}", hosts(&servers));
    assert_eq!(check(&url).await, Err(OpenError::Untrusted));
    let redis = client(&trusting(&url, &servers[0].authority()));
    for key in 0..32 {
        redis.put(&key.to_string(), b"v", LONG).await.unwrap();
    }
    let spread = |server: &Server| server.command("DBSIZE").unwrap() != ":0\r\n";
    assert!(servers.iter().all(spread), "one of them has all");
}
