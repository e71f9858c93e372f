//! What it promises beyond the contract.

use std::time::{Duration, Instant};

use expense_core::ports::error::Fault;
use expense_core::ports::queue::{Settle, UpdateQueue};
use expense_core::testing::fixtures::{chat, envelope, key};
use expense_queue_kafka::testing::fresh;
use expense_queue_kafka::{Config, OpenError};
use rdkafka::ClientConfig;
use rdkafka::producer::{FutureProducer, FutureRecord};

use crate::town::{claim_one, name, open, publish};

/// Nobody waits longer than is set for brokers that are not there, and nobody works without them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_starts_without_brokers_and_says_so() {
    let mut config = Config::new("127.0.0.1:9");
    config.patience = Duration::from_secs(2);
    let queue = open(&config);
    let begun = Instant::now();
    assert_eq!(queue.check().await, Err(OpenError::Unreachable));
    let lost = envelope(&chat("anna"), key("a"), "12.50 lunch");
    let refused = queue.publish(lost).await.unwrap_err();
    assert_eq!(refused.fault, Fault::Unavailable);
    let update = |name: String| envelope(&chat("anna"), key(&name), "12.50 lunch");
    let many = (0..50).map(|number| queue.publish(update(number.to_string())));
    let refused = futures::future::join_all(many).await;
    assert!(refused.iter().all(Result::is_err));
    let claimed = queue.claim(1, Duration::from_millis(100)).await.unwrap();
    assert_eq!(claimed, []);
    assert!(!queue.is_reachable().await);
    assert_eq!(queue.waiting().await.unwrap_err().fault, Fault::Unavailable);
    assert!(begun.elapsed() < Duration::from_secs(30));
    queue.close().await;
}

/// What nobody has settled yet is counted, wherever it is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_is_counted() {
    let queue = open(&fresh());
    assert_eq!(queue.waiting().await.unwrap(), 0);
    for chat in 0..5 {
        publish(&queue, chat, 0).await;
    }
    assert_eq!(queue.waiting().await.unwrap(), 5);
    for _ in 0..5 {
        let delivery = claim_one(&queue).await;
        queue.settle(delivery.id, Settle::Done).await.unwrap();
    }
    let begun = Instant::now();
    while queue.waiting().await.unwrap() > 0 {
        assert!(begun.elapsed() < Duration::from_secs(60), "never committed");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(queue.is_reachable().await);
    queue.close().await;
}

/// Who changes the number of partitions would tear chats apart.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_number_of_partitions_is_refused() {
    let mut config = fresh();
    assert_eq!(open(&config).check().await, Ok(()));
    config.partitions = 3;
    assert_eq!(open(&config).check().await, Err(OpenError::Different));
}

/// More than a worker holds comes all the same, in order, while one chat waits.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_partition_goes_on_beyond_what_is_held() {
    let mut config = fresh();
    config.partitions = 1;
    config.prefetch = 4;
    let queue = open(&config);
    publish(&queue, 0, 0).await;
    let first = claim_one(&queue).await;
    let after = Duration::from_secs(3_600);
    queue
        .settle(first.id, Settle::Retry { after })
        .await
        .unwrap();
    // These wait behind it, and would hold up the partition where they are.
    for number in 1..=12 {
        publish(&queue, 0, number).await;
    }
    for number in 0..12 {
        publish(&queue, 1, number).await;
    }
    for number in 0..12 {
        let delivery = claim_one(&queue).await;
        assert_eq!(delivery.envelope.key.as_str(), name(1, number));
        queue.settle(delivery.id, Settle::Done).await.unwrap();
    }
}

/// What nobody can read holds up nobody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_update_is_put_away() {
    let config = fresh();
    let queue = open(&config);
    queue.check().await.unwrap();
    let producer: FutureProducer = ClientConfig::new()
        .set("bootstrap.servers", expense_queue_kafka::testing::broker())
        .create()
        .unwrap();
    let topic = format!("{}.updates", config.prefix);
    for partition in 0..2 {
        let record = FutureRecord::to(&topic).partition(partition);
        let sent = producer.send(record.key("chat").payload("{"), Duration::from_secs(20));
        sent.await.unwrap();
    }
    publish(&queue, 0, 0).await;
    let delivery = claim_one(&queue).await;
    assert_eq!(delivery.envelope.key.as_str(), name(0, 0));
    assert_eq!(queue.buried(10).await.unwrap(), []);
}
