//! Many chats that send, workers that handle, and what came of it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use expense_core::memory::clock::SystemClock;
use expense_core::ports::queue::{Delivery, Settle, UpdateQueue};
use expense_core::testing::fixtures::{chat, envelope, key};
use expense_queue_kafka::{Config, KafkaQueue};
use tokio::task::JoinSet;

/// How long everything may take, on a machine that others use, too.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(50);

pub(crate) fn open(config: &Config) -> Arc<KafkaQueue> {
    Arc::new(KafkaQueue::open(config, Arc::new(SystemClock)).unwrap())
}

pub(crate) async fn claim_one(queue: &KafkaQueue) -> Delivery {
    let mut claimed = queue.claim(1, PATIENCE).await.unwrap();
    assert_eq!(claimed.len(), 1, "nothing was delivered");
    claimed.remove(0)
}

pub(crate) fn name(chat: usize, number: usize) -> String {
    format!("test:chat{chat}/{number:04}")
}

pub(crate) async fn publish(queue: &KafkaQueue, chat_number: usize, number: usize) {
    let name = name(chat_number, number);
    let key = key(name.trim_start_matches("test:"));
    let chat = chat(&format!("chat{chat_number}"));
    queue
        .publish(envelope(&chat, key, "12.50 lunch"))
        .await
        .unwrap();
}

/// Every chat sends its updates one after the other, all chats at the same time.
pub(crate) fn send(queue: &Arc<KafkaQueue>, chats: usize, updates: Range<usize>) -> JoinSet<()> {
    let mut sending = JoinSet::new();
    for chat in 0..chats {
        let (queue, updates) = (Arc::clone(queue), updates.clone());
        sending.spawn(async move {
            for number in updates {
                publish(&queue, chat, number).await;
                tokio::time::sleep(PAUSE).await;
            }
        });
    }
    sending
}

/// What was done, in the order of its first time, and what is out.
#[derive(Default)]
pub(crate) struct Diary(Mutex<Pages>);

#[derive(Default)]
struct Pages {
    done: BTreeMap<String, Vec<String>>,
    by: BTreeMap<usize, usize>,
    out: BTreeMap<String, usize>,
}

impl Diary {
    fn goes_out(&self, worker: usize, chat: &str) {
        let before = self.0.lock().unwrap().out.insert(chat.to_owned(), worker);
        assert_eq!(before, None, "{chat} is in two hands");
    }

    fn comes_back(&self, worker: usize, delivery: &Delivery, done: bool) {
        let chat = delivery.envelope.chat.as_str();
        let name = delivery.envelope.key.as_str().to_owned();
        let mut pages = self.0.lock().unwrap();
        pages.out.remove(chat);
        *pages.by.entry(worker).or_default() += 1;
        let of_chat = pages.done.entry(chat.to_owned()).or_default();
        // What was lost with its worker comes again: its key is known.
        if done && !of_chat.contains(&name) {
            of_chat.push(name);
        }
    }

    /// Whoever dies has nothing in hand any more.
    pub(crate) fn dies(&self, worker: usize) {
        self.0.lock().unwrap().out.retain(|_, by| *by != worker);
    }

    /// How much this worker has handled.
    pub(crate) fn by(&self, worker: usize) -> usize {
        self.0.lock().unwrap().by.get(&worker).copied().unwrap_or(0)
    }

    fn count(&self) -> usize {
        self.0.lock().unwrap().done.values().map(Vec::len).sum()
    }

    /// Waits until so many are done.
    pub(crate) async fn wait_for(&self, count: usize) {
        let begun = Instant::now();
        while self.count() < count {
            let done = self.count();
            assert!(
                begun.elapsed() < PATIENCE,
                "only {done} of {count} are done"
            );
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Nothing is missing, and every chat went in its order.
    pub(crate) fn check(&self, chats: usize, updates: usize) {
        let mut of_all: Vec<_> = self.0.lock().unwrap().done.values().cloned().collect();
        of_all.sort();
        let mut expected: Vec<Vec<_>> = (0..chats)
            .map(|chat| (0..updates).map(|n| name(chat, n)).collect())
            .collect();
        expected.sort();
        assert_eq!(of_all, expected);
    }
}

/// Handles what comes until it is dropped; every seventh asks for another try.
pub(crate) fn work(number: usize, queue: &Arc<KafkaQueue>, diary: &Arc<Diary>) -> JoinSet<()> {
    let (queue, diary) = (Arc::clone(queue), Arc::clone(diary));
    let mut working = JoinSet::new();
    working.spawn(async move {
        loop {
            let claimed = queue.claim(8, Duration::from_secs(1)).await.unwrap();
            for delivery in &claimed {
                diary.goes_out(number, delivery.envelope.chat.as_str());
            }
            for delivery in claimed {
                let again = delivery.attempt == 1 && delivery.id.0.is_multiple_of(7);
                let after = Duration::from_millis(delivery.id.0 % 2 * 900);
                diary.comes_back(number, &delivery, !again);
                let settle = if again {
                    Settle::Retry { after }
                } else {
                    Settle::Done
                };
                queue.settle(delivery.id, settle).await.unwrap();
            }
        }
    });
    working
}
