//! The queue itself.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use async_trait::async_trait;
use expense_core::conversation::event::Envelope;
use expense_core::domain::keys::UpdateKey;
use expense_core::domain::limits;
use expense_core::ports::clock::Clock;
use expense_core::ports::error::Result;
use expense_core::ports::queue::{Buried, Delivery, DeliveryId, Settle, UpdateQueue};
use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

use crate::config::Config;
use crate::desk::{Desk, Held};
use crate::error::{Failure, OpenError};
use crate::grave;
use crate::publisher::{Publisher, Sending};
use crate::topology::{self, Names};
use crate::worker;

/// Why an update is buried that nobody could do.
const WORN_OUT: &str = "it failed too often";
/// Why an update is buried that nobody came back with.
const LOST: &str = "its workers never came back";

/// [`UpdateQueue`] on Kafka, for any number of processes.
///
/// It connects when it is first used, and again whenever it has to.
pub struct KafkaQueue {
    pub(crate) shared: Arc<Shared>,
    worker: Mutex<Option<JoinHandle<()>>>,
}

/// What all parts of a queue share.
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) names: Names,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) publisher: Publisher,
    desk: Mutex<Desk>,
    /// What is on its way aside.
    moves: Mutex<Vec<(Held, Sending)>>,
    /// Whether the topics are known to be there.
    made: tokio::sync::Mutex<Made>,
    /// Something may be claimed.
    ready: Notify,
    /// Something was settled.
    settled: Condvar,
    closed: AtomicBool,
    /// Nobody can settle anything any more.
    dropped: AtomicBool,
    claiming: AtomicUsize,
    claimed: Mutex<Instant>,
}

impl KafkaQueue {
    /// Looks at the settings alone: connections are made when they are needed, so that a program
    /// starts although its brokers are not there.
    ///
    /// # Errors
    ///
    /// What is wrong with the settings.
    pub fn open(config: &Config, clock: Arc<dyn Clock>) -> std::result::Result<Self, OpenError> {
        config.verify()?;
        let shared = Shared {
            names: Names::new(config),
            clock,
            publisher: Publisher::new(config).map_err(Failure::opening)?,
            desk: Mutex::new(Desk::new(config.prefetch, config.aside)),
            moves: Mutex::default(),
            made: tokio::sync::Mutex::default(),
            ready: Notify::new(),
            settled: Condvar::new(),
            closed: AtomicBool::new(false),
            dropped: AtomicBool::new(false),
            claiming: AtomicUsize::new(0),
            claimed: Mutex::new(Instant::now()),
            config: config.clone(),
        };
        Ok(Self {
            shared: Arc::new(shared),
            worker: Mutex::default(),
        })
    }

    /// Asks whether brokers are there, let us in and have what is needed, and makes the topics.
    ///
    /// # Errors
    ///
    /// What keeps it from working.
    pub async fn check(&self) -> std::result::Result<(), OpenError> {
        *self.shared.made.lock().await = Made::default();
        drop(self.shared.ready_made().await.map_err(Failure::opening)?);
        Ok(())
    }

    /// Ends its part of the work: what is out is waited for, half a minute at most, then everything
    /// else goes back.
    pub async fn close(&self) {
        self.shared.closed.store(true, Ordering::SeqCst);
        let worker = locked(&self.worker).take();
        if let Some(worker) = worker {
            worker.thread().unpark();
            // Its panic was told where it happened.
            let _ = tokio::task::spawn_blocking(|| worker.join()).await;
        }
    }

    /// Takes part in the work from now on.
    fn join(&self) -> Result<()> {
        *locked(&self.shared.claimed) = Instant::now();
        let mut worker = locked(&self.worker);
        match &*worker {
            Some(worker) if !worker.is_finished() => worker.thread().unpark(),
            _ if self.shared.is_closed() => {}
            _ => {
                let shared = Arc::clone(&self.shared);
                let thread = std::thread::Builder::new().name("kafka".to_owned());
                let begun = thread.spawn(move || worker::work(&shared));
                let begun = begun.map_err(|_| Failure::Refused("thread".to_owned()));
                *worker = Some(begun.map_err(|failure| failure.during("claim"))?);
            }
        }
        Ok(())
    }

