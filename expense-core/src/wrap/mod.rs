//! Decorators: a port around a port. Each passes the suite of the port that it wraps.
//!
//! A [`Policy`] says how one call is run; [`Wrapped`] runs every method of a port by it.
//! [`Retry`](retry::Retry), [`Timeout`](timeout::Timeout), [`Meter`](meter::Meter),
//! [`Allowance`](quota::Allowance), [`Breaker`](breaker::Breaker) and
//! [`RequestQueue`](queue::RequestQueue) fit every port here.
//! What needs to understand the answers is a type of its own:
//! [`ForgivingCache`](forgiving::ForgivingCache), [`CachedOcr`](cached::CachedOcr),
//! [`CachedCategorizer`](categories::CachedCategorizer), [`FallbackOcr`](fallback::FallbackOcr),
//! [`CachedRates`](cached_rates::CachedRates), [`StandInLimiter`](stand_in::StandInLimiter),
//! [`Replica`](replica::Replica).
//!
//! # The order of layers
//!
//! The innermost is made first. Right, each try has its time and the whole is counted once:
//!
//! ```
//! use std::{sync::Arc, time::Duration};
//! use expense_core::memory::{clock::SystemClock, store::MemoryStore};
//! use expense_core::ports::store::ExpenseStore;
//! use expense_core::wrap::{Wrapped, meter::Meter, retry::Retry, timeout::Timeout};
//!
//! let clock = Arc::new(SystemClock);
//! let store: Arc<dyn ExpenseStore> = Arc::new(MemoryStore::new(clock.clone()));
//! let store = Arc::new(Wrapped::store(store, Timeout(Duration::from_secs(5))));
//! let store = Arc::new(Wrapped::store(store, Retry::default()));
//! let store = Arc::new(Wrapped::store(store, Meter::new(clock)));
//! ```
//!
//! Wrong: `Timeout` around `Retry`. One slow try then uses up the time of all of them, and a
//! wait that the other side asked for (`Busy { retry_after }`) counts as its failure:
//!
//! ```
//! # use std::{sync::Arc, time::Duration};
//! # use expense_core::memory::{clock::SystemClock, store::MemoryStore};
//! # use expense_core::ports::store::ExpenseStore;
//! # use expense_core::wrap::{Wrapped, retry::Retry, timeout::Timeout};
//! # let clock = Arc::new(SystemClock);
//! # let store: Arc<dyn ExpenseStore> = Arc::new(MemoryStore::new(clock));
//! let store = Arc::new(Wrapped::store(store, Retry::default()));
//! let store = Arc::new(Wrapped::store(store, Timeout(Duration::from_secs(5)))); // too late
//! ```
//!
//! For a model that reads, from the inside: `Timeout` (one request), `RequestQueue` (every try
//! waits for its turn and costs the quota; one queue for all ports of the model), `Retry`, `Meter`
//! (one a reader), then `FallbackOcr` over the readers, and `CachedOcr` outside, where a known
//! image costs nothing at all:
//!
//! ```text
//! gemini      = RequestQueue { at_once, depth, per_minute, per_day }
//! ocr         = CachedOcr( FallbackOcr( Meter( Retry( gemini( Timeout( Gemini )))), Meter( Timeout( Local ))))
//! speech      = Meter( Retry( gemini( Timeout( Gemini ))))
//! categorizer = CachedCategorizer( Meter( Retry( gemini( Timeout( Gemini )))))
//! ```
//!
//! `Timeout` around `RequestQueue` would count the wait for its turn as the model's failure, and
//! `RequestQueue` around `Retry` would let tries pass that nobody counted. When the day is used
//! up the queue answers `Busy` with hours to wait: `Retry` does not wait that long, and
//! `FallbackOcr` turns to the local reader.
//!
//! For exchange rates: `Timeout`, `Retry`, `CachedRates`, `Meter`.
//!
//! For what instances share on one server: one `Breaker` for all its ports, whose adapter has a
//! time limit of its own; then `Meter`; `ForgivingCache` around the cache, and `StandInLimiter`
//! around the limiter of people. A model's queue gets the limiter without it: what can't be
//! counted by all must not be spent by one. Leases have no breaker: nobody waits for them.
//!
//! For a store with copies that are read from, each read is counted once and only the primary is
//! tried again, since a copy that fails has the primary behind it:
//!
//! ```text
//! store = Meter( Replica { primary: Retry( Postgres ), copies } )
//! ```

pub mod breaker;
pub mod cached;
pub mod cached_rates;
pub mod categories;
pub mod fallback;
mod flights;
pub mod forgiving;
pub mod meter;
mod ports;
pub mod queue;
pub mod quota;
pub mod replica;
pub mod retry;
pub mod stand_in;
pub mod timeout;

use std::future::Future;
use std::sync::Arc;

use crate::ports::error::Result;

/// Which call a policy runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// The port, as its errors name it.
    pub port: &'static str,
    /// The operation.
    pub operation: &'static str,
}

/// How a call to a port is run.
pub trait Policy: Send + Sync {
    /// Runs the call: once, several times, or not at all.
    ///
    /// # Errors
    ///
    /// Those of the call, and the policy's own.
    fn run<T, F>(
        &self,
        call: Call,
        attempt: impl Fn() -> F + Send + Sync,
    ) -> impl Future<Output = Result<T>> + Send
    where
        T: Send,
        F: Future<Output = Result<T>> + Send;
}

/// A port whose every method is run by a policy.
pub struct Wrapped<P: ?Sized, W> {
    inner: Arc<P>,
    policy: W,
}
