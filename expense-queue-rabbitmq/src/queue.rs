//! The queue itself.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use expense_core::conversation::event::Envelope;
use expense_core::domain::keys::UpdateKey;
use expense_core::domain::limits;
use expense_core::memory::later;
use expense_core::ports::clock::Clock;
use expense_core::ports::error::Result;
use expense_core::ports::queue::{Buried, Delivery, DeliveryId, Settle, UpdateQueue};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::desk::Settled;
use crate::error::{Failure, OpenError};
use crate::grave;
use crate::message::{self, Notes};
use crate::publisher::Message;
use crate::shared::{Shared, Waiting, locked};
use crate::worker;

/// Why an update is buried that nobody could do.
const WORN_OUT: &str = "it failed too often";
/// Why an update is buried that nobody came back with.
const LOST: &str = "its workers never came back";

/// [`UpdateQueue`] on RabbitMQ, for any number of processes.
///
/// It connects when it is first used, and again whenever it has to.
pub struct RabbitQueue {
    shared: Arc<Shared>,
    worker: Mutex<Option<JoinHandle<()>>>,
    work_ends: CancellationToken,
    all_ends: CancellationToken,
}

impl RabbitQueue {
    /// Looks at the settings alone: connections are made when they are needed, so that a program
    /// starts although its broker is not there. Needs a Tokio runtime around it.
    ///
    /// # Errors
    ///
    /// What is wrong with the settings.
    pub fn open(config: &Config, clock: Arc<dyn Clock>) -> std::result::Result<Self, OpenError> {
        let all_ends = CancellationToken::new();
        let shared = Shared::new(config, clock, &all_ends)?;
        Ok(Self {
            work_ends: shared.dropped.child_token(),
            shared: Arc::new(shared),
            worker: Mutex::default(),
            all_ends,
        })
    }

    /// Asks whether the broker is there, lets us in and has what is needed, and makes the queues.
    ///
    /// # Errors
    ///
    /// What keeps it from working.
    pub async fn check(&self) -> std::result::Result<Waiting, OpenError> {
        self.shared.waiting().await.map_err(Failure::opening)
    }

    /// Whether the broker is there; its queues are not looked at.
    pub async fn is_reachable(&self) -> bool {
        self.shared.consuming.connection().await.is_ok()
    }

    /// What waits.
    ///
    /// # Errors
    ///
    /// Those of the broker.
    pub async fn waiting(&self) -> Result<Waiting> {
        let waiting = self.shared.waiting().await;
        waiting.map_err(|failure| failure.during("waiting"))
    }

    /// Ends its part of the work: what is out is waited for, half a minute at most, then everything
    /// else goes back to the broker.
    pub async fn close(&self) {
        self.work_ends.cancel();
        let worker = locked(&self.worker).take();
        if let Some(worker) = worker {
            // Its panic was logged where it happened.
            let _ = worker.await;
        }
        self.all_ends.cancel();
        self.shared.consuming.close().await;
        self.shared.publishing.close().await;
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Takes part in the work from now on.
    fn join(&self) {
        *locked(&self.shared.claimed) = Instant::now();
        let mut worker = locked(&self.worker);
        if worker.is_none() && !self.work_ends.is_cancelled() {
            let work = worker::work(Arc::clone(&self.shared), self.work_ends.clone());
            *worker = Some(tokio::spawn(work));
        }
        self.shared.joined.notify_one();
    }

    async fn bury(&self, id: DeliveryId, reason: &str) -> std::result::Result<(), Failure> {
        let Some(corpse) = self.shared.desk().corpse(id) else {
            return Ok(());
        };
        let notes = Notes {
            reason: Some(reason.to_owned()),
            sequence: None,
            ..corpse.notes
        };
        let body = message::body(&corpse.envelope)?;
        let message = Message::to_queue(self.shared.names.dead(), body, notes.write());
        self.shared.publisher.publish(message).await?;
        self.finish(id);
        Ok(())
    }

    fn finish(&self, id: DeliveryId) {
        let now = self.shared.clock.now();
        let settled = {
            let mut desk = self.shared.desk();
            let settled = desk.finish(id, now);
            self.shared.tell(&mut desk);
            settled
        };
        self.shared.settled.notify_waiters();
        if let Settled::Done(token) = settled {
            self.shared.acks.add(token);
        }
    }

    /// What is ready now, or how long until the next may be.
    async fn ready(&self, limit: usize) -> std::result::Result<Vec<Delivery>, Option<Duration>> {
        let room = self.shared.pace.room(limit).map_err(Some)?;
        let now = self.shared.clock.now();
        let (deliveries, corpses, due) = {
            let mut desk = self.shared.desk();
            let (deliveries, corpses) = desk.claim(room, now);
            self.shared.tell(&mut desk);
            (deliveries, corpses, desk.next_due())
        };
        self.shared.pace.take(deliveries.len());
        for corpse in corpses {
            if let Err(failure) = self.bury(corpse.id, LOST).await {
                // It counts as lost once more, and is buried then.
                tracing::warn!(error = %failure, "an update could not be buried");
            }
        }
        if deliveries.is_empty() {
            return Err(due.map(|due| (due - now).to_std().unwrap_or_default()));
        }
        Ok(deliveries)
    }
}

#[async_trait]
impl UpdateQueue for RabbitQueue {
    async fn publish(&self, envelope: Envelope) -> Result<()> {
        let published = async {
            let queue = self.shared.names.of(&envelope.chat);
            let body = message::body(&envelope)?;
            let message = Message::to_queue(queue, body, Notes::default().write());
            self.shared.publisher.publish(message).await
        };
        published.await.map_err(|failure| failure.during("publish"))
    }

