//! What many ask of their chats at one moment is looked up in one statement: each costs the server,
//! and this process, as much as several chats in it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use expense_core::domain::keys::ChatKey;
use tokio::sync::oneshot;

use crate::config::BATCH;
use crate::error::Failure;
use crate::kept::{self, Kept};
use crate::readers::Readers;

/// Lookups that are on their way at a time: one that is answered, and one that is being asked.
const AT_ONCE: usize = 2;

/// Chats that are asked for.
pub(crate) struct Gathered<K>(Arc<Shared<K>>);

struct Shared<K> {
    readers: Arc<Readers>,
    queue: Mutex<Queue<K>>,
}

struct Queue<K> {
    waiting: Vec<(ChatKey, Tell<K>)>,
    trips: usize,
}

/// What is told of a chat.
type Told<K> = Result<Option<K>, Failure>;
type Tell<K> = oneshot::Sender<Told<K>>;
/// Several may ask for the same chat.
type Asked<K> = HashMap<ChatKey, Vec<Tell<K>>>;

impl<K: Kept> Gathered<K> {
    pub(crate) fn new(readers: Arc<Readers>) -> Self {
        let queue = Queue {
            waiting: Vec::new(),
            trips: 0,
        };
        Self(Arc::new(Shared {
            readers,
            queue: Mutex::new(queue),
        }))
    }

    /// What is kept of the chat's ledger: all that was there when it is asked for. Whoever waits
    /// no longer takes nothing from the others.
    pub(crate) async fn of(&self, chat: &ChatKey) -> Told<K> {
        let (tell, told) = oneshot::channel();
        if let Some(trip) = self.0.ask(chat.clone(), tell) {
            tokio::spawn(trip.go());
        }
        // Nobody answers where the runtime ends.
        told.await.unwrap_or(Err(Failure::Closed))
    }
}

impl<K: Kept> Shared<K> {
    /// A trip to be sent, where another one may be.
    fn ask(self: &Arc<Self>, chat: ChatKey, tell: Tell<K>) -> Option<Trip<K>> {
        let mut queue = self.queue();
        queue.waiting.push((chat, tell));
        if queue.trips >= AT_ONCE {
            return None;
        }
        queue.trips += 1;
        Some(Trip(Some(Arc::clone(self))))
    }

    /// Those who wait, the first first, or the end of a trip.
    fn next(&self) -> Option<Asked<K>> {
        let mut queue = self.queue();
        let many = queue.waiting.len().min(BATCH);
        if many == 0 {
            queue.trips -= 1;
            return None;
        }
        let mut asked = Asked::new();
        for (chat, tell) in queue.waiting.drain(..many) {
            asked.entry(chat).or_default().push(tell);
        }
        Some(asked)
    }

    /// Looks them up. Where one may be to blame, each is tried alone.
    async fn answer(&self, asked: Asked<K>) {
        let chats: Vec<ChatKey> = asked.keys().cloned().collect();
        match self.look_up(&chats).await {
            Ok(found) => tell(asked, &found),
            Err(failure) if failure.may_be_one_members() && chats.len() > 1 => {
                for (chat, waiting) in asked {
                    let found = self.look_up(std::slice::from_ref(&chat)).await;
                    let found = found.unwrap_or_else(|failure| failed(&chat, &failure));
                    tell(HashMap::from([(chat, waiting)]), &found);
                }
            }
            Err(failure) => {
                let failed = chats.iter().flat_map(|chat| failed(chat, &failure));
                tell(asked, &failed.collect());
            }
        }
    }

    async fn look_up(&self, chats: &[ChatKey]) -> Result<kept::Found<K>, Failure> {
        self.readers
            .with(async |db| kept::of_chats(db, chats).await)
            .await
    }

    fn queue(&self) -> MutexGuard<'_, Queue<K>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn failed<K>(chat: &ChatKey, failure: &Failure) -> kept::Found<K> {
    HashMap::from([(chat.clone(), Err(failure.clone()))])
}

fn tell<K: Kept>(asked: Asked<K>, found: &kept::Found<K>) {
    for (chat, waiting) in asked {
        for tell in waiting {
            // Whoever does not wait any more needs no answer.
            let _ = tell.send(found.get(&chat).cloned().transpose());
        }
    }
}

/// One who looks up until nobody waits.
struct Trip<K>(Option<Arc<Shared<K>>>);

impl<K: Kept> Trip<K> {
    async fn go(mut self) {
        // Whoever is about to ask does it first, and comes along.
        tokio::task::yield_now().await;
        let Some(shared) = self.0.clone() else { return };
        while let Some(asked) = shared.next() {
            shared.answer(asked).await;
        }
        self.0 = None;
    }
}

impl<K> Drop for Trip<K> {
    /// A panic, or a runtime that ends, leaves nobody behind who would wait for ever.
    fn drop(&mut self) {
        if let Some(shared) = self.0.take() {
            let mut queue = shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
            queue.trips -= 1;
            if queue.trips == 0 {
                queue.waiting.clear();
            }
        }
    }
}
