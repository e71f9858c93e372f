//! Shared copies of sessions.

use std::time::Duration;

use async_trait::async_trait;

use super::error::Result;

/// A value's version under its key: never used again for that key, not even after expiry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u64);

/// A value with its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versioned {
    /// Its version.
    pub version: Version,
    /// The value.
    pub value: Vec<u8>,
}

/// What came of saving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// It was saved under this version.
    Done(Version),
    /// Somebody else saved since `seen`.
    Lost,
}

/// Keeps a copy of what the store knows, for every instance. It may be behind or gone: the
/// commit, which names the version that it was computed from, is the truth.
///
/// Promises: racing saves have one winner; expired equals absent; a version is never used again,
/// not even after expiry or `clear`.
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait StateStore: Send + Sync {
    /// The value, unless it expired.
    async fn load(&self, key: &str) -> Result<Option<Versioned>>;
    /// Saves if the version is still `seen` (`None`: there is nothing), for at most `ttl`.
    async fn save(
        &self,
        key: &str,
        seen: Option<Version>,
        value: &[u8],
        ttl: Duration,
    ) -> Result<Saved>;
    /// Removes the value if its version is still `seen`; `Lost` otherwise.
    async fn clear(&self, key: &str, seen: Version) -> Result<Saved>;
}
