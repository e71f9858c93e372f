//! Everything that one process needs beside its store and its transport.

use std::sync::Arc;

use super::cache::MemoryCache;
use super::lease::MemoryLease;
use super::queue::MemoryQueue;
use super::rate::MemoryRateLimiter;
use super::state::MemoryState;
use crate::domain::limits;
use crate::ports::attachments::Attachments;
use crate::ports::clock::Clock;
use crate::ports::jobs::Jobs;
use crate::ports::messenger::Messenger;
use crate::ports::store::ExpenseStore;
use crate::service::Ports;

/// The ports of a service that lives in one process: this store, this transport, and for the
/// rest the reference adapters. Without any reader; set `ocr`, `speech` and `categorizer` to have
/// them.
#[must_use]
pub fn in_process<S: ExpenseStore + Jobs + 'static>(
    store: Arc<S>,
    messenger: Arc<dyn Messenger>,
    attachments: Arc<dyn Attachments>,
    clock: Arc<dyn Clock>,
) -> Ports {
    let states = Arc::new(MemoryState::new(clock.clone(), limits::COPIES));
    Ports {
        jobs: store.clone(),
        store,
        common: states.clone(),
        states,
        cache: Arc::new(MemoryCache::new(clock.clone(), limits::COPIES)),
        wake: None,
        queue: Arc::new(MemoryQueue::new(clock.clone())),
        limiter: Arc::new(MemoryRateLimiter::new(clock.clone())),
        lease: Arc::new(MemoryLease::new(clock.clone())),
        attachments,
        ocr: None,
        fx: None,
        speech: None,
        categorizer: None,
        messenger,
        clock,
    }
}
