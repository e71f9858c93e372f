//! Where the file is and how it is used.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use expense_core::memory::clock::SystemClock;
use expense_core::ports::clock::Clock;

/// Commits that are written in one transaction at most.
pub(crate) const BATCH: usize = 512;
/// Commits that wait for the writer at most; further callers wait for a place.
pub(crate) const WAITING: usize = 4 * BATCH;

/// How a store is opened.
#[derive(Clone)]
pub struct Config {
    /// The file. It and its folder are made when they are missing, readable by their owner alone.
    pub path: PathBuf,
    /// How long to wait while another program writes to the file (5 s).
    pub busy_timeout: Duration,
    /// Connections for reading, opened when they are needed (2).
    pub readers: u32,
    /// The clock that claims and shared copies run out by.
    pub clock: Arc<dyn Clock>,
}

impl Config {
    /// The usual settings for this file.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            busy_timeout: Duration::from_secs(5),
            readers: 2,
            clock: Arc::new(SystemClock),
        }
    }
}
