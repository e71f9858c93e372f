//! An encrypted connection, and what is said where there is none that could be trusted.

use std::path::Path;
use std::sync::Arc;

use expense_core::memory::clock::SystemClock;
use expense_core::ports::queue::UpdateQueue;
use expense_core::testing::fixtures::{chat, envelope, key};
use expense_queue_rabbitmq::testing::of;
use expense_queue_rabbitmq::{OpenError, RabbitQueue};
use test_servers::certificate::Authority;
use test_servers::rabbitmq::Server;

use crate::town::open;

fn with(url: &str, files: &[(&str, &Path)]) -> String {
    let words = files
        .iter()
        .map(|(name, file)| format!("{name}={}", file.display()));
    format!("{url}?{}", words.collect::<Vec<_>>().join("&"))
}

async fn check(url: &str) -> Result<(), OpenError> {
    let queue = RabbitQueue::open(&of(url), Arc::new(SystemClock))?;
    queue.check().await.map(|_| ())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn is_spoken_with_a_broker_that_is_certified() {
    let broker = Server::start_with_tls().unwrap();
    let (url, authority) = (broker.url_with_tls(), broker.authority());
    let (certificate, own_key) = broker.identity();
    let trusted = with(&url, &[("cacertfile", &authority)]);
    let queue = open(&of(&trusted));
    let update = envelope(&chat("anna"), key("a"), "12.50 lunch");
    queue.publish(update).await.unwrap();
    assert_eq!(queue.check().await.unwrap().updates, 1);
    // With a certificate of its own, as some brokers ask for.
    let known = [
        ("cacertfile", &*authority),
        ("certfile", &*certificate),
        ("keyfile", &*own_key),
    ];
    assert_eq!(check(&with(&url, &known)).await, Ok(()));
    assert_eq!(check(&with(&url, &known[..2])).await, Err(OpenError::Files));

    let plain = with(&broker.url(), &known[..1]);
    assert_eq!(check(&plain).await, Err(OpenError::Plain));

    // By nobody's word, by another authority's, under another name, on the port without TLS.
    assert_eq!(check(&url).await, Err(OpenError::Untrusted));
    let folder = tempfile::tempdir().unwrap();
    let other = Authority::new(folder.path()).unwrap().certificate();
    assert_eq!(
        check(&with(&url, &[("cacertfile", &other)])).await,
        Err(OpenError::Untrusted)
    );
    let by_number = trusted.replace("localhost", "127.0.0.1");
    assert_eq!(check(&by_number).await, Err(OpenError::Untrusted));
    let plain = broker.url().replace("amqp://", "amqps://");
    assert_eq!(check(&plain).await, Err(OpenError::Untrusted));

    let nowhere = folder.path().join("nowhere.pem");
    let missing = with(&url, &[("cacertfile", &nowhere)]);
    assert_eq!(check(&missing).await, Err(OpenError::NoFile));
}