    async fn claim(&self, limit: usize, wait: Duration) -> Result<Vec<Delivery>> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let _claiming = Claiming::begin(&self.shared.claiming);
        self.join();
        let until = Instant::now() + wait;
        loop {
            let mut ready = std::pin::pin!(self.shared.ready.notified());
            ready.as_mut().enable();
            let due = match self.ready(limit).await {
                Ok(deliveries) => return Ok(deliveries),
                // A millisecond at the least: timers know nothing shorter.
                Err(due) => due.map(|due| due.max(Duration::from_millis(1))),
            };
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(Vec::new());
            }
            // Both ways of ending mean the same: look.
            let _ = timeout(due.unwrap_or(left).min(left), ready).await;
        }
    }

    async fn settle(&self, id: DeliveryId, settle: Settle) -> Result<()> {
        let settled = match settle {
            Settle::Done => {
                self.finish(id);
                Ok(())
            }
            Settle::Dead { reason } => self.bury(id, &reason).await,
            Settle::Retry { after } => {
                let attempt = self
                    .shared
                    .desk()
                    .corpse(id)
                    .map(|corpse| corpse.notes.attempt);
                if attempt.is_some_and(|attempt| attempt >= limits::TRIES) {
                    self.bury(id, WORN_OUT).await
                } else {
                    let now = self.shared.clock.now();
                    let mut desk = self.shared.desk();
                    desk.rest(id, later(now, after), now);
                    self.shared.tell(&mut desk);
                    drop(desk);
                    // Whoever waits for the next one looks when it is due.
                    self.shared.ready.notify_one();
                    self.shared.settled.notify_waiters();
                    Ok(())
                }
            }
        };
        settled.map_err(|failure| failure.during("settle"))
    }

    async fn buried(&self, limit: usize) -> Result<Vec<Buried>> {
        let buried = grave::list(&self.shared, limit).await;
        buried.map_err(|failure| failure.during("buried"))
    }

    async fn revive(&self, key: &UpdateKey) -> Result<bool> {
        let revived = grave::revive(&self.shared, key).await;
        revived.map_err(|failure| failure.during("revive"))
    }
}

impl Drop for RabbitQueue {
    /// Without [`RabbitQueue::close`] everything goes back at once: nobody could settle it any more.
    fn drop(&mut self) {
        self.shared.dropped.cancel();
        let worker = locked(&self.worker).take();
        let all_ends = self.all_ends.clone();
        let Ok(runtime) = Handle::try_current() else {
            return all_ends.cancel();
        };
        runtime.spawn(async move {
            if let Some(worker) = worker {
                // Its panic was logged where it happened.
                let _ = worker.await;
            }
            all_ends.cancel();
        });
    }
}

impl fmt::Debug for RabbitQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RabbitQueue")
            .field("config", &self.shared.config)
            .finish_non_exhaustive()
    }
}

/// One claim under way.
struct Claiming<'a>(&'a AtomicUsize);

impl<'a> Claiming<'a> {
    fn begin(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Claiming<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
