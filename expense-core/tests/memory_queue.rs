//! What the queue of one process promises beyond the contract: `publish` returns with the end.
#![cfg(feature = "testing")]

use std::sync::Arc;
use std::time::Duration;

use expense_core::domain::limits;
use expense_core::memory::clock::ManualClock;
use expense_core::memory::queue::MemoryQueue;
use expense_core::ports::error::{Fault, PortError};
use expense_core::ports::queue::{Settle, UpdateQueue};
use expense_core::testing::fixtures::{chat, envelope, key, noon};
use rstest::rstest;

fn queue(depth: usize) -> Arc<MemoryQueue> {
    let clock = Arc::new(ManualClock::at(noon()));
    Arc::new(MemoryQueue::with_depth(clock, depth))
}

async fn publish(queue: &MemoryQueue, chat_name: &str, name: &str) -> Result<(), PortError> {
    queue
        .publish(envelope(&chat(chat_name), key(name), "12.50 lunch"))
        .await
}

async fn settle_next(queue: &MemoryQueue, settle: Settle) {
    let claimed = queue
        .claim(1, Duration::from_secs(5))
        .await
        .expect("an answer");
    queue
        .settle(claimed[0].id, settle)
        .await
        .expect("an answer");
}

#[rstest]
#[case(Settle::Done, None)]
#[case(Settle::Dead { reason: "it can't be done".to_owned() }, Some(Fault::Bug))]
#[tokio::test]
async fn publish_returns_with_the_end_of_its_update(
    #[case] last: Settle,
    #[case] fault: Option<Fault>,
) {
    let queue = queue(10);
    let work = async {
        let again = Settle::Retry {
            after: Duration::ZERO,
        };
        settle_next(&queue, again).await;
        settle_next(&queue, last).await;
    };
    let (published, ()) = tokio::join!(publish(&queue, "anna", "a"), work);
    assert_eq!(published.err().map(|error| error.fault), fault);
}

/// A platform brings again what took too long: it is handled once, and all who wait are told.
#[tokio::test]
async fn what_is_brought_again_meanwhile_is_handled_once() {
    let queue = queue(10);
    let first = publish(&queue, "anna", "a");
    assert!(tokio::time::timeout(Duration::ZERO, first).await.is_err());
    let work = async {
        settle_next(&queue, Settle::Done).await;
        let more = queue.claim(1, Duration::ZERO).await.expect("an answer");
        assert!(more.is_empty(), "{more:?}");
    };
    let (second, third, ()) = tokio::join!(
        publish(&queue, "anna", "a"),
        publish(&queue, "anna", "a"),
        work
    );
    assert!(second.is_ok() && third.is_ok(), "{second:?}, {third:?}");
}

#[tokio::test]
async fn a_full_queue_is_busy_until_something_is_settled() {
    let queue = queue(2);
    let busy = Fault::Busy { retry_after: None };
    let crowd = async {
        tokio::task::yield_now().await;
        let refused = publish(&queue, "carl", "c").await;
        assert_eq!(refused.unwrap_err().fault, busy, "what is out counts, too");
        settle_next(&queue, Settle::Done).await;
        let (third, ()) = tokio::join!(publish(&queue, "carl", "c"), async {
            settle_next(&queue, Settle::Done).await;
            settle_next(&queue, Settle::Done).await;
        });
        third.unwrap();
    };
    let (first, second, ()) = tokio::join!(
        publish(&queue, "anna", "a"),
        publish(&queue, "bert", "b"),
        crowd
    );
    first.and(second).unwrap();
}

#[tokio::test]
async fn a_publisher_that_stops_waiting_leaves_its_update_in_place() {
    let queue = queue(10);
    let published = tokio::time::timeout(Duration::from_millis(10), publish(&queue, "anna", "a"));
    assert!(published.await.is_err());
    settle_next(&queue, Settle::Done).await;
}

#[tokio::test]
async fn the_oldest_buried_go_when_there_are_too_many() {
    let queue = queue(10);
    for n in 0..=limits::BURIED {
        let name = n.to_string();
        let dead = Settle::Dead {
            reason: name.clone(),
        };
        let (published, ()) =
            tokio::join!(publish(&queue, "anna", &name), settle_next(&queue, dead));
        assert!(published.is_err());
    }
    let buried = queue.buried(usize::MAX).await.unwrap();
    assert_eq!(buried.len(), limits::BURIED);
    assert_eq!(buried[0].reason, "1");
}
