//! Ledgers as this process last saw them, and where many ask for the same one, one that looks.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use metrics::Counter;
use tokio::sync::OnceCell;

use super::{Inner, LedgerCopies};
use crate::domain::keys::ChatKey;
use crate::domain::ledger::Ledger;
use crate::domain::limits;
use crate::ports::error::Result;

/// What one look came to: `None` where the chat has no ledger.
type Found = Option<Arc<Ledger>>;
/// What those who ask for the same ledger at the same time wait for together.
type Flight = Arc<OnceCell<Found>>;

/// Beyond this many looks at a time, those that nobody waits for any more are cleared away.
const FLIGHTS: usize = 1_024;

/// Copies of ledgers by chat. One may be behind: see [`copies`](super::copies).
pub(super) struct Ledgers {
    /// Nothing where copies are switched off.
    copies: Option<moka::sync::Cache<ChatKey, Arc<Ledger>>>,
    flights: Mutex<HashMap<ChatKey, Weak<OnceCell<Found>>>>,
    hits: Counter,
    misses: Counter,
}

impl Ledgers {
    pub(super) fn new(options: &LedgerCopies) -> Self {
        let copies = |ttl: Duration| {
            moka::sync::Cache::builder()
                .max_capacity(limits::LEDGERS)
                .time_to_live(ttl)
                .build()
        };
        let count = |outcome| metrics::counter!("cache_requests_total", "cache" => "ledgers", "outcome" => outcome);
        Self {
            copies: (!options.ttl.is_zero()).then(|| copies(options.ttl)),
            flights: Mutex::default(),
            hits: count("hit"),
            misses: count("miss"),
        }
    }

    /// The copy, counted as a hit or a miss.
    pub(super) fn get(&self, chat: &ChatKey) -> Found {
        let found = self.peek(chat);
        match found {
            Some(_) => self.hits.increment(1),
            None => self.misses.increment(1),
        }
        found
    }

    /// The copy, where it does not matter whether there is one.
    pub(super) fn peek(&self, chat: &ChatKey) -> Found {
        self.copies.as_ref()?.get(chat)
    }

    pub(super) fn put(&self, chat: &ChatKey, ledger: &Arc<Ledger>) {
        if let Some(copies) = &self.copies {
            copies.insert(chat.clone(), Arc::clone(ledger));
        }
    }

    /// Puts a copy where there is none.
    pub(super) fn offer(&self, chat: &ChatKey, ledger: Arc<Ledger>) {
        if let Some(copies) = &self.copies {
            copies.entry_by_ref(chat).or_insert(ledger);
        }
    }

    pub(super) fn drop(&self, chat: &ChatKey) {
        if let Some(copies) = &self.copies {
            copies.invalidate(chat);
        }
    }

    /// Chats whose copies are there, at most so many: all were used since a copy's time ago.
    pub(super) fn some(&self, limit: usize) -> Vec<ChatKey> {
        let copies = self.copies.iter().flatten();
        copies
            .map(|(chat, _)| ChatKey::clone(&chat))
            .take(limit)
            .collect()
    }

    /// The look that is under way for this chat, or a new one.
    fn flight(&self, chat: &ChatKey) -> Flight {
        let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = flights.get(chat).and_then(Weak::upgrade) {
            return flight;
        }
        if flights.len() >= FLIGHTS {
            flights.retain(|_, flight| flight.strong_count() > 0);
        }
        let flight = Flight::default();
        flights.insert(chat.clone(), Arc::downgrade(&flight));
        flight
    }

    /// Whoever asks from now on looks anew.
    fn land(&self, chat: &ChatKey, flight: &Flight) {
        let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
        let known = flights.get(chat);
        if known.is_some_and(|known| known.as_ptr() == Arc::as_ptr(flight)) {
            flights.remove(chat);
        }
    }
}

impl Inner {
    /// The chat's ledger where this process has no copy, from wherever it is nearest, and whether
    /// it came from the store since this was asked.
    pub(super) async fn sought_ledger(&self, chat: &ChatKey) -> Result<(Found, bool)> {
        let flight = self.ledgers.flight(chat);
        let mut is_true = false;
        let look = async {
            let (found, from_store) = self.nearest_ledger(chat).await?;
            is_true = from_store;
            self.ledgers.land(chat, &flight);
            Ok(found)
        };
        let found = flight.get_or_try_init(|| look).await?.clone();
        Ok((found, is_true))
    }

    async fn nearest_ledger(&self, chat: &ChatKey) -> Result<(Found, bool)> {
        if self.shares_ledgers() {
            self.shared_ledger(chat).await
        } else {
            Ok((self.stored_ledger(chat).await?, true))
        }
    }

    /// The chat's ledger from the store, if it has one; the copies are brought up to it.
    pub(super) async fn stored_ledger(&self, chat: &ChatKey) -> Result<Found> {
        let found = self.ports.store.ledger(chat).await?.map(Arc::new);
        if let Some(ledger) = &found {
            self.ledgers.put(chat, ledger);
            self.share_ledger(chat, ledger).await;
        }
        Ok(found)
    }

    /// The chat's ledger, if it has one: the copy where there is one.
    pub(super) async fn known_ledger(&self, chat: &ChatKey) -> Result<Found> {
        match self.ledgers.get(chat) {
            Some(ledger) => Ok(Some(ledger)),
            None => Ok(self.sought_ledger(chat).await?.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::cache::MemoryCache;
    use crate::memory::clock::SystemClock;
    use crate::memory::state::MemoryState;
    use crate::ports::store::{ExpenseStore, StoredSession};
    use crate::testing::fixtures;
    use crate::testing::instances::{Counted, Instance, Shared};

    /// Unlike updates of one chat, which come one after the other, these are all there at once.
    #[tokio::test(start_paused = true)]
    async fn of_a_thousand_who_ask_three_instances_at_once_one_asks_the_store() {
        let store = Counted::answering_after(Duration::from_millis(200));
        let chat = fixtures::chat("anna");
        let (key, ledger) = (fixtures::key("first"), fixtures::ledger(&chat));
        let first = fixtures::commit(key, &ledger, &StoredSession::default(), Vec::new());
        store.uncounted().commit(Arc::new(first)).await.unwrap();
        let clock = Arc::new(SystemClock);
        let shared = Shared {
            cache: Arc::new(MemoryCache::new(clock.clone(), 10)),
            states: Arc::new(MemoryState::new(clock, 10)),
        };
        let ttl = Duration::from_secs(300);
        let start = |name| Instance::start(name, &store, &shared, ttl);
        let instances = ["one", "two", "three"].map(start);
        let asking = (0..1_000).map(|n| {
            let service = &instances[n % instances.len()].service;
            service.inner.known_ledger(&chat)
        });
        for found in futures::future::join_all(asking).await {
            assert_eq!(found.unwrap().unwrap().chat, chat);
        }
        assert_eq!(store.calls("ledger"), 1);
    }
}
