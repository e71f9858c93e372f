//! Reference adapters, always compiled: the readable definition of each contract.
//!
//! All of them live in one process and need nothing beside it. [`books`] is the heart of the
//! store without async. What every store does the same, whatever it writes to, stands here for
//! all of them: [`plan`] computes what a commit comes to, [`column`](mod@column) and [`row`] turn
//! values into what is kept of them and back, [`record`] says what a store holds altogether.

pub mod attachments;
pub mod books;
pub mod cache;
pub mod categorizer;
pub mod clock;
pub mod column;
mod expiring;
pub mod fx;
pub mod in_process;
pub mod lease;
pub mod messenger;
pub mod ocr;
pub mod plan;
pub mod queue;
pub mod rate;
pub mod record;
pub mod replica;
pub mod row;
pub mod speech;
pub mod state;
pub mod steady;
pub mod store;
pub mod wake;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// What is behind the lock. Nobody panics while holding one of ours, so that a poisoned one is
/// whole.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The instant so long after another, or the end of time.
#[must_use]
pub fn later(instant: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(by)
        .ok()
        .and_then(|by| instant.checked_add_signed(by))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// The instant so long before another, or the beginning of time.
#[must_use]
pub fn earlier(instant: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(by)
        .ok()
        .and_then(|by| instant.checked_sub_signed(by))
        .unwrap_or(DateTime::<Utc>::MIN_UTC)
}
