//! Partitions that come and go while workers do.
//!
//! Kafka tells by calls from within `poll`, on the worker's own thread, and goes on when they
//! return: nobody gets a partition before whoever held it has given it up.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use expense_core::domain::limits;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer, ConsumerContext, Rebalance};
use rdkafka::message::Message;
use rdkafka::{ClientContext, TopicPartitionList};

use crate::desk::Parked;
use crate::error::Failure;
use crate::message::{self, Notes};
use crate::queue::Shared;
use crate::reader;

/// How long reading what is aside may take.
const READING: Duration = Duration::from_secs(60);
/// How often it is looked whether everything is settled, at the latest.
const LOOK: Duration = Duration::from_millis(20);

/// What is told about partitions.
pub(crate) struct Partitions {
    shared: Arc<Shared>,
    /// What is aside could not be read: nothing may be handed out.
    failed: AtomicBool,
}

impl Partitions {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            failed: AtomicBool::new(false),
        }
    }

    /// Whether this worker has to begin anew.
    pub(crate) fn has_failed(&self) -> bool {
        self.failed.load(Ordering::SeqCst)
    }

    /// Reads what is aside before the first update comes.
    fn take(&self, partitions: &[i32]) {
        let mut parked = match self.read(partitions) {
            Ok(parked) => parked,
            Err(failure) => {
                tracing::warn!(error = %failure, "what waits aside can't be read");
                self.failed.store(true, Ordering::SeqCst);
                return;
            }
        };
        let now = self.shared.clock.now();
        let mut desk = self.shared.desk();
        for partition in partitions {
            let of_it = parked.remove(partition).unwrap_or_default();
            desk.open(*partition, of_it, now);
        }
        self.shared.tell(&desk);
    }

    fn read(&self, partitions: &[i32]) -> Result<HashMap<i32, Vec<Parked>>, Failure> {
        let mut last: HashMap<(i32, i64), Option<Parked>> = HashMap::new();
        let aside = &self.shared.names.aside;
        reader::read(&self.shared.config, aside, partitions, READING, |record| {
            let key = record.key().and_then(|key| std::str::from_utf8(key).ok());
            let Some(offset) = key.and_then(|key| key.parse().ok()) else {
                return true;
            };
            let envelope = record.payload().and_then(message::update);
            let parked = envelope.map(|envelope| Parked {
                offset,
                envelope,
                notes: Notes::read(record),
            });
            last.insert((record.partition(), offset), parked);
            true
        })?;
        let mut parked: HashMap<i32, Vec<Parked>> = HashMap::new();
        for ((partition, _), update) in last {
            parked.entry(partition).or_default().extend(update);
        }
        Ok(parked)
    }

    /// Waits until nothing of these is in anybody's hands, commits and forgets them.
    pub(crate) fn give_up(
        &self,
        consumer: &BaseConsumer<Self>,
        partitions: &[i32],
        longest: Duration,
    ) {
        let begun = Instant::now();
        let mut desk = self.shared.desk();
        for partition in partitions {
            desk.close(*partition);
        }
        while !partitions.iter().all(|one| desk.is_drained(*one))
            && begun.elapsed() < longest
            && !self.shared.is_dropped()
        {
            desk = self.shared.wait_for_settling(desk, LOOK);
            drop(desk);
            self.shared.look_at_moves();
            desk = self.shared.desk();
        }
        let mut commits = Vec::new();
        for partition in partitions {
            commits.extend(desk.take_commits(Some(*partition)));
            desk.lose(*partition);
        }
        drop(desk);
        if let Err(failure) = commit(&self.shared, consumer, &commits, CommitMode::Sync) {
            // What was settled comes again: its key is known.
            tracing::debug!(error = %failure, "partitions were given up without a commit");
        }
    }
}

/// Commits that everything before these offsets is settled.
pub(crate) fn commit(
    shared: &Shared,
    consumer: &BaseConsumer<Partitions>,
    commits: &[(i32, i64)],
    mode: CommitMode,
) -> Result<(), Failure> {
    if commits.is_empty() {
        return Ok(());
    }
    let mut list = TopicPartitionList::with_capacity(commits.len());
    for (partition, offset) in commits {
        let offset = rdkafka::Offset::Offset(*offset);
        list.add_partition_offset(&shared.names.updates, *partition, offset)?;
    }
    Ok(consumer.commit(&list, mode)?)
}

impl ClientContext for Partitions {}

impl ConsumerContext for Partitions {
    fn pre_rebalance(&self, consumer: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        match rebalance {
            Rebalance::Assign(list) => self.take(&numbers(list)),
            Rebalance::Revoke(list) if consumer.assignment_lost() => {
                tracing::warn!("this worker was taken for dead; its partitions went to others");
                let mut desk = self.shared.desk();
                for partition in numbers(list) {
                    desk.lose(partition);
                }
            }
            Rebalance::Revoke(list) => self.give_up(consumer, &numbers(list), limits::DELIVERY),
            Rebalance::Error(error) => {
                let failure = Failure::from(error.clone());
                tracing::warn!(error = %failure, "the partitions of the queue can't be shared out");
            }
        }
    }

    fn post_rebalance(&self, consumer: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        // One that was paused when it went comes back paused.
        if let Rebalance::Assign(list) = rebalance
            && let Err(error) = consumer.resume(list)
        {
            let failure = Failure::from(error);
            tracing::warn!(error = %failure, "partitions can't be taken from");
            self.failed.store(true, Ordering::SeqCst);
        }
    }

    fn commit_callback(&self, result: rdkafka::error::KafkaResult<()>, _: &TopicPartitionList) {
        if result.is_err() {
            self.shared.desk().not_committed();
        }
    }
}

fn numbers(list: &TopicPartitionList) -> Vec<i32> {
    list.elements().iter().map(|one| one.partition()).collect()
}
