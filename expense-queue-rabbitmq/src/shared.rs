//! What all tasks of a queue share.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use expense_core::ports::clock::Clock;
use lapin::Acker;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::acks::Acks;
use crate::config::Config;
use crate::desk::Desk;
use crate::error::{Failure, OpenError};
use crate::link::Link;
use crate::pace::Pace;
use crate::publisher::Publisher;
use crate::roll::Roll;
use crate::topology::{Names, look};
use crate::wake::Ear;

/// Connections, what is held, and who is to be woken.
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) names: Names,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) publisher: Publisher,
    /// Updates come in by a connection of their own: while the broker takes nothing, it still gives.
    pub(crate) consuming: Arc<Link>,
    pub(crate) publishing: Arc<Link>,
    /// What is done and not yet acknowledged.
    pub(crate) acks: Arc<Acks>,
    desk: Mutex<Desk<Acker>>,
    pub(crate) ear: Ear,
    /// Who works.
    pub(crate) roll: Roll,
    /// Something may be claimed.
    pub(crate) ready: Notify,
    /// Something is to be moved aside.
    pub(crate) moves: Notify,
    /// Something was settled.
    pub(crate) settled: Notify,
    /// Somebody claims again.
    pub(crate) joined: Notify,
    /// Nobody can settle anything any more.
    pub(crate) dropped: CancellationToken,
    pub(crate) pace: Pace,
    pub(crate) claiming: AtomicUsize,
    pub(crate) claimed: Mutex<Instant>,
    /// The name of this process among all that ever were, for its marks.
    name: u64,
    marks: AtomicU64,
}

/// What waits in a queue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Updates that no worker has taken yet.
    pub updates: u64,
    /// Updates that wait for another try and that no worker has taken.
    pub aside: u64,
    /// Updates that were buried.
    pub buried: u64,
    /// Processes that work.
    pub workers: u32,
}

impl Shared {
    /// Looks at the settings alone. What it begins goes on until `all_ends`.
    pub(crate) fn new(
        config: &Config,
        clock: Arc<dyn Clock>,
        all_ends: &CancellationToken,
    ) -> Result<Self, OpenError> {
        let publishing = Arc::new(Link::open(config, "expense: publishes")?);
        let consuming = Arc::new(Link::open(config, "expense: consumes")?);
        let publisher =
            Publisher::start(Arc::clone(&publishing), config.patience, all_ends.clone());
        let acks = Arc::<Acks>::default();
        tokio::spawn({
            let (acks, end, patience) = (Arc::clone(&acks), all_ends.clone(), config.patience);
            async move { end.run_until_cancelled(acks.work(patience)).await }
        });
        let name = RandomState::new().hash_one(std::process::id());
        Ok(Self {
            names: Names::new(config),
            roll: Roll::new(format!("{name:x}")),
            clock,
            publisher,
            consuming,
            publishing,
            acks,
            desk: Mutex::new(Desk::new(config.aside)),
            ear: Ear::default(),
            ready: Notify::new(),
            moves: Notify::new(),
            settled: Notify::new(),
            joined: Notify::new(),
            dropped: CancellationToken::new(),
            pace: Pace::new(config.messages_per_second),
            claiming: AtomicUsize::new(0),
            claimed: Mutex::new(Instant::now()),
            name,
            marks: AtomicU64::new(0),
            config: config.clone(),
        })
    }

    pub(crate) fn desk(&self) -> MutexGuard<'_, Desk<Acker>> {
        locked(&self.desk)
    }

    /// Hands out what came of a partition.
    pub(crate) fn open(&self, partition: u16) {
        let mut desk = self.desk();
        desk.open(partition, self.clock.now());
        self.tell(&mut desk);
    }

    /// Wakes those whom a change of the desk concerns.
    pub(crate) fn tell(&self, desk: &mut Desk<Acker>) {
        if desk.has_ready() {
            self.ready.notify_one();
        }
        if desk.was_asked() {
            self.moves.notify_waiters();
        }
    }

    /// Makes a queue anew that somebody has deleted.
    pub(crate) async fn mend(&self, failure: &Failure) {
        if *failure == Failure::NoRoute
            && let Err(failure) = self.consuming.repair().await
        {
            tracing::warn!(error = %failure, "a queue is missing and can't be made");
        }
    }

    /// A name that no other mark has.
    pub(crate) fn mark(&self) -> String {
        let number = self.marks.fetch_add(1, Ordering::Relaxed);
        format!("{:x}-{number}", self.name)
    }

    /// Whether nobody has claimed anything for so long, nor holds anything.
    pub(crate) fn is_idle(&self, time: Duration) -> bool {
        self.claiming.load(Ordering::SeqCst) == 0
            && locked(&self.claimed).elapsed() > time
            && self.desk().count_out() == 0
    }

    pub(crate) async fn waiting(&self) -> Result<Waiting, Failure> {
        let channel = self.consuming.channel().await?;
        let patience = self.config.patience;
        let mut waiting = Waiting::default();
        for number in 0..self.names.partitions {
            let updates = look(&channel, self.names.partition(number), patience).await?;
            let aside = look(&channel, self.names.aside(number), patience).await?;
            waiting.updates += u64::from(updates.message_count());
            waiting.aside += u64::from(aside.message_count());
        }
        let dead = look(&channel, self.names.dead(), patience).await?;
        waiting.buried = dead.message_count().into();
        let roll = look(&channel, self.names.workers(), patience).await?;
        waiting.workers = roll.consumer_count();
        Ok(waiting)
    }
}

pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
