//! An encrypted connection, and what is said where there is none that could be trusted.

use std::path::Path;

use expense_redis::testing::of;
use expense_redis::{OpenError, Redis};
use test_servers::certificate::Authority;
use test_servers::redis::Server;

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
