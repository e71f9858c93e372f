//! One suite a port: every promise of a contract is a case of the same name.
//!
//! An adapter proves itself in one line, with a function that makes a fresh one:
//!
//! ```
//! use std::sync::Arc;
//!
//! use expense_core::memory::{clock::ManualClock, lease::MemoryLease};
//! use expense_core::ports::lease::Lease;
//! use expense_core::testing::{conformance::Bench, fixtures::noon};
//!
//! async fn fresh_lease() -> Bench<dyn Lease> {
//!     let clock = Arc::new(ManualClock::at(noon()));
//!     let lease: Arc<dyn Lease> = Arc::new(MemoryLease::new(clock.clone()));
//!     Bench::new(lease).with_clock(clock)
//! }
//!
//! expense_core::lease_conformance!(fresh_lease);
//! ```
//!
//! The macros need `tokio` with `macros` and `rt-multi-thread` among the dev-dependencies of
//! the crate that calls them. There are no flags: all of it passes, or it is not an adapter.

use std::any::Any;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::domain::keys::ChatKey;
use crate::memory::clock::ManualClock;
use crate::testing::fixtures;

pub mod attachments;
pub mod cache;
pub mod categorizer;
pub mod clock;
pub mod database;
pub mod frontend;
pub mod fx;
pub mod jobs;
pub mod lease;
pub mod messenger;
pub mod ocr;
pub mod queue;
pub mod rate;
pub mod replica;
pub mod speech;
pub mod state;
pub mod store;
pub mod wake;

/// A fresh adapter under proof, with what the cases need beside it.
pub struct Bench<P: ?Sized> {
    port: Arc<P>,
    other: Arc<P>,
    clock: Option<Arc<ManualClock>>,
    chat: ChatKey,
    kept: Vec<Box<dyn Any + Send + Sync>>,
}

impl<P: ?Sized> Bench<P> {
    /// A bench with one instance. Without a clock, cases about time really wait.
    #[must_use]
    pub fn new(port: Arc<P>) -> Self {
        Self {
            other: Arc::clone(&port),
            port,
            clock: None,
            chat: fixtures::chat("anna"),
            kept: Vec::new(),
        }
    }

    /// With another instance on the same data, as another process would be.
    #[must_use]
    pub fn with_other(mut self, other: Arc<P>) -> Self {
        self.other = other;
        self
    }

    /// With the clock that the adapter goes by.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<ManualClock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// With this chat, where the adapter does not know that of the fixtures.
    #[must_use]
    pub fn in_chat(mut self, chat: ChatKey) -> Self {
        self.chat = chat;
        self
    }

    /// With something that must live as long, such as a directory.
    #[must_use]
    pub fn keeping(mut self, kept: impl Any + Send + Sync) -> Self {
        self.kept.push(Box::new(kept));
        self
    }

    /// The adapter.
    #[must_use]
    pub fn port(&self) -> Arc<P> {
        Arc::clone(&self.port)
    }

    /// Another instance on the same data; the same one where there is but one.
    #[must_use]
    pub fn other(&self) -> Arc<P> {
        Arc::clone(&self.other)
    }

    /// The chat where things happen.
    #[must_use]
    pub fn chat(&self) -> &ChatKey {
        &self.chat
    }

    /// One of both instances by turns, for races.
    #[must_use]
    pub fn nth(&self, n: usize) -> Arc<P> {
        if n.is_multiple_of(2) {
            self.port()
        } else {
            self.other()
        }
    }

    /// Lets time pass for the adapter.
    pub async fn elapse(&self, by: Duration) {
        match &self.clock {
            Some(clock) => clock.advance(by),
            None => tokio::time::sleep(by).await,
        }
    }
}

/// Runs them all at the same time and gathers what they come to, in no order.
pub async fn race<F>(runners: impl IntoIterator<Item = F>) -> Vec<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let mut running: JoinSet<F::Output> = runners.into_iter().collect();
    let mut results = Vec::new();
    while let Some(result) = running.join_next().await {
        results.push(result.expect("no runner panics"));
    }
    results
}

/// Expands every case of a suite to a test of its name.
#[doc(hidden)]
#[macro_export]
macro_rules! __conformance {
    ($fresh:path; $suite:ident { $($case:ident),* $(,)? }) => {
        $(
            #[::tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                $crate::testing::conformance::$suite::$case($fresh().await).await;
            }
        )*
    };
}
