//! What must run once among many instances.

use std::time::Duration;

use async_trait::async_trait;

use super::error::Result;

/// Rises whenever a lease changes its holder: work that carries an older one is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fence(pub u64);

/// Gives a name to one holder at a time.
///
/// Promises: one holder at a time; taking again renews and keeps the fence; the fence rises when
/// the holder changes; an expired holder can't release its successor; time is the backend's.
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait Lease: Send + Sync {
    /// Takes or renews it for `ttl`; `None` while somebody else holds it.
    async fn take(&self, name: &str, holder: &str, ttl: Duration) -> Result<Option<Fence>>;
    /// Gives it back, if `holder` still holds it.
    async fn release(&self, name: &str, holder: &str) -> Result<()>;
}
