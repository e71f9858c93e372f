//! The queues of one prefix, and how they are made.

use std::time::Duration;

use lapin::options::{
    ExchangeBindOptions, ExchangeDeclareOptions, ExchangeUnbindOptions, QueueBindOptions,
    QueueDeclareOptions,
};
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
/// Each queue has the same part of the keys.
const WEIGHT: &str = "1";

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

    /// The exchange that updates are published to. It leads to the one that spreads them only where
    /// all partitions are there: with some missing, a chat would go to another and later back, and
    /// not in its order.
    pub(crate) fn gate(&self) -> String {
        format!("{}.gate", self.prefix)
    }

    /// The exchange that spreads chats over partitions.
    pub(crate) fn updates(&self) -> String {
        format!("{}.updates", self.prefix)
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

/// Makes everything again. Whatever is missing, the gate is closed until it is there; several may do
/// this at a time, since each opens the gate only after it has made everything itself.
pub(crate) async fn make(
    connection: &Connection,
    names: &Names,
    patience: Duration,
) -> Result<(), Failure> {
    let channel = answer(patience, connection.create_channel()).await?;
    exchanges(&channel, names, patience).await?;
    if is_any_missing(connection, names, patience).await? {
        let (gate, updates) = (names.gate().into(), names.updates().into());
        let (any, options) = (ShortString::default(), ExchangeUnbindOptions::default());
        let closed = channel.exchange_unbind(updates, gate, any, options, FieldTable::default());
        answer(patience, closed).await?;
    }
    partitions(&channel, names, patience).await?;
    let (gate, updates) = (names.gate().into(), names.updates().into());
    let (any, options) = (ShortString::default(), ExchangeBindOptions::default());
    let opened = channel.exchange_bind(updates, gate, any, options, FieldTable::default());
    answer(patience, opened).await?;
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
    let hash = ExchangeKind::Custom("x-consistent-hash".to_owned());
    let kinds = [
        (names.gate(), ExchangeKind::Fanout),
        (names.updates(), hash),
        (names.wake(), ExchangeKind::Fanout),
        (names.roll(), ExchangeKind::Fanout),
    ];
    for (name, kind) in kinds {
        let none = FieldTable::default();
        let declared = channel.exchange_declare(name.into(), kind, durable, none);
        answer(patience, declared).await?;
    }
    Ok(())
}

async fn is_any_missing(
    connection: &Connection,
    names: &Names,
    patience: Duration,
) -> Result<bool, Failure> {
    let looking = answer(patience, connection.create_channel()).await?;
    for number in 0..names.partitions {
        match look(&looking, names.partition(number), patience).await {
            Ok(_) => {}
            Err(Failure::NoRoute) => return Ok(true),
            Err(other) => return Err(other),
        }
    }
    // Nothing hangs on this channel any more.
    let _ = answer(patience, looking.close(200, "done".into())).await;
    Ok(false)
}

/// The queues that updates are in, each with its part of the keys.
async fn partitions(channel: &Channel, names: &Names, patience: Duration) -> Result<(), Failure> {
    for number in 0..names.partitions {
        let bounded = [
            ("x-max-length", DEPTH.into()),
            ("x-overflow", text("reject-publish")),
        ];
        let partition = names.partition(number);
        queue(channel, &partition, arguments(&bounded), patience).await?;
        queue(channel, &names.aside(number), arguments(&[]), patience).await?;
        let (exchange, none) = (names.updates().into(), FieldTable::default());
        let options = QueueBindOptions::default();
        let bound = channel.queue_bind(partition.into(), exchange, WEIGHT.into(), options, none);
        answer(patience, bound).await?;
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
