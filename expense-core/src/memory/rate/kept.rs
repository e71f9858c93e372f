//! Windows that are kept as state, for all who share it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::window::Window;
use crate::memory::steady::OnwardClock;
use crate::ports::clock::Clock;
use crate::ports::error::{Fault, PortError, Result};
use crate::ports::rate::{Quota, RateLimiter, Take, Verdict};
use crate::ports::state::{Saved, StateStore};

/// How often a take is tried again because somebody else took first.
const ROUNDS: usize = 100;
/// Nothing is kept for less: clocks differ.
const SHORTEST: Duration = Duration::from_secs(60);

/// [`RateLimiter`] over a state store: those who share that share their limits.
///
/// A take reads and writes all that a bucket counts, some thirty bytes for each take of two
/// periods. That is meant for what is seldom and counts for long, as requests to a model do, and
/// not for every message. Where the state store forgets, all is counted anew.
pub struct KeptRateLimiter {
    states: Arc<dyn StateStore>,
    clock: OnwardClock,
}

impl KeptRateLimiter {
    /// Goes on from what is kept there.
    #[must_use]
    pub fn new(states: Arc<dyn StateStore>, clock: Arc<dyn Clock>) -> Self {
        let clock = OnwardClock::over(clock);
        Self { states, clock }
    }

    /// Has the window of this bucket changed, again and again until nobody else changed it
    /// meanwhile. What it says not to have changed is not written.
    async fn change<T>(
        &self,
        operation: &'static str,
        take: &Take,
        quota: Quota,
        change: impl Fn(&mut Window) -> (T, bool) + Send,
    ) -> Result<T> {
        let key = format!("rate/{}", take.bucket);
        let failed = |fault| PortError::new("rate", operation, fault);
        for _ in 0..ROUNDS {
            let found = self.states.load(&key).await?;
            let seen = found.as_ref().map(|found| found.version);
            let mut window = match found {
                Some(found) => serde_json::from_slice(&found.value)
                    .map_err(|error| failed(Fault::Corrupt).because(error))?,
                None => Window::default(),
            };
            let (value, changed) = change(&mut window);
            if !changed {
                return Ok(value);
            }
            let window = serde_json::to_vec(&window);
            let window = window.map_err(|error| failed(Fault::Bug).because(error))?;
            let kept = quota.period.saturating_mul(2).max(SHORTEST);
            match self.states.save(&key, seen, &window, kept).await? {
                Saved::Done(_) => return Ok(value),
                Saved::Lost => {}
            }
        }
        Err(failed(Fault::Busy { retry_after: None }))
    }
}

#[async_trait]
impl RateLimiter for KeptRateLimiter {
    async fn take(&self, take: &Take, quota: Quota) -> Result<Verdict> {
        let now = self.clock.now();
        // A sender's clock that runs ahead must not reserve the future.
        let at = take.at.map_or(now, |at| at.min(now));
        let token = take.token.as_deref();
        let taken = self.change("take", take, quota, |window| {
            let verdict = window.take(at, token, quota);
            (verdict, verdict == Verdict::Allowed || token.is_some())
        });
        taken.await
    }

    async fn restamp(&self, take: &Take, quota: Quota) -> Result<()> {
        let Some(token) = &take.token else {
            return Ok(());
        };
        let now = self.clock.now();
        let stamped = self.change("restamp", take, quota, |window| {
            window.restamp(token, now);
            ((), !window.is_over(now))
        });
        stamped.await
    }
}
