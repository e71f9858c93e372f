//! A clock that goes with the simulated time of a paused runtime.

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
}
