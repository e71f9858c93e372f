//! Workers that come and go, and what they leave behind.

use std::sync::Arc;
use std::time::{Duration, Instant};

use expense_core::ports::queue::{Delivery, Settle, UpdateQueue};
use expense_queue_rabbitmq::RabbitQueue;
use expense_queue_rabbitmq::testing::fresh;
use tokio::task::JoinSet;

use crate::town::{Diary, name, open, publish, send, work};

const WAIT: Duration = Duration::from_secs(30);

async fn claim_one(queue: &RabbitQueue) -> Delivery {
    let mut claimed = queue.claim(1, WAIT).await.unwrap();
    assert_eq!(claimed.len(), 1, "nothing was delivered");
    claimed.remove(0)
}

/// Acknowledgements are written a moment later: whoever ends at once writes them before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_settled_just_before_the_end_does_not_come_again() {
    let mut config = fresh();
    config.partitions = 1;
    let (door, first, updates) = (open(&config), open(&config), 20);
    for chat in 0..updates {
        publish(&*door, chat, 1).await;
    }
    let mut left = updates;
    while left > 0 {
        for delivery in first.claim(updates, WAIT).await.unwrap() {
            first.settle(delivery.id, Settle::Done).await.unwrap();
            left -= 1;
        }
    }
    first.close().await;
    publish(&*door, updates, 1).await;
    let second = open(&config);
    // What is given back comes before what is new.
    let next = claim_one(&second).await;
    assert_eq!(next.envelope.key.as_str(), name(updates, 1));
}

/// From one worker to three, and back to another one: nothing is lost, and every chat stays in order.
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
    loop {
        diary.take_shares();
        finish(send(&door, chats, updates..updates + 2)).await;
        updates += 2;
        diary.wait_for(chats * updates).await;
        let shares = diary.take_shares();
        if shares.len() == working.len() {
            break;
        }
        assert!(begun.elapsed() < 2 * WAIT, "they do not share: {shares:?}");
    }
    // The first leaves in good order, the second without a word.
    let sending = send(&door, chats, updates..updates + 10);
    updates += 10;
    first.close().await;
    drop(working.remove(0));
    drop(working.remove(0));
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

/// Where partitions can't be shared out evenly, those who have one more leave it to those who would
/// have none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_idle_while_another_has_more_than_one() {
    const WORKERS: usize = 5;
    let mut config = fresh();
    config.partitions = 8;
    let door = open(&config);
    let diary = Arc::new(Diary::default());
    let queues: Vec<_> = (0..WORKERS).map(|_| open(&config)).collect();
    let working = queues.iter().enumerate();
    let _working: Vec<_> = working.map(|(n, queue)| work(n, queue, &diary)).collect();
    let begun = Instant::now();
    for round in 0.. {
        for chat in 0..48 {
            publish(&*door, chat, round).await;
        }
        diary.wait_for(48 * (round + 1)).await;
        let shares = diary.take_shares();
        if shares.len() == WORKERS {
            break;
        }
        assert!(begun.elapsed() < 2 * WAIT, "somebody is idle: {shares:?}");
    }
}

/// A chat that waits for another try is known to whoever comes after its worker: what it sent since
/// stays behind the one that waits, and no other chat waits with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_waiting_chat_survives_its_worker_in_order() {
    let mut config = fresh();
    config.partitions = 1;
    let door = open(&config);
    for number in 0..3 {
        publish(&*door, 0, number).await;
    }
    let first = open(&config);
    let delivery = claim_one(&first).await;
    assert_eq!(delivery.envelope.key.as_str(), name(0, 0));
    let after = Duration::from_secs(4);
    let begun = Instant::now();
    first
        .settle(delivery.id, Settle::Retry { after })
        .await
        .unwrap();
    // Everything of it is aside before the worker dies.
    while door.waiting().await.unwrap().updates > 0 || begun.elapsed() < after / 2 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    drop(first);
    publish(&*door, 0, 3).await;
    publish(&*door, 1, 0).await;
    let second = open(&config);
    let other = claim_one(&second).await;
    assert_eq!(
        other.envelope.key.as_str(),
        name(1, 0),
        "it waits for nobody"
    );
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
        publish(&*door, 0, number).await;
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

/// A process that only publishes takes nobody's share, and one that claims no more gives up its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_whoever_claims_takes_part() {
    let config = fresh();
    let (door, worker) = (open(&config), open(&config));
    publish(&*door, 0, 0).await;
    assert_eq!(door.check().await.unwrap().workers, 0);
    let delivery = claim_one(&worker).await;
    assert_eq!(door.check().await.unwrap().workers, 1);
    worker.settle(delivery.id, Settle::Done).await.unwrap();
    worker.close().await;
    let begun = Instant::now();
    while door.check().await.unwrap().workers > 0 {
        assert!(begun.elapsed() < WAIT, "it never left");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
