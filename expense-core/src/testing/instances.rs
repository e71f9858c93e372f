//! Instances of the service side by side, as many machines run them over one store.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::future::{join_all, try_join_all};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::fixtures;
use crate::conversation::event::Envelope;
use crate::domain::keys::{ChatKey, UpdateKey};
use crate::memory::attachments::MemoryAttachments;
use crate::memory::clock::SystemClock;
use crate::memory::in_process::in_process;
use crate::memory::messenger::Outbox;
use crate::memory::store::MemoryStore;
use crate::ports::cache::Cache;
use crate::ports::error::Result;
use crate::ports::state::StateStore;
use crate::ports::store::{ExpenseStore, StoredSession};
use crate::service::{LedgerCopies, Options, Ports, Service};
use crate::wrap::{Call, Policy, Wrapped};

/// A store in memory that counts how often each operation is asked for, over all instances.
#[derive(Clone)]
pub struct Counted {
    store: Arc<MemoryStore>,
    calls: Calls,
}

#[derive(Clone, Default)]
struct Calls {
    by_operation: Arc<Mutex<BTreeMap<&'static str, u64>>>,
    takes: Duration,
}

impl Policy for Calls {
    async fn run<T, F>(&self, call: Call, attempt: impl Fn() -> F + Send + Sync) -> Result<T>
    where
        T: Send,
        F: Future<Output = Result<T>> + Send,
    {
        let lock = || {
            self.by_operation
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        *lock().entry(call.operation).or_default() += 1;
        if call.operation == "ledger" && !self.takes.is_zero() {
            tokio::time::sleep(self.takes).await;
        }
        attempt().await
    }
}

impl Counted {
    /// An empty store that takes this long to read a ledger.
    #[must_use]
    pub fn answering_after(takes: Duration) -> Self {
        let store = Arc::new(MemoryStore::new(Arc::new(SystemClock)));
        let calls = Calls {
            takes,
            ..Calls::default()
        };
        Self { store, calls }
    }

    /// How often this operation was asked for.
    #[must_use]
    pub fn calls(&self, operation: &str) -> u64 {
        let calls = self.calls.by_operation.lock();
        let calls = calls.unwrap_or_else(PoisonError::into_inner);
        calls.get(operation).copied().unwrap_or(0)
    }

    /// The store without its counter.
    #[must_use]
    pub fn uncounted(&self) -> Arc<MemoryStore> {
        Arc::clone(&self.store)
    }
}

/// What instances have in common beside their store.
#[derive(Clone)]
pub struct Shared {
    /// Copies of ledgers.
    pub cache: Arc<dyn Cache>,
    /// Copies of sessions, and claims.
    pub states: Arc<dyn StateStore>,
}

/// One of several instances, running. It is cut off with this value; see [`Instance::end`].
pub struct Instance {
    /// It.
    pub service: Service,
    screen: Arc<Outbox>,
    running: JoinSet<()>,
    stop: CancellationToken,
    updates: AtomicU64,
    name: String,
}

impl Instance {
    /// Starts one of this name; every instance needs another.
    #[must_use]
    pub fn start(name: &str, store: &Counted, shared: &Shared, ttl: Duration) -> Self {
        let screen = Arc::new(Outbox::default());
        let clock = Arc::new(SystemClock);
        let attachments = Arc::new(MemoryAttachments::default());
        let ports = in_process(store.uncounted(), screen.clone(), attachments, clock);
        let counted = Wrapped::<dyn ExpenseStore, _>::store(store.uncounted(), store.calls.clone());
        let ports = Ports {
            store: Arc::new(counted),
            cache: Arc::clone(&shared.cache),
            states: Arc::clone(&shared.states),
            common: Arc::clone(&shared.states),
            ..ports
        };
        let options = Options {
            instance: name.to_owned(),
            ledgers: LedgerCopies { ttl, shared: true },
            ..Options::default()
        };
        let service = Service::new(ports, options);
        let stop = CancellationToken::new();
        let mut running = JoinSet::new();
        running.spawn({
            let (service, stop) = (service.clone(), stop.clone());
            async move { service.run(stop).await }
        });
        Self {
            service,
            screen,
            running,
            stop,
            updates: AtomicU64::new(0),
            name: name.to_owned(),
        }
    }

    /// What this message, alone with the bot, was answered with here.
    ///
    /// # Panics
    ///
    /// When it is not accepted.
    pub async fn say(&self, chat: &ChatKey, text: &str) -> String {
        let accepted = self.service.accept(self.message(chat, text)).await;
        accepted.expect("the message is accepted");
        let shown = self.screen.chat(chat);
        let last = shown
            .last()
            .map(|shown| shown.outgoing.reply.text.to_plain());
        last.unwrap_or_default()
    }

    /// A message that nobody sent before.
    fn message(&self, chat: &ChatKey, text: &str) -> Envelope {
        let count = self.updates.fetch_add(1, Ordering::Relaxed);
        let key = UpdateKey::new(format!("test:{}:{count}", self.name));
        fixtures::envelope(chat, key.expect("a short key"), text)
    }

    /// Ends it in good order.
    ///
    /// # Panics
    ///
    /// When it has panicked.
    pub async fn end(mut self) {
        self.stop.cancel();
        while let Some(ended) = self.running.join_next().await {
            ended.expect("an instance ends");
        }
    }
}

/// Proves that a ledger is read from the store once, however many ask for the first time at once:
/// a thousand messages of one chat come in at three instances that have just started, each with
/// its own client of the same shared cache.
///
/// # Panics
///
/// When the store is asked for the ledger more than once, or a message is lost.
pub async fn a_thousand_first_messages_make_one_query(
    fresh: impl Fn() -> Shared,
    store_takes: Duration,
) {
    let store = Counted::answering_after(store_takes);
    let chat = fixtures::chat("anna");
    let ledger = fixtures::ledger(&chat);
    let first = fixtures::commit(
        fixtures::key("first"),
        &ledger,
        &StoredSession::default(),
        Vec::new(),
    );
    let begun = store.uncounted().commit(Arc::new(first)).await;
    begun.expect("the ledger begins");

    let ttl = Duration::from_secs(300);
    let instances =
        ["one", "two", "three"].map(|name| Instance::start(name, &store, &fresh(), ttl));
    let messages = (0..1_000).map(|n| {
        let instance = &instances[n % instances.len()];
        instance
            .service
            .accept(instance.message(&chat, "12.50 lunch"))
    });
    try_join_all(messages).await.expect("all are accepted");
    assert_eq!(store.calls("ledger"), 1);
    let census = store.uncounted().census().await.expect("a census");
    assert_eq!((census.ledgers, census.expenses), (1, 1_000));
    join_all(instances.map(Instance::end)).await;
}
