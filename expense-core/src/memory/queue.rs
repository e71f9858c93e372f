//! The queue in one process: the transport that waits for `publish` is the durable part of it.

mod lanes;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use metrics::Gauge;
use tokio::sync::{Notify, oneshot};

use self::lanes::{Ending, Lanes};
use super::locked;
use super::steady::SteadyClock;
use crate::conversation::event::Envelope;
use crate::domain::keys::UpdateKey;
use crate::domain::limits;
use crate::ports::clock::Clock;
use crate::ports::error::{Fault, PortError, Result};
use crate::ports::queue::{Buried, Delivery, DeliveryId, Settle, UpdateQueue};

/// [`UpdateQueue`] in one process: `publish` returns when its update is settled. What is brought
/// again meanwhile is not handled again. What is buried is remembered until the process ends. Shows
/// `queue_depth`.
pub struct MemoryQueue {
    lanes: Mutex<Lanes>,
    wake: Notify,
    clock: SteadyClock,
    depth: usize,
    shown: Gauge,
}

impl MemoryQueue {
    /// A queue in which at most [`limits::QUEUE_DEPTH`] updates wait.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self::with_depth(clock, limits::QUEUE_DEPTH)
    }

    /// A queue in which at most `depth` updates wait or are out.
    #[must_use]
    pub fn with_depth(clock: Arc<dyn Clock>, depth: usize) -> Self {
        Self {
            lanes: Mutex::default(),
            wake: Notify::new(),
            clock: SteadyClock::over(clock),
            depth,
            shown: metrics::gauge!("queue_depth"),
        }
    }

    fn show(&self, lanes: &Lanes) {
        self.shown
            .set(u32::try_from(lanes.depth()).unwrap_or(u32::MAX));
    }

    /// What is ready now, or how long until the next may be.
    fn ready(&self, limit: usize) -> std::result::Result<Vec<Delivery>, Option<Duration>> {
        let now = self.clock.now();
        let mut lanes = locked(&self.lanes);
        let deliveries = lanes.claim(limit, now);
        if deliveries.is_empty() {
            return Err(lanes
                .next_due()
                .map(|due| (due - now).to_std().unwrap_or_default()));
        }
        if lanes.has_ready() {
            self.wake.notify_one();
        }
        Ok(deliveries)
    }
}

#[async_trait]
impl UpdateQueue for MemoryQueue {
    async fn publish(&self, envelope: Envelope) -> Result<()> {
        let (done, settled) = oneshot::channel();
        {
            let mut lanes = locked(&self.lanes);
            if lanes.depth() >= self.depth {
                let busy = Fault::Busy { retry_after: None };
                return Err(PortError::new("queue", "publish", busy));
            }
            lanes.push(envelope, done);
            self.show(&lanes);
        }
        self.wake.notify_one();
        match settled.await {
            Ok(Ending::Done) => Ok(()),
            Ok(Ending::Buried) => Err(PortError::new("queue", "publish", Fault::Bug)),
            Err(_) => Err(PortError::new("queue", "publish", Fault::Unavailable)),
        }
    }

    async fn claim(&self, limit: usize, wait: Duration) -> Result<Vec<Delivery>> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let claimed = async {
            loop {
                match self.ready(limit) {
                    Ok(deliveries) => return deliveries,
                    Err(None) => self.wake.notified().await,
                    Err(Some(due)) => {
                        // A millisecond at the least: timers know nothing shorter.
                        let due = due.max(Duration::from_millis(1));
                        let _ = tokio::time::timeout(due, self.wake.notified()).await;
                    }
                }
            }
        };
        Ok(tokio::time::timeout(wait, claimed)
            .await
            .unwrap_or_default())
    }

    async fn settle(&self, id: DeliveryId, settle: Settle) -> Result<()> {
        let now = self.clock.now();
        {
            let mut lanes = locked(&self.lanes);
            lanes.settle(id, settle, now);
            self.show(&lanes);
        }
        self.wake.notify_one();
        Ok(())
    }

    async fn buried(&self, limit: usize) -> Result<Vec<Buried>> {
        Ok(locked(&self.lanes).buried(limit))
    }

    async fn revive(&self, key: &UpdateKey) -> Result<bool> {
        let (done, _) = oneshot::channel();
        let revived = {
            let mut lanes = locked(&self.lanes);
            let found = lanes.unearth(key);
            found.map(|envelope| lanes.push(envelope, done)).is_some()
        };
        self.wake.notify_one();
        Ok(revived)
    }
}
