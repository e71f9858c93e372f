//! The queue in front of a model.

use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use metrics::{Counter, Gauge, counter, gauge};
use tokio::sync::Semaphore;

use super::{Call, Policy};
use crate::ports::clock::Clock;
use crate::ports::error::{Fault, PortError, Result};
use crate::ports::rate::{Quota, RateLimiter, Take, Verdict};

/// By so much a period is stretched: a request that is long on its way must not fall into the
/// next period of a model that counts where it arrives. It costs less than a hundredth of a
/// minute's requests.
const ON_THE_WAY: Duration = Duration::from_millis(500);
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How much a model is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Requests of this process at a time, at least 1.
    pub at_once: usize,
    /// Requests of this process that wait, beyond those that are under way; more are refused.
    pub depth: usize,
    /// Requests within any minute, of all processes together, at least 1.
    pub per_minute: u32,
    /// Requests within any day, of all processes together; no limit when `None`.
    pub per_day: Option<u32>,
}

/// Makes requests wait for their turn: first come, first served, never more than the [`Pace`]
/// within any minute or day, and not noticeably less when enough wait. What exceeds the depth or
/// the day is `Fault::Busy` at once, for a fallback to deal with; so is everything while the model
/// itself asked to be left alone for longer than a minute.
///
/// It stands around whatever makes one request, inside `Retry`: every try is counted. As a policy
/// it is shared, so that all ports of a model keep to one pace. Counts
/// `<model>_quota_used` and shows `<model>_queue_depth` and the day's `<model>_quota_limit`.
pub struct RequestQueue {
    limiter: Arc<dyn RateLimiter>,
    clock: Arc<dyn Clock>,
    model: &'static str,
    pace: Pace,
    hands: Semaphore,
    inside: AtomicUsize,
    used: Counter,
    depth: Gauge,
    /// The day's requests are used up until then, by what has passed.
    closed: Mutex<Option<Duration>>,
}

impl RequestQueue {
    /// The queue in front of the model of this name, which its buckets and metrics bear.
    #[must_use]
    pub fn new(
        model: &'static str,
        pace: Pace,
        limiter: Arc<dyn RateLimiter>,
        clock: Arc<dyn Clock>,
    ) -> Arc<Self> {
        if let Some(day) = pace.per_day {
            gauge!(format!("{model}_quota_limit")).set(day);
        }
        Arc::new(Self {
            limiter,
            clock,
            model,
            pace,
            hands: Semaphore::new(pace.at_once.max(1)),
            inside: AtomicUsize::new(0),
            used: counter!(format!("{model}_quota_used")),
            depth: gauge!(format!("{model}_queue_depth")),
            closed: Mutex::default(),
        })
    }

    /// A place in the queue, unless it is full.
    fn enter(&self) -> std::result::Result<Place<'_>, Fault> {
        let place = Place(self);
        let before = self.inside.fetch_add(1, Ordering::SeqCst);
        self.show();
        if before >= self.pace.depth.saturating_add(self.pace.at_once.max(1)) {
            return Err(Fault::Busy { retry_after: None });
        }
        Ok(place)
    }

    fn show(&self) {
        let inside = self.inside.load(Ordering::SeqCst);
        let depth = u32::try_from(inside.saturating_sub(self.pace.at_once)).unwrap_or(u32::MAX);
        self.depth.set(depth);
    }

    /// Waits until one more request may be made, and counts it.
    async fn turn(&self, call: Call) -> Result<()> {
        let busy = |wait| {
            let retry_after = Some(wait);
            PortError::new(call.port, call.operation, Fault::Busy { retry_after })
        };
        loop {
            if let Some(wait) = self.closed_for() {
                return Err(busy(wait));
            }
            match self.take("minute", self.pace.per_minute, MINUTE).await? {
                Verdict::Allowed => break,
                Verdict::Limited { retry_after } => tokio::time::sleep(retry_after).await,
            }
        }
        let Some(per_day) = self.pace.per_day else {
            return Ok(());
        };
        match self.take("day", per_day, DAY).await? {
            Verdict::Allowed => Ok(()),
            Verdict::Limited { retry_after } => {
                self.close(retry_after);
                Err(busy(retry_after))
            }
        }
    }

    async fn take(&self, of: &str, burst: u32, period: Duration) -> Result<Verdict> {
        let take = Take {
            bucket: format!("{}/{of}", self.model),
            token: None,
            at: None,
        };
        let period = period + ON_THE_WAY;
        self.limiter.take(&take, Quota { burst, period }).await
    }

    fn closed_for(&self) -> Option<Duration> {
        let until = *self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = until?.saturating_sub(self.clock.steady());
        (!wait.is_zero()).then_some(wait)
    }

    /// Nobody asks the limiter about every request of a day that is over anyway.
    fn close(&self, wait: Duration) {
        let until = self.clock.steady().saturating_add(wait);
        *self.closed.lock().unwrap_or_else(PoisonError::into_inner) = Some(until);
    }
}

/// One request inside the queue, until it is dropped.
struct Place<'q>(&'q RequestQueue);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.inside.fetch_sub(1, Ordering::SeqCst);
        self.0.show();
    }
}

impl Policy for Arc<RequestQueue> {
    async fn run<T, F>(&self, call: Call, attempt: impl Fn() -> F + Send + Sync) -> Result<T>
    where
        T: Send,
        F: Future<Output = Result<T>> + Send,
    {
        let error = |fault| PortError::new(call.port, call.operation, fault);
        let _place = self.enter().map_err(error)?;
        let hand = self.hands.acquire().await;
        let _hand = hand.map_err(|closed| error(Fault::Bug).because(closed))?;
        self.turn(call).await?;
        self.used.increment(1);
        let result = attempt().await;
        if let Err(error) = &result
            && let Fault::Busy {
                retry_after: Some(wait),
            } = error.fault
            && wait > MINUTE
        {
            // Others use the model, too: their requests count against the same day.
            self.close(wait);
        }
        result
    }
}
