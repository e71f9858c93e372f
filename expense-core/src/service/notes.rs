//! Which message a reply became, for whoever edits it.
//!
//! Nobody waits until that is noted where instances share it: this process knows it at once, the
//! others a moment later, which is sooner than a person answers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::task::TaskTracker;

use crate::conversation::reply::Anchor;
use crate::domain::keys::{ChatKey, MessageKey};
use crate::domain::limits;
use crate::ports::cache::Cache;

/// Notes that may be on their way at a time; whoever has another one waits.
const ON_THEIR_WAY: usize = 4_096;

pub(super) struct Notes {
    cache: Arc<dyn Cache>,
    fresh: Arc<Fresh>,
    underway: TaskTracker,
}

/// What the cache may not hold yet.
#[derive(Default)]
struct Fresh(Mutex<HashMap<String, MessageKey>>);

impl Notes {
    pub(super) fn new(cache: Arc<dyn Cache>) -> Self {
        let underway = TaskTracker::new();
        // It may be waited for at any time, and goes on all the same.
        underway.close();
        Self {
            cache,
            fresh: Arc::default(),
            underway,
        }
    }

    /// Notes which message it became. What is forgotten makes an edit a new message.
    pub(super) async fn note(&self, chat: &ChatKey, anchor: &Anchor, message: &MessageKey) {
        let key = key(chat, anchor);
        let (cache, fresh) = (Arc::clone(&self.cache), Arc::clone(&self.fresh));
        let waits = self.fresh.add(&key, message) > ON_THEIR_WAY;
        let message = message.clone();
        let mut noted = Box::pin(async move {
            let value = message.as_str().as_bytes();
            // It was worth a try.
            let _ = cache.put(&key, value, limits::ANCHORS).await;
            fresh.remove(&key, &message);
        });
        if waits {
            noted.await;
        } else if futures::poll!(&mut noted).is_pending() {
            self.underway.spawn(noted);
        }
    }

    /// The message that it became; none where that is not known any more.
    pub(super) async fn find(&self, chat: &ChatKey, anchor: &Anchor) -> Option<MessageKey> {
        let key = key(chat, anchor);
        if let Some(message) = self.fresh.get(&key) {
            return Some(message);
        }
        let found = self.cache.get(&key).await;
        let text = String::from_utf8(found.ok().flatten()?).ok()?;
        MessageKey::new(text).ok()
    }

    /// Whether none is on its way.
    pub(super) fn is_quiet(&self) -> bool {
        self.underway.is_empty()
    }

    /// Returns once none is on its way.
    pub(super) async fn quiet(&self) {
        self.underway.wait().await;
    }
}

impl Fresh {
    /// How many there are now.
    fn add(&self, key: &str, message: &MessageKey) -> usize {
        let mut all = self.all();
        all.insert(key.to_owned(), message.clone());
        all.len()
    }

    fn get(&self, key: &str) -> Option<MessageKey> {
        self.all().get(key).cloned()
    }

    /// Unless it has become another message by now.
    fn remove(&self, key: &str, message: &MessageKey) {
        let mut all = self.all();
        if all.get(key) == Some(message) {
            all.remove(key);
        }
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, MessageKey>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(chat: &ChatKey, anchor: &Anchor) -> String {
    let (kind, id) = match anchor {
        Anchor::Draft(id) => ("draft", id.as_uuid()),
        Anchor::Expense(id) => ("expense", id.as_uuid()),
        Anchor::Change(id) => ("change", id.as_uuid()),
    };
    format!("anchor/{}/{kind}/{}", chat.as_str(), id.simple())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use async_trait::async_trait;
    use tokio::sync::Semaphore;

    use super::*;
    use crate::domain::keys::ExpenseId;
    use crate::memory::cache::MemoryCache;
    use crate::memory::clock::SystemClock;
    use crate::ports::error::Result;
    use crate::testing::fixtures;

    /// A cache far away: what is put arrives when it is let.
    struct Far {
        near: MemoryCache,
        let_in: Semaphore,
    }

    impl Far {
        fn new() -> Arc<Self> {
            Arc::new(Self {
                near: MemoryCache::new(Arc::new(SystemClock), ON_THEIR_WAY + 10),
                let_in: Semaphore::new(0),
            })
        }
    }

    #[async_trait]
    impl Cache for Far {
        async fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
            self.near.get(key).await
        }

        async fn put(&self, key: &str, value: &[u8], ttl: Duration) -> Result<()> {
            self.let_in.acquire().await.unwrap().forget();
            self.near.put(key, value, ttl).await
        }

        async fn forget(&self, key: &str) -> Result<()> {
            self.near.forget(key).await
        }
    }

    fn anchor(number: usize) -> Anchor {
        let chat = fixtures::chat("anna");
        let ledger = fixtures::ledger(&chat).id;
        Anchor::Expense(ExpenseId::derive(ledger, &fixtures::key("update"), number))
    }

    fn message(number: usize) -> MessageKey {
        MessageKey::new(number.to_string()).unwrap()
    }

    #[tokio::test]
    async fn a_message_is_known_before_it_is_noted_and_after() {
        let (far, chat) = (Far::new(), fixtures::chat("anna"));
        let (notes, other) = (Notes::new(far.clone()), Notes::new(far.clone()));
        let anchor = anchor(1);
        notes.note(&chat, &anchor, &message(1)).await;
        notes.note(&chat, &anchor, &message(2)).await;
        assert_eq!(notes.find(&chat, &anchor).await, Some(message(2)));
        assert_eq!(other.find(&chat, &anchor).await, None);
        assert!(!notes.is_quiet());
        far.let_in.add_permits(2);
        notes.quiet().await;
        assert!(notes.fresh.all().is_empty());
        assert_eq!(notes.find(&chat, &anchor).await, Some(message(2)));
        assert_eq!(other.find(&chat, &anchor).await, Some(message(2)));
    }

    #[tokio::test]
    async fn whoever_notes_more_than_may_be_on_their_way_waits() {
        let (far, chat) = (Far::new(), fixtures::chat("anna"));
        let notes = Notes::new(far.clone());
        for number in 0..ON_THEIR_WAY {
            notes.note(&chat, &anchor(number), &message(number)).await;
        }
        let (last, its_message) = (anchor(ON_THEIR_WAY), message(ON_THEIR_WAY));
        let further = notes.note(&chat, &last, &its_message);
        tokio::pin!(further);
        assert!(futures::poll!(&mut further).is_pending());
        far.let_in.add_permits(ON_THEIR_WAY + 1);
        further.await;
        notes.quiet().await;
        assert_eq!(notes.find(&chat, &last).await.as_ref(), Some(&its_message));
    }
}
