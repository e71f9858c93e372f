//! Where everything comes together: which adapter stands behind which port, and which
//! decorators stand around it. Decorators are read from the inside out.

use std::sync::Arc;
use std::time::Duration;

use expense_console::{Console, Files, Setup};
use expense_core::conversation::decision::Policy;
use expense_core::memory::cache::MemoryCache;
use expense_core::memory::lease::MemoryLease;
use expense_core::memory::queue::MemoryQueue;
use expense_core::memory::rate::MemoryRateLimiter;
use expense_core::memory::state::MemoryState;
use expense_core::memory::store::MemoryStore;
use expense_core::ports::clock::Clock;
use expense_core::ports::rate::Quota;
use expense_core::service::{Options, Ports};

use crate::config::Config;
use crate::error::Failure;

/// Sessions and notes that are kept in memory: one chat needs few.
const COPIES: usize = 1_000;
/// Receipts that are read at a time: one keeps both cores of a small machine busy.
const READERS: usize = 1;
/// Tasks that handle updates.
const WORKERS: usize = 2;

/// The store that is configured, ready to be used.
pub(crate) async fn store(
    _config: &Config,
    clock: Arc<dyn Clock>,
) -> Result<Arc<MemoryStore>, Failure> {
    Ok(Arc::new(MemoryStore::new(clock)))
}

/// How the console is set up. What it remembers of messages belongs to the database.
pub(crate) fn console(config: &Config, json: bool) -> Setup {
    Setup {
        json,
        history: config.data.join("history"),
        messages: config.database.with_extension("console.json"),
        files: config.data.join("files"),
        home: config.home.clone(),
    }
}

/// Everything outside the service, for one person on one machine.
pub(crate) fn ports(
    _config: &Config,
    store: Arc<MemoryStore>,
    clock: Arc<dyn Clock>,
    console: Arc<Console>,
) -> Ports {
    Ports {
        jobs: store.clone(),
        store,
        states: Arc::new(MemoryState::new(clock.clone(), COPIES)),
        cache: Arc::new(MemoryCache::new(clock.clone(), COPIES)),
        queue: Arc::new(MemoryQueue::new(clock.clone())),
        limiter: Arc::new(MemoryRateLimiter::new(clock.clone())),
        lease: Arc::new(MemoryLease::new(clock.clone())),
        attachments: Arc::new(Files),
        ocr: None,
        messenger: console,
        clock,
    }
}

/// What is configured about conversations.
pub(crate) fn options(config: &Config) -> Options {
    Options {
        defaults: config.at_this_machine(),
        policy: Policy {
            draft_ttl: config.draft_ttl,
        },
        // Nobody needs protection from themselves on their own terminal, unless they say so.
        quota: config.rate.filter(|burst| *burst > 0).map(|burst| Quota {
            burst,
            period: Duration::from_secs(60),
        }),
        readers: READERS,
        workers: WORKERS,
        instance: "console".to_owned(),
    }
}
