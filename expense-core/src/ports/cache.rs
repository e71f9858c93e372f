//! Values that may be forgotten.

use std::time::Duration;

use async_trait::async_trait;

use super::error::Result;

/// Keeps values for a while.
///
/// Promises: may forget at any time; never returns another key's bytes; a value is gone after
/// its time; `forget` is seen by every later `get`. Its callers treat an error as a miss: a
/// failing cache never fails a request.
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait Cache: Send + Sync {
    /// The value, if it is still there.
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>>;
    /// Keeps the value for at most `ttl`.
    async fn put(&self, key: &str, value: &[u8], ttl: Duration) -> Result<()>;
    /// Drops the value.
    async fn forget(&self, key: &str) -> Result<()>;
}
