//! Waking the processes that look for work in the store.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::jobs::JobKind;

/// Tells all processes that share a store that there is work in it: a reading or a suggestion that
/// any of them may do, a parked reply that none of them may overtake.
///
/// Promises: whoever listens hears what is rung from then on, also in other processes; ringing
/// waits for nobody and never fails. The store stays the truth: what is not heard costs only the
/// wait for the next regular look.
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait Wake: Send + Sync {
    /// There is work of this kind, from this instant on.
    fn ring(&self, kind: JobKind, from: DateTime<Utc>);
    /// The next that is rung for. It listens from the first call on.
    async fn heard(&self) -> (JobKind, DateTime<Utc>);
}
