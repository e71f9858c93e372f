//! How often something may be done.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::error::Result;

/// How much is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// How many within the period, all at once if need be. At least 1.
    pub burst: u32,
    /// The period.
    pub period: Duration,
}

/// What is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Take {
    /// Whose allowance, for example a kind of work and a person.
    pub bucket: String,
    /// Once per token: what comes again gets the verdict that it got before. `None` always
    /// counts.
    pub token: Option<String>,
    /// When it was asked for; the backend's time when `None`. A backlog counts by when it was
    /// sent, not by when it is worked off.
    pub at: Option<DateTime<Utc>>,
}

/// Whether it may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// It may.
    Allowed,
    /// It may not, before this time has passed since it was asked for.
    Limited {
        /// How long: taking then is allowed if nobody else takes before.
        retry_after: Duration,
    },
}

/// Counts what is done.
///
/// Promises: never more than the burst within any stretch of one period, under concurrency and
/// across instances; `retry_after` is honest; a refused take does not count; a token counts once
/// within a period. Takes may come out of order: one that is older than a period before the
/// newest of its bucket counts as of then, and one from the future counts as of now. What took
/// effect later than it was taken can be counted from then on: then the burst holds where it
/// arrives, however long it was on its way.
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait RateLimiter: Send + Sync {
    /// Takes one from the bucket.
    async fn take(&self, take: &Take, quota: Quota) -> Result<Verdict>;
    /// What was taken like this, with this token and this quota, counts as of now. Nothing
    /// happens where it is not known (any more), or has no token.
    async fn restamp(&self, take: &Take, quota: Quota) -> Result<()>;
}
