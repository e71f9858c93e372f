//! Rate limits by an exact sliding window, in memory or kept as state.

mod kept;
mod window;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;

pub use self::kept::KeptRateLimiter;
use self::window::Window;
use super::locked;
use super::steady::OnwardClock;
use crate::ports::clock::Clock;
use crate::ports::error::Result;
use crate::ports::rate::{Quota, RateLimiter, Take, Verdict};

/// After so many takes the buckets that count nothing any more are dropped.
const TAKES_PER_CLEANUP: u32 = 1_024;

/// [`RateLimiter`] in one process.
pub struct MemoryRateLimiter {
    inner: Mutex<Inner>,
    clock: OnwardClock,
}

#[derive(Default)]
struct Inner {
    windows: HashMap<String, Window>,
    takes: u32,
}

impl MemoryRateLimiter {
    /// Nothing has been taken yet.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            inner: Mutex::default(),
            clock: OnwardClock::over(clock),
        }
    }
}

#[async_trait]
impl RateLimiter for MemoryRateLimiter {
    async fn take(&self, take: &Take, quota: Quota) -> Result<Verdict> {
        let now = self.clock.now();
        let mut inner = locked(&self.inner);
        inner.takes += 1;
        if inner.takes >= TAKES_PER_CLEANUP {
            inner.takes = 0;
            inner.windows.retain(|_, window| !window.is_over(now));
        }
        // A sender's clock that runs ahead must not reserve the future.
        let at = take.at.map_or(now, |at| at.min(now));
        let window = inner.windows.entry(take.bucket.clone()).or_default();
        Ok(window.take(at, take.token.as_deref(), quota))
    }

    async fn restamp(&self, take: &Take, _: Quota) -> Result<()> {
        let now = self.clock.now();
        let mut inner = locked(&self.inner);
        if let (Some(token), Some(window)) = (&take.token, inner.windows.get_mut(&take.bucket)) {
            window.restamp(token, now);
        }
        Ok(())
    }
}
