//! A limit of one's own where the shared one can't be asked.

use std::sync::Arc;

use async_trait::async_trait;

use crate::ports::error::Result;
use crate::ports::rate::{Quota, RateLimiter, Take, Verdict};

/// Asks the limiter that all instances share and, where that fails, one of this process alone:
/// what protects against too much goes on protecting, each instance by itself. Where the shared
/// quota must never be exceeded, the shared limiter has to be asked without this.
pub struct StandInLimiter {
    shared: Arc<dyn RateLimiter>,
    own: Arc<dyn RateLimiter>,
}

impl StandInLimiter {
    /// The shared limiter, and the one that stands in for it.
    #[must_use]
    pub fn new(shared: Arc<dyn RateLimiter>, own: Arc<dyn RateLimiter>) -> Self {
        Self { shared, own }
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl RateLimiter for StandInLimiter {
    async fn take(&self, take: &Take, quota: Quota) -> Result<Verdict> {
        match self.shared.take(take, quota).await {
            Ok(verdict) => Ok(verdict),
            Err(_) => {
                metrics::counter!("rate_limits_stood_in_total").increment(1);
                self.own.take(take, quota).await
            }
        }
    }

    async fn restamp(&self, take: &Take, quota: Quota) -> Result<()> {
        match self.shared.restamp(take, quota).await {
            Ok(()) => Ok(()),
            Err(_) => self.own.restamp(take, quota).await,
        }
    }
}