    /// What is ready now, or how long until the next may be.
    async fn ready(&self, limit: usize) -> std::result::Result<Vec<Delivery>, Option<Duration>> {
        let now = self.shared.clock.now();
        let (deliveries, lost, due) = {
            let mut desk = self.shared.desk();
            let (deliveries, lost) = desk.claim(limit, now);
            self.shared.tell(&desk);
            (deliveries, lost, desk.next_due())
        };
        for (id, held) in lost {
            if let Err(failure) = self.shared.bury(id, &held, LOST).await {
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

impl Shared {
    pub(crate) fn desk(&self) -> MutexGuard<'_, Desk> {
        locked(&self.desk)
    }

    pub(crate) fn moves(&self) -> MutexGuard<'_, Vec<(Held, Sending)>> {
        locked(&self.moves)
    }

    /// Wakes those whom a change of the desk concerns.
    pub(crate) fn tell(&self, desk: &Desk) {
        if desk.has_ready() {
            self.ready.notify_one();
        }
    }

    /// Something was settled: whoever waits for the next one looks when it is due.
    pub(crate) fn tell_all(&self) {
        self.ready.notify_one();
        self.settled.notify_all();
    }

    /// Waits until something is settled, so long at most.
    pub(crate) fn wait_for_settling<'a>(
        &self,
        desk: MutexGuard<'a, Desk>,
        longest: Duration,
    ) -> MutexGuard<'a, Desk> {
        let waited = self.settled.wait_timeout(desk, longest);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    pub(crate) fn is_dropped(&self) -> bool {
        self.dropped.load(Ordering::SeqCst)
    }

    /// Whether nobody has claimed anything for so long, nor holds anything.
    pub(crate) fn is_idle(&self, time: Duration) -> bool {
        self.claiming.load(Ordering::SeqCst) == 0
            && locked(&self.claimed).elapsed() > time
            && self.desk().count_out() == 0
    }

    /// Makes the topics, once.
    ///
    /// What it gives back keeps others from going on: who publishes takes a place meanwhile, in the
    /// order in which they came.
    pub(crate) async fn ready_made(
        &self,
    ) -> std::result::Result<tokio::sync::MutexGuard<'_, Made>, Failure> {
        let asked = Instant::now();
        let mut made = self.made.lock().await;
        if let Some((at, failure)) = &made.failed
            && *at >= asked
        {
            // It failed while this one waited: nobody waits twice.
            return Err(failure.clone());
        }
        if !made.done {
            match topology::make(&self.config, &self.names).await {
                Ok(()) => made.done = true,
                Err(failure) => {
                    made.failed = Some((Instant::now(), failure.clone()));
                    return Err(failure);
                }
            }
        }
        Ok(made)
    }

    /// Makes topics anew that somebody has deleted.
    pub(crate) async fn mend(&self, failure: &Failure) {
        if *failure == Failure::NoTopic {
            self.made.lock().await.done = false;
        }
    }
}

#[async_trait]
impl UpdateQueue for KafkaQueue {
    async fn publish(&self, envelope: Envelope) -> Result<()> {
        let published = self.shared.publish(&envelope).await;
        published.map_err(|failure| failure.during("publish"))
    }

    async fn claim(&self, limit: usize, wait: Duration) -> Result<Vec<Delivery>> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let _claiming = Claiming::begin(&self.shared.claiming);
        self.join()?;
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
        let held = self.shared.desk().held(id);
        let Some(held) = held else {
            // Its chat may go on, if that was lost with its partition.
            let now = self.shared.clock.now();
            let mut desk = self.shared.desk();
            desk.finish(id, now);
            self.shared.tell(&desk);
            drop(desk);
            self.shared.settled.notify_all();
            return Ok(());
        };
        let worn_out = held.notes.attempt >= limits::TRIES;
        let settled = match settle {
            Settle::Done => self.shared.finish(id, &held).await,
            Settle::Dead { reason } => self.shared.bury(id, &held, &reason).await,
            Settle::Retry { .. } if worn_out => self.shared.bury(id, &held, WORN_OUT).await,
            Settle::Retry { after } => self.shared.rest(id, &held, after).await,
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

impl Drop for KafkaQueue {
    /// Without [`KafkaQueue::close`] everything goes back at once: nobody could settle it any more.
    fn drop(&mut self) {
        self.shared.dropped.store(true, Ordering::SeqCst);
        self.shared.closed.store(true, Ordering::SeqCst);
        if let Some(worker) = locked(&self.worker).take() {
            worker.thread().unpark();
        }
    }
}

impl fmt::Debug for KafkaQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KafkaQueue")
            .field("config", &self.shared.config)
            .finish_non_exhaustive()
    }
}

/// Whether the topics are there.
#[derive(Default)]
pub(crate) struct Made {
    done: bool,
    /// When they could not be made, and why.
    failed: Option<(Instant, Failure)>,
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

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
