//! An allowance that is shared by all instances.

use std::future::Future;
use std::sync::Arc;

use super::{Call, Policy};
use crate::ports::error::{Fault, PortError, Result};
use crate::ports::rate::{Quota, RateLimiter, Take, Verdict};

/// Takes one from a bucket before every call; when it is empty, the call is not made and the
/// answer is `Fault::Busy` with the time until it may be. Of two allowances the scarcer one
/// stands outside, so that what it refuses costs the other nothing.
pub struct Allowance {
    limiter: Arc<dyn RateLimiter>,
    bucket: String,
    quota: Quota,
}

impl Allowance {
    /// This quota of this bucket.
    #[must_use]
    pub fn new(limiter: Arc<dyn RateLimiter>, bucket: impl Into<String>, quota: Quota) -> Self {
        Self {
            limiter,
            bucket: bucket.into(),
            quota,
        }
    }
}

impl Policy for Allowance {
    async fn run<T, F>(&self, call: Call, attempt: impl Fn() -> F + Send + Sync) -> Result<T>
    where
        T: Send,
        F: Future<Output = Result<T>> + Send,
    {
        let take = Take {
            bucket: self.bucket.clone(),
            token: None,
            at: None,
        };
        match self.limiter.take(&take, self.quota).await? {
            Verdict::Allowed => attempt().await,
            Verdict::Limited { retry_after } => {
                let retry_after = Some(retry_after);
                let busy = Fault::Busy { retry_after };
                Err(PortError::new(call.port, call.operation, busy))
            }
        }
    }
}
