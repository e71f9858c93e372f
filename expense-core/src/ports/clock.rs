//! Time.

use chrono::{DateTime, Utc};

/// Tells the time. The only way by which anything learns it.
///
/// Promises: never a fraction of a microsecond, since no database keeps one.
#[cfg_attr(feature = "testing", mockall::automock)]
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> DateTime<Utc>;
}
