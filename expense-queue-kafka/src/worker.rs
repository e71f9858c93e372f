//! Taking part in the work, on a thread of its own: Kafka's client waits in its own way.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::TopicPartitionList;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::{BorrowedMessage, Message};
use rdkafka::types::RDKafkaErrorCode as Code;

use crate::error::Failure;
use crate::message::{self, Notes};
use crate::publisher::Record;
use crate::queue::Shared;
use crate::rebalance::{Partitions, commit};

/// A process that claims nothing for so long leaves its partitions to others.
const LEAVING: Duration = Duration::from_secs(15);
/// How often it is looked what there is to do beside taking updates in.
const ROUND: Duration = Duration::from_millis(20);
/// How often what was settled is committed.
const COMMITTING: Duration = Duration::from_millis(200);
/// The pause before a worker that failed begins anew, and of one that does nothing.
const PAUSE: Duration = Duration::from_secs(2);
/// How long giving up everything may take in the end.
const ENDING: Duration = Duration::from_secs(35);
/// Why an update is buried that this version can't read.
const UNREADABLE: &str = "it can't be read";

/// Takes part until the queue is closed.
pub(crate) fn work(shared: &Arc<Shared>) {
    while !shared.is_closed() {
        if shared.is_idle(LEAVING) {
            std::thread::park_timeout(PAUSE);
            continue;
        }
        if let Err(failure) = take_part(shared) {
            tracing::warn!(error = %failure, "this worker lost its part of the queue");
            futures::executor::block_on(shared.mend(&failure));
            if !shared.is_closed() {
                std::thread::park_timeout(PAUSE);
            }
        }
    }
}

/// Takes part as long as there is somebody who claims.
fn take_part(shared: &Arc<Shared>) -> Result<(), Failure> {
    drop(futures::executor::block_on(shared.ready_made())?);
    let context = Partitions::new(Arc::clone(shared));
    let consumer = shared.config.worker().create_with_context(context)?;
    let mut worker = Worker {
        shared: Arc::clone(shared),
        consumer,
        paused: HashSet::new(),
    };
    let done = worker.run();
    let all = shared.desk().partitions();
    worker
        .consumer
        .context()
        .give_up(&worker.consumer, &all, ENDING);
    done
}

struct Worker {
    shared: Arc<Shared>,
    consumer: BaseConsumer<Partitions>,
    /// Partitions of which nothing is taken for now.
    paused: HashSet<i32>,
}

impl Worker {
    fn run(&mut self) -> Result<(), Failure> {
        self.consumer.subscribe(&[&self.shared.names.updates])?;
        let (mut looked, mut committed) = (Instant::now(), Instant::now());
        while !self.shared.is_closed() && !self.shared.is_idle(LEAVING) {
            let taken = match self.consumer.poll(ROUND) {
                Some(Ok(record)) => Some(self.take_in(&record)?),
                Some(Err(error)) => {
                    endure(error)?;
                    None
                }
                None => None,
            };
            if self.consumer.context().has_failed() {
                return Err(Failure::Silent);
            }
            if let Some(partition) = taken {
                self.pause(partition)?;
            }
            if looked.elapsed() >= ROUND {
                looked = Instant::now();
                self.shared.move_aside();
                self.shared.look_at_moves();
                self.resume()?;
            }
            if committed.elapsed() >= COMMITTING {
                committed = Instant::now();
                let commits = self.shared.desk().take_commits(None);
                if let Err(failure) =
                    commit(&self.shared, &self.consumer, &commits, CommitMode::Async)
                {
                    tracing::debug!(error = %failure, "what is settled can't be committed now");
                    self.shared.desk().not_committed();
                }
            }
        }
        Ok(())
    }

    /// Tells of which partition it was.
    fn take_in(&self, record: &BorrowedMessage<'_>) -> Result<i32, Failure> {
        let (partition, offset) = (record.partition(), record.offset());
        let value = record.payload().unwrap_or_default();
        if let Some(envelope) = message::update(value) {
            let now = self.shared.clock.now();
            let mut desk = self.shared.desk();
            desk.arrive(partition, offset, envelope, now);
            self.shared.tell(&desk);
            return Ok(partition);
        }
        if self.shared.desk().hold(partition, offset) {
            let notes = Notes {
                reason: Some(UNREADABLE.to_owned()),
                ..Notes::default()
            };
            let sending = self.shared.publisher.send(Record {
                topic: &self.shared.names.dead,
                partition: None,
                key: &format!("{partition}/{offset}"),
                value: Some(value),
                headers: notes.write(),
            })?;
            futures::executor::block_on(sending.confirmed())?;
            self.shared.desk().release(partition, offset);
        }
        Ok(partition)
    }

    fn pause(&mut self, partition: i32) -> Result<(), Failure> {
        if self.shared.desk().is_full(partition, false) {
            self.paused.insert(partition);
            self.consumer.pause(&self.list([partition]))?;
        }
        Ok(())
    }

    fn resume(&mut self) -> Result<(), Failure> {
        if self.paused.is_empty() {
            return Ok(());
        }
        let held = self.shared.desk().partitions();
        // One that comes back later comes unpaused.
        self.paused.retain(|one| held.contains(one));
        let mut free = self.paused.clone();
        free.retain(|one| !self.shared.desk().is_full(*one, true));
        if !free.is_empty() {
            self.consumer.resume(&self.list(free.iter().copied()))?;
            self.paused.retain(|one| !free.contains(one));
        }
        Ok(())
    }

    fn list(&self, partitions: impl IntoIterator<Item = i32>) -> TopicPartitionList {
        let mut list = TopicPartitionList::new();
        for partition in partitions {
            list.add_partition(&self.shared.names.updates, partition);
        }
        list
    }
}

/// Whether the client can go on after this: it connects anew and joins anew by itself.
fn endure(error: KafkaError) -> Result<(), Failure> {
    let code = error.rdkafka_error_code();
    match Failure::from(error) {
        failure @ (Failure::NoTopic | Failure::Denied) => Err(failure),
        failure if code == Some(Code::Fatal) => Err(failure),
        failure => {
            tracing::debug!(error = %failure, "Kafka is troubled");
            Ok(())
        }
    }
}

impl Shared {
    /// Sends what waits in the way of others aside.
    pub(crate) fn move_aside(&self) {
        let now = self.clock.now();
        // They take their places before anybody can settle one of them.
        let mut desk = self.desk();
        for held in desk.take_moves(now) {
            match self.park(&held, &held.notes) {
                Ok(sending) => self.moves().push((held, sending)),
                Err(failure) => {
                    tracing::debug!(error = %failure, "an update could not be moved aside");
                    desk.moved(&held, false, now);
                }
            }
        }
    }

    /// Sees which of those are safe.
    pub(crate) fn look_at_moves(&self) {
        let now = self.clock.now();
        let mut ended = Vec::new();
        self.moves().retain_mut(|(held, sending)| {
            let outcome = sending.looked_at();
            if let Some(outcome) = &outcome {
                ended.push((held.clone(), outcome.is_ok()));
            }
            outcome.is_none()
        });
        if ended.is_empty() {
            return;
        }
        let mut desk = self.desk();
        for (held, safe) in ended {
            desk.moved(&held, safe, now);
        }
        self.tell(&desk);
    }
}
