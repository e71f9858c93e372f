//! The queues of one prefix, and how they are made.

use std::time::Duration;

use expense_core::domain::keys::{ChatKey, LedgerId};
use lapin::options::{ExchangeDeclareOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable, ShortString};
use lapin::{Channel, Connection, ExchangeKind, Queue};

use crate::config::Config;
use crate::error::Failure;
use crate::link::answer;

/// Updates that wait in one partition before another is refused.
const DEPTH: i64 = 10_000;
/// Buried updates that are kept; beyond that the oldest goes.
const GRAVES: i64 = 100_000;
/// The broker shall bury nothing by itself: it would do so without a reason, and newer ones have a
/// low limit unless they are told.
const DELIVERIES: i64 = 1_000_000;

/// The names of all queues.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    prefix: String,
    pub(crate) partitions: u16,
}

impl Names {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            prefix: config.prefix.clone(),
            partitions: config.partitions,
        }
    }

    /// The queue that the updates of a chat are published to: always the same, whatever happens to
    /// the broker, since two queues would keep no order between them.
    pub(crate) fn of(&self, chat: &ChatKey) -> String {
        let hash = LedgerId::of(chat).as_i64().unsigned_abs();
        let number = hash % u64::from(self.partitions);
        self.partition(u16::try_from(number).unwrap_or(0))
    }

    /// The updates of one partition.
    pub(crate) fn partition(&self, number: u16) -> String {
        format!("{}.updates.{number}", self.prefix)
    }

    /// Those of them that wait with their chats for another try.
    pub(crate) fn aside(&self, number: u16) -> String {
        format!("{}.aside.{number}", self.prefix)
    }

    /// The exchange that wakes whoever looks for work in the store.
    pub(crate) fn wake(&self) -> String {
        format!("{}.wake", self.prefix)
    }

    /// The exchange where workers say that they work.
    pub(crate) fn roll(&self) -> String {
        format!("{}.roll", self.prefix)
    }

    /// Buried updates.
    pub(crate) fn dead(&self) -> String {
        format!("{}.dead", self.prefix)
    }

    /// Where each worker is a consumer that finds less than others have.
    pub(crate) fn hungry(&self) -> String {
        format!("{}.hungry", self.prefix)
    }

    /// Where each worker is a consumer, so that they can be counted.
    pub(crate) fn workers(&self) -> String {
        format!("{}.workers", self.prefix)
    }
}

/// Makes everything that is not there yet. The last queue is made last: where it is, the rest is.
pub(crate) async fn ensure(
    connection: &Connection,
    names: &Names,
    patience: Duration,
) -> Result<(), Failure> {
    let looking = answer(patience, connection.create_channel()).await?;
    match look(&looking, names.dead(), patience).await {
        Ok(_) => {
            // Nothing hangs on this channel any more.
            let _ = answer(patience, looking.close(200, "done".into())).await;
            Ok(())
        }
        Err(Failure::NoRoute) => make(connection, names, patience).await,
        Err(other) => Err(other),
    }
}

/// Makes everything again; several may do this at a time.
pub(crate) async fn make(
    connection: &Connection,
    names: &Names,
    patience: Duration,
) -> Result<(), Failure> {
    let channel = answer(patience, connection.create_channel()).await?;
    exchanges(&channel, names, patience).await?;
    partitions(&channel, names, patience).await?;
    for roll in [names.workers(), names.hungry()] {
        let kind = table(&[("x-queue-type", text("quorum"))]);
        queue(&channel, &roll, kind, patience).await?;
    }
    let bounded = [
        ("x-max-length", GRAVES.into()),
        ("x-overflow", text("drop-head")),
    ];
    queue(&channel, &names.dead(), arguments(&bounded), patience).await?;
    let _ = answer(patience, channel.close(200, "done".into())).await;
    Ok(())
}

async fn exchanges(channel: &Channel, names: &Names, patience: Duration) -> Result<(), Failure> {
    let durable = ExchangeDeclareOptions {
        durable: true,
        ..ExchangeDeclareOptions::default()
    };
    for name in [names.wake(), names.roll()] {
        let (kind, none) = (ExchangeKind::Fanout, FieldTable::default());
        let declared = channel.exchange_declare(name.into(), kind, durable, none);
        answer(patience, declared).await?;
    }
    Ok(())
}

/// The queues that updates are in.
async fn partitions(channel: &Channel, names: &Names, patience: Duration) -> Result<(), Failure> {
    for number in 0..names.partitions {
        let bounded = [
            ("x-max-length", DEPTH.into()),
            ("x-overflow", text("reject-publish")),
        ];
        let partition = names.partition(number);
        queue(channel, &partition, arguments(&bounded), patience).await?;
        queue(channel, &names.aside(number), arguments(&[]), patience).await?;
    }
    Ok(())
}

/// How many messages are ready in a queue and how many consume it. Where there is none, the channel
/// is closed.
pub(crate) async fn look(
    channel: &Channel,
    name: String,
    patience: Duration,
) -> Result<Queue, Failure> {
    let passive = QueueDeclareOptions::durable().passive();
    let looked = channel.queue_declare(name.into(), passive, FieldTable::default());
    answer(patience, looked).await
}

async fn queue(
    channel: &Channel,
    name: &str,
    arguments: FieldTable,
    patience: Duration,
) -> Result<(), Failure> {
    let declared = channel.queue_declare(name.into(), QueueDeclareOptions::durable(), arguments);
    answer(patience, declared).await.map(|_| ())
}

/// Those of a queue that is kept by several nodes and consumed by one at a time.
fn arguments(more: &[(&str, AMQPValue)]) -> FieldTable {
    let mut arguments = table(&[
        ("x-queue-type", text("quorum")),
        ("x-single-active-consumer", true.into()),
        ("x-delivery-limit", DELIVERIES.into()),
    ]);
    for (name, value) in more {
        arguments.insert(ShortString::from(*name), value.clone());
    }
    arguments
}

fn table(entries: &[(&str, AMQPValue)]) -> FieldTable {
    let mut table = FieldTable::default();
    for (name, value) in entries {
        table.insert(ShortString::from(*name), value.clone());
    }
    table
}

fn text(text: &str) -> AMQPValue {
    AMQPValue::LongString(text.into())
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn queue_of(chat: &str) -> String {
        let names = Names::new(&Config::new("amqp://127.0.0.1"));
        assert_eq!(names.partitions, 128);
        names.of(&ChatKey::new(chat).expect("a short key"))
    }

    /// Of all versions: what waits in a queue would be overtaken by what goes into another.
    #[test]
    fn a_chat_has_the_same_queue_for_ever() {
        assert_eq!(queue_of("telegram:1"), "expense.updates.112");
        assert_eq!(queue_of("telegram:-1001234567890"), "expense.updates.72");
    }

    #[test]
    fn chats_spread_over_all_queues() {
        let mut counts = HashMap::new();
        for number in 0..12_800 {
            *counts
                .entry(queue_of(&format!("telegram:{number}")))
                .or_insert(0) += 1;
        }
        assert_eq!(counts.len(), 128);
        assert!(
            counts.values().all(|count| (50..200).contains(count)),
            "{counts:?}"
        );
    }
}
