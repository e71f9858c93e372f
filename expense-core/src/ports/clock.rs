//! Time.

use std::time::Duration;

use chrono::{DateTime, Utc};

/// Tells the time. The only way by which anything learns it.
///
/// Promises: never a fraction of a microsecond of [`now`](Self::now), since no database keeps one;
/// [`steady`](Self::steady) never goes back.
#[cfg_attr(feature = "testing", mockall::automock)]
pub trait Clock: Send + Sync {
    /// The time now. Whoever looks after the machine may set it, by hours if need be.
    fn now(&self) -> DateTime<Utc>;
    /// How much time has passed since some moment, whatever the clock was set to meanwhile. What is
    /// waited for within one process goes by this.
    fn steady(&self) -> Duration;
}
