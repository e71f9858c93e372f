//! The machine's clock, and one that is set by hand.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, Utc};

use crate::ports::clock::Clock;

/// Since when the machine's clock is looked at.
static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// The machine's clock, in whole microseconds. The only place that asks for it.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }

    fn steady(&self) -> Duration {
        BEGAN.elapsed()
    }
}

/// A clock that stands still until it is moved: for tests and simulations.
#[derive(Debug)]
pub struct ManualClock {
    micros: AtomicI64,
    passed: AtomicU64,
}

impl ManualClock {
    /// A clock that shows this instant, cut to microseconds.
    #[must_use]
    pub fn at(instant: DateTime<Utc>) -> Self {
        Self {
            micros: AtomicI64::new(instant.timestamp_micros()),
            passed: AtomicU64::new(0),
        }
    }

    /// Time passes, cut to microseconds.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        self.micros.fetch_add(by, Ordering::SeqCst);
        self.passed.fetch_add(by.unsigned_abs(), Ordering::SeqCst);
    }

    /// Time passes until this instant; none where it is over.
    pub fn reach(&self, instant: DateTime<Utc>) {
        self.advance((instant - self.now()).to_std().unwrap_or_default());
    }

    /// Sets it, backwards if need be, as somebody does who looks after a machine: no time passes.
    pub fn set(&self, instant: DateTime<Utc>) {
        self.micros
            .store(instant.timestamp_micros(), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        from_micros(self.micros.load(Ordering::SeqCst))
    }

    fn steady(&self) -> Duration {
        Duration::from_micros(self.passed.load(Ordering::SeqCst))
    }
}

fn from_micros(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or(DateTime::<Utc>::MAX_UTC)
}
