//! Many chats that send, workers that handle, and what came of it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use expense_core::memory::clock::SystemClock;
use expense_core::ports::queue::{Settle, UpdateQueue};
use expense_core::testing::fixtures::{chat, envelope, key};
use expense_queue_rabbitmq::{Config, RabbitQueue};
use tokio::task::JoinSet;

/// How long everything may take, on a machine that others use, too.
const PATIENCE: Duration = Duration::from_secs(150);
const PAUSE: Duration = Duration::from_millis(50);

pub(crate) fn open(config: &Config) -> Arc<RabbitQueue> {
    Arc::new(RabbitQueue::open(config, Arc::new(SystemClock)).unwrap())
}

/// What was done, in the order of its first time.
#[derive(Default)]
pub(crate) struct Diary {
    done: Mutex<BTreeMap<String, Vec<String>>>,
    by: Mutex<BTreeMap<usize, BTreeSet<String>>>,
}

impl Diary {
    fn note(&self, worker: usize, chat: &str, name: &str) {
        let mut done = self.done.lock().unwrap();
        let of_chat = done.entry(chat.to_owned()).or_default();
        // What was lost with its worker comes again: its key is known.
        if !of_chat.iter().any(|known| known == name) {
            of_chat.push(name.to_owned());
        }
        let mut by = self.by.lock().unwrap();
        by.entry(worker).or_default().insert(chat.to_owned());
    }

    pub(crate) fn count(&self) -> usize {
        self.done.lock().unwrap().values().map(Vec::len).sum()
    }

    /// Whose chats each worker has handled since this was last asked.
    pub(crate) fn take_shares(&self) -> BTreeMap<usize, BTreeSet<String>> {
        std::mem::take(&mut self.by.lock().unwrap())
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
        let done = self.done.lock().unwrap();
        assert_eq!(done.len(), chats);
        for (chat, names) in &*done {
            let expected: Vec<String> = (0..updates).map(|n| format!("{chat}/{n:04}")).collect();
            assert!(*names == expected, "{chat}: {names:?}");
        }
    }
}

pub(crate) fn name(chat: usize, number: usize) -> String {
    format!("test:chat{chat}/{number:04}")
}

/// Publishes, again and again until it is safe, as whoever brings updates does.
pub(crate) async fn publish(queue: &dyn UpdateQueue, chat_number: usize, number: usize) {
    let begun = Instant::now();
    let name = name(chat_number, number);
    let name = name.trim_start_matches("test:");
    loop {
        let update = envelope(
            &chat(&format!("chat{chat_number}")),
            key(name),
            "12.50 lunch",
        );
        match queue.publish(update).await {
            Ok(()) => return,
            Err(error) => {
                assert!(error.is_transient(), "{error:?}");
                assert!(begun.elapsed() < PATIENCE, "never published: {error:?}");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Every chat sends its updates one after the other, all chats at the same time.
pub(crate) fn send(queue: &Arc<RabbitQueue>, chats: usize, updates: Range<usize>) -> JoinSet<()> {
    let mut sending = JoinSet::new();
    for chat in 0..chats {
        let (queue, updates) = (Arc::clone(queue), updates.clone());
        sending.spawn(async move {
            for number in updates {
                publish(&*queue, chat, number).await;
            }
        });
    }
    sending
}

/// Handles what comes until it is dropped; every seventh asks for another try.
pub(crate) fn work(number: usize, queue: &Arc<RabbitQueue>, diary: &Arc<Diary>) -> JoinSet<()> {
    let (queue, diary) = (Arc::clone(queue), Arc::clone(diary));
    let mut working = JoinSet::new();
    working.spawn(async move {
        loop {
            let claimed = queue.claim(16, Duration::from_secs(1)).await.unwrap();
            for delivery in claimed {
                let again = delivery.attempt == 1 && delivery.id.0.is_multiple_of(7);
                let settle = if again {
                    let after = Duration::from_millis(delivery.id.0 % 2 * 900);
                    Settle::Retry { after }
                } else {
                    let chat = delivery.envelope.chat.as_str();
                    let name = delivery.envelope.key.as_str().trim_start_matches("test:");
                    let chat_name = name.split('/').next().unwrap_or(chat);
                    diary.note(number, chat_name, name);
                    Settle::Done
                };
                queue.settle(delivery.id, settle).await.unwrap();
            }
        }
    });
    working
}
