//! The simulated time of a paused runtime: a clock that goes with it, and a way to stop it.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

use crate::ports::clock::Clock;

/// Shows how far the runtime's time has gone since it was made. Under
/// `tokio::time::pause` that is simulated time, so that every run sees the same.
#[derive(Debug)]
pub struct SimulatedClock {
    began: DateTime<Utc>,
    at: Instant,
}

impl SimulatedClock {
    /// A clock that shows `began` now.
    #[must_use]
    pub fn beginning(began: DateTime<Utc>) -> Self {
        let at = Instant::now();
        Self { began, at }
    }
}

impl Clock for SimulatedClock {
    fn now(&self) -> DateTime<Utc> {
        let gone = Duration::from_micros(u64::try_from(self.at.elapsed().as_micros()).unwrap_or(0));
        self.began + TimeDelta::from_std(gone).unwrap_or_default()
    }

    fn steady(&self) -> Duration {
        self.at.elapsed()
    }
}

/// Keeps simulated time from passing until it is dropped. A paused runtime jumps to its next
/// timer whenever it has nothing to do; it does not know that a thread outside is at work.
#[derive(Debug)]
pub struct Standstill {
    _end: std::sync::mpsc::Sender<()>,
}

impl Standstill {
    /// Time stands still from now on. Only within a runtime.
    #[must_use]
    pub fn begin() -> Self {
        let (end, ended) = std::sync::mpsc::channel();
        // The runtime does not jump while one of its own blocking tasks runs.
        tokio::task::spawn_blocking(move || {
            let _ = ended.recv();
        });
        Self { _end: end }
    }
}
