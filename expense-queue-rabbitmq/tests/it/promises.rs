//! What is promised beyond the suite, on a broker that is well.

use std::sync::Arc;
use std::time::{Duration, Instant};

use expense_core::memory::clock::SystemClock;
use expense_core::ports::error::Fault;
use expense_core::ports::queue::{Settle, UpdateQueue};
use expense_core::testing::fixtures::{chat, envelope, key};
use expense_queue_rabbitmq::testing::fresh;
use expense_queue_rabbitmq::{Config, OpenError, RabbitQueue};
use rstest::rstest;

use crate::town::{Diary, open, publish, send, work};

/// What a slow worker has not taken stays in the broker: it holds a window of each partition.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_worker_holds_no_more_than_its_window() {
    let mut config = fresh();
    config.prefetch = 10;
    let (door, worker) = (open(&config), open(&config));
    let (chats, updates) = (30, 10);
    let mut sending = send(&door, chats, 0..updates);
    let slow = worker.claim(1, Duration::from_secs(30)).await.unwrap();
    while let Some(sent) = sending.join_next().await {
        sent.unwrap();
    }
    let window = u64::from(config.prefetch) * u64::from(config.partitions);
    let waiting = door.check().await.unwrap();
    assert!(waiting.updates >= 300 - window, "{waiting:?}");
    worker
        .settle(
            slow[0].id,
            Settle::Retry {
                after: Duration::ZERO,
            },
        )
        .await
        .unwrap();
    let diary = Arc::new(Diary::default());
    let _working = work(0, &worker, &diary);
    diary.wait_for(chats * updates).await;
    diary.check(chats, updates);
}

/// Many publish at the same time and share the wait for the broker.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn publishers_share_a_wait() {
    let config = fresh();
    let door = open(&config);
    publish(&*door, 0, 0).await;
    let begun = Instant::now();
    for number in 1..=20 {
        publish(&*door, 0, number).await;
    }
    let alone = begun.elapsed() / 20;
    let begun = Instant::now();
    let mut sending = send(&door, 200, 0..1);
    while let Some(sent) = sending.join_next().await {
        sent.unwrap();
    }
    let together = begun.elapsed() / 200;
    assert!(2 * together < alone, "{together:?} beside {alone:?} alone");
}

/// As many a second as are set, to this process.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deliveries_keep_to_their_rate() {
    let mut config = fresh();
    config.messages_per_second = Some(10);
    let (door, worker) = (open(&config), open(&config));
    let mut sending = send(&door, 40, 0..1);
    while let Some(sent) = sending.join_next().await {
        sent.unwrap();
    }
    let diary = Arc::new(Diary::default());
    let begun = Instant::now();
    let _working = work(0, &worker, &diary);
    diary.wait_for(40).await;
    // A second's worth may go at once.
    assert!(begun.elapsed() >= Duration::from_millis(2_500));
}

#[rstest]
#[case::no_url("localhost", OpenError::Url)]
#[case::another_scheme("http://localhost", OpenError::Url)]
#[tokio::test]
async fn a_wrong_url_is_told_at_once(#[case] url: &str, #[case] expected: OpenError) {
    let opened = RabbitQueue::open(&Config::new(url), Arc::new(SystemClock));
    assert_eq!(opened.err(), Some(expected));
}

#[tokio::test]
async fn settings_that_mix_queues_are_refused() {
    for (prefix, partitions) in [("", 1), ("a.b", 1), ("a", 0), ("a", 2_000)] {
        let mut config = fresh();
        (config.prefix, config.partitions) = (prefix.to_owned(), partitions);
        let opened = RabbitQueue::open(&config, Arc::new(SystemClock));
        assert_eq!(opened.err(), Some(OpenError::Settings), "{prefix}");
    }
}

/// Nobody answers, or the password is wrong: in words, and without the URL.
#[tokio::test]
async fn what_keeps_it_from_working_is_told() {
    let reachable = fresh();
    let shown = format!("{reachable:?}");
    let there = open(&reachable).check().await;
    assert!(there.is_ok(), "{there:?}");
    assert!(!shown.contains("amqp://"), "{shown}");

    let nobody = Config::new("amqp://eve:secret@127.0.0.1:1");
    let queue = open(&nobody);
    assert_eq!(queue.check().await, Err(OpenError::Unreachable));
    let refused = queue.publish(envelope(&chat("anna"), key("a"), "x")).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.fault, Fault::Unavailable);
    assert!(!format!("{refused:?}{queue:?}").contains("secret"));
}
