//! Workers that come and go, and what they leave behind.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use expense_core::ports::queue::{Settle, UpdateQueue};
use expense_queue_kafka::testing::{broker, fresh};

use test_servers::kafka::VARIABLE;
use tokio::task::JoinSet;

use crate::town::{Diary, PATIENCE, claim_one, name, open, publish, send, work};

/// Names the topics to a process that is to be killed.
const DOOMED: &str = "EXPENSE_TEST_DOOMED";
/// What it says once it has an update in hand.
const IN_HAND: &str = "in hand";

/// From one worker to three, and back to another one: nothing is lost, every chat stays in order
/// and is in one hand at a time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_join_and_leave_and_share_the_chats() {
    let mut config = fresh();
    config.partitions = 6;
    let chats = 24;
    let door = open(&config);
    let diary = Arc::new(Diary::default());
    let first = open(&config);
    let mut working = vec![work(0, &first, &diary)];
    let mut updates = 10;
    let sending = send(&door, chats, 0..updates);
    diary.wait_for(chats * updates / 4).await;
    let (second, third) = (open(&config), open(&config));
    working.push(work(1, &second, &diary));
    working.push(work(2, &third, &diary));
    finish(sending).await;
    let begun = Instant::now();
    while diary.by(1) == 0 || diary.by(2) == 0 {
        assert!(begun.elapsed() < PATIENCE, "they do not share");
        finish(send(&door, chats, updates..updates + 2)).await;
        updates += 2;
    }
    // The first leaves in good order, the second without a word.
    let sending = send(&door, chats, updates..updates + 10);
    updates += 10;
    first.close().await;
    drop(working.remove(0));
    let mut dying = working.remove(0);
    dying.shutdown().await;
    // Before anybody else can be given what it had.
    diary.dies(1);
    drop(second);
    finish(sending).await;
    diary.wait_for(chats * updates).await;
    diary.check(chats, updates);
}

async fn finish(mut sending: JoinSet<()>) {
    while let Some(sent) = sending.join_next().await {
        sent.unwrap();
    }
}

/// What keeps a chat in its order survives its worker: it is known to whoever comes next who waits,
/// and what it sent since; nobody else waits with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_waiting_chat_survives_its_worker_in_order() {
    let mut config = fresh();
    config.partitions = 1;
    let door = open(&config);
    for number in 0..3 {
        publish(&door, 0, number).await;
    }
    let first = open(&config);
    let delivery = claim_one(&first).await;
    assert_eq!(delivery.envelope.key.as_str(), name(0, 0));
    let after = Duration::from_secs(12);
    let begun = Instant::now();
    let retry = Settle::Retry { after };
    first.settle(delivery.id, retry).await.unwrap();
    // Everything of it goes aside, and is waited for when the worker gives up its partition.
    first.close().await;
    publish(&door, 0, 3).await;
    publish(&door, 1, 0).await;
    let second = open(&config);
    let other = claim_one(&second).await;
    let came = other.envelope.key.as_str();
    assert_eq!(came, name(1, 0), "it waits for nobody");
    second.settle(other.id, Settle::Done).await.unwrap();
    for (number, attempt) in [(0, 2), (1, 1), (2, 1), (3, 1)] {
        let delivery = claim_one(&second).await;
        assert!(begun.elapsed() >= after);
        let came = (delivery.envelope.key.as_str().to_owned(), delivery.attempt);
        assert_eq!(came, (name(0, number), attempt));
        second.settle(delivery.id, Settle::Done).await.unwrap();
    }
}

/// What a killed worker had in hand goes to another, as the same attempt.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_worker_loses_nothing() {
    let config = fresh();
    let door = open(&config);
    for number in 0..3 {
        publish(&door, 0, number).await;
    }
    for _ in 0..3 {
        let dying = open(&config);
        let delivery = claim_one(&dying).await;
        let came = (delivery.envelope.key.as_str().to_owned(), delivery.attempt);
        assert_eq!(came, (name(0, 0), 1));
    }
    let last = open(&config);
    for number in 0..3 {
        let delivery = claim_one(&last).await;
        assert_eq!(delivery.envelope.key.as_str(), name(0, number));
        last.settle(delivery.id, Settle::Done).await.unwrap();
    }
    assert_eq!(last.buried(10).await.unwrap(), []);
}

/// Nobody tells the brokers that a process was killed: they miss it, and what it had in hand goes to
/// another, in order and as the same attempt.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_is_killed_loses_nothing() {
    let mut config = fresh();
    if let Ok(prefix) = std::env::var(DOOMED) {
        config.prefix = prefix;
        let doomed = open(&config);
        let delivery = claim_one(&doomed).await;
        assert_eq!(delivery.envelope.key.as_str(), name(0, 0));
        println!("{IN_HAND}");
        return std::future::pending().await;
    }
    let door = open(&config);
    for number in 0..3 {
        publish(&door, 0, number).await;
    }
    let this = ["--exact", "sharing::a_process_that_is_killed_loses_nothing"];
    let mut doomed = Command::new(std::env::current_exe().unwrap())
        .args(this)
        .arg("--nocapture")
        .env(DOOMED, &config.prefix)
        .env(VARIABLE, broker())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let said = BufReader::new(doomed.stdout.take().unwrap());
    let in_hand = said.lines().any(|line| line.unwrap().contains(IN_HAND));
    doomed.kill().unwrap();
    doomed.wait().unwrap();
    assert!(in_hand, "it never had anything in hand");
    let last = open(&config);
    for number in 0..3 {
        let delivery = claim_one(&last).await;
        let came = (delivery.envelope.key.as_str().to_owned(), delivery.attempt);
        assert_eq!(came, (name(0, number), 1));
        last.settle(delivery.id, Settle::Done).await.unwrap();
    }
}
