//! Where the database is and how it is used.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use expense_core::memory::clock::SystemClock;
use expense_core::ports::clock::Clock;
use secrecy::{ExposeSecret, SecretString};

/// Commits that are written in one transaction at most.
pub(crate) const BATCH: usize = 256;
/// So many are written together even if another writer could take some of them.
pub(crate) const FEW: usize = 16;
/// Commits that wait to be written at most; further callers wait for a place.
pub(crate) const WAITING: usize = 8 * BATCH;
/// Ledgers whose counters one process remembers.
pub(crate) const HEADS: usize = 20_000;

/// How a store is opened.
#[derive(Clone)]
pub struct Config {
    url: SecretString,
    /// Connections at most, for reading and writing together (25): at least one more than writers.
    pub max_connections: u32,
    /// Connections that are kept open (2).
    pub min_connections: u32,
    /// Batches of commits that are written at the same time, each on a connection of its own (2).
    pub writers: usize,
    /// How long to wait for a connection, a free one or a new one (5 s).
    pub acquire_timeout: Duration,
    /// How long one statement may take (10 s).
    pub statement_timeout: Duration,
    /// How long a statement may wait for another's lock (5 s).
    pub lock_timeout: Duration,
    /// The clock that claims and shared copies run out by.
    pub clock: Arc<dyn Clock>,
}

impl Config {
    /// The usual settings for the database at this URL,
    /// `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=…`, with libpq's parameters.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: SecretString::from(url.into()),
            max_connections: 25,
            min_connections: 2,
            writers: 2,
            acquire_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(10),
            lock_timeout: Duration::from_secs(5),
            clock: Arc::new(SystemClock),
        }
    }

    pub(crate) fn url(&self) -> &str {
        self.url.expose_secret()
    }

    /// How long an answer is waited for: the server itself gives up before.
    pub(crate) fn patience(&self) -> Duration {
        self.statement_timeout + Duration::from_secs(2)
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("max_connections", &self.max_connections)
            .field("min_connections", &self.min_connections)
            .finish_non_exhaustive()
    }
}
