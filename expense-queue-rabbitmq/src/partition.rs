//! Holding one partition: what it has is brought to the desk until it is given up or lost.
//!
//! One channel, two consumers. The queue of what waits aside is read whole before the first update
//! of the partition itself: up to a mark that the newcomer has put there. Who reads its own mark is
//! the queue's single active consumer, and so the only holder of the partition.

use std::sync::Mutex;
use std::time::Duration;

use futures::StreamExt;
use lapin::message::Delivery;
use lapin::options::{BasicAckOptions, BasicConsumeOptions, BasicQosOptions};
use lapin::types::FieldTable;
use lapin::{Acker, Channel, Consumer};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::error::Failure;
use crate::link::answer;
use crate::message::{self, Notes};
use crate::publisher::Message;
use crate::shared::{Shared, locked};

/// How long another holder is waited for: somebody was quicker, or is about to leave.
const TAKING: Duration = Duration::from_secs(3);
/// How long a mark is waited for before the next.
const MARKING: Duration = Duration::from_millis(500);
/// How long the broker may take to put back what the last holder had, once the other queue has
/// said that this holder is gone.
const GIVEN_BACK: Duration = Duration::from_millis(400);
/// How long what is out may take to be settled before the partition goes to another all the same.
const DRAINING: Duration = Duration::from_secs(30);
/// The pause after an update could not be moved aside.
const PAUSE: Duration = Duration::from_millis(500);
/// How often it is looked whether the channel is still there.
const LOOK: Duration = Duration::from_secs(1);
/// Why an update of another version is buried.
const UNREADABLE: &str = "this version can't read it";

/// Both consumers. They outlive their channel: one that is dropped before is cancelled, and the next
/// holder would get what comes later while what was delivered here is still on its way back.
#[derive(Default)]
struct Consumers {
    aside: Option<Consumer>,
    updates: Option<Consumer>,
}

/// Holds a partition until `stop`, then gives it up; at once where nothing can be settled any more.
/// Returns soon where another holds it.
pub(crate) async fn hold(
    shared: &Shared,
    number: u16,
    stop: &CancellationToken,
) -> Result<(), Failure> {
    let channel = shared.consuming.channel().await?;
    let mut consumers = Consumers::default();
    let taking = take(shared, &channel, number, &mut consumers);
    let taken = stop.run_until_cancelled(taking).await;
    let mut held = taken
        .as_ref()
        .map_or(Ok(()), |taken| taken.clone().map(drop));
    if let (
        Some(Ok(true)),
        Consumers {
            aside: Some(aside),
            updates: Some(updates),
        },
    ) = (taken, &mut consumers)
    {
        held = tokio::select! {
            ended = read(shared, number, aside, updates) => ended,
            () = broken(&channel) => Err(Failure::Unreachable),
            () = move_aside(shared, number) => Ok(()),
            () = stop.cancelled() => {
                shared.desk().close(number);
                let drained = timeout(DRAINING, drained(shared, number));
                // What is not settled by then is delivered twice.
                let _ = shared.dropped.run_until_cancelled(drained).await;
                Ok(())
            }
        };
    }
    shared.desk().lose(number);
    // Only the end of the channel gives back what was delivered and not acknowledged.
    let closing = channel.close(200, "done".into());
    let _ = timeout(shared.config.patience, closing).await;
    drop(consumers);
    held
}

/// What stands at the end of what the last holder has left aside.
#[derive(Default)]
struct Mark {
    name: String,
    /// Whether the broker has one of this name or an earlier one.
    is_there: bool,
}

/// Becomes the holder, unless another is: whether it did.
async fn take(
    shared: &Shared,
    channel: &Channel,
    number: u16,
    consumers: &mut Consumers,
) -> Result<bool, Failure> {
    let queue = shared.names.aside(number);
    let aside = consumers
        .aside
        .insert(consume(shared, channel, &queue, 0).await?);
    let mark = Mutex::new(Mark::default());
    let taking = async {
        tokio::select! {
            found = read_to(shared, aside, &mark) => found,
            failure = put_marks(shared, &queue, &mark) => Err(failure),
        }
    };
    let found = match timeout(TAKING, taking).await {
        Ok(found) => found?,
        Err(_) if locked(&mark).is_there => return Ok(false),
        // Nobody else may have it: the broker takes no mark.
        Err(_) => return Err(Failure::Silent),
    };
    shared.desk().take_over(number);
    for delivery in found {
        arrive(shared, number, delivery).await;
    }
    shared.open(number);
    let queue = shared.names.partition(number);
    let updates = consume(shared, channel, &queue, shared.config.prefetch).await?;
    for delivery in in_order(consumers.updates.insert(updates)).await? {
        arrive(shared, number, delivery).await;
    }
    Ok(true)
}

/// What comes at first. Each queue hears by itself that the last holder is gone, this one perhaps
/// later than we ask it: what it had is put back behind what has just come, and is older.
async fn in_order(updates: &mut Consumer) -> Result<Vec<Delivery>, Failure> {
    let mut found = Vec::new();
    let end = tokio::time::sleep(GIVEN_BACK);
    tokio::pin!(end);
    loop {
        tokio::select! {
            () = &mut end => break,
            delivery = updates.next() => found.push(delivery.ok_or(Failure::Unreachable)??),
        }
    }
    found.sort_by_key(|delivery| !delivery.redelivered);
    Ok(found)
}

/// Puts one mark after the other: somebody who was before us and gave up may have read the last.
async fn put_marks(shared: &Shared, queue: &str, mark: &Mutex<Mark>) -> Failure {
    loop {
        let name = shared.mark();
        locked(mark).name.clone_from(&name);
        if let Err(failure) = shared.publisher.publish(Message::mark(queue, &name)).await {
            return failure;
        }
        locked(mark).is_there = true;
        tokio::time::sleep(MARKING).await;
    }
}

/// Everything that stands before the newest mark. One that another was given first proves nothing:
/// what came after it may have been put back behind it.
async fn read_to(
    shared: &Shared,
    consumer: &mut Consumer,
    mark: &Mutex<Mark>,
) -> Result<Vec<Delivery>, Failure> {
    let mut found = Vec::new();
    while let Some(delivery) = consumer.next().await {
        let delivery = delivery?;
        match message::marked(&delivery.properties) {
            None => found.push(delivery),
            Some(name) => {
                acknowledge(shared, &delivery.acker).await;
                if !delivery.redelivered && name == locked(mark).name {
                    return Ok(found);
                }
            }
        }
    }
    Err(Failure::Unreachable)
}

/// A consumer that is given so many unacknowledged messages at most, any number for 0.
pub(crate) async fn consume(
    shared: &Shared,
    channel: &Channel,
    queue: &str,
    prefetch: u16,
) -> Result<Consumer, Failure> {
    let patience = shared.config.patience;
    let limited = channel.basic_qos(prefetch, BasicQosOptions::default());
    answer(patience, limited).await?;
    let (options, none) = (BasicConsumeOptions::default(), FieldTable::default());
    let consumed = channel.basic_consume(queue.into(), "".into(), options, none);
    answer(patience, consumed).await
}

/// Brings what comes to the desk.
async fn read(
    shared: &Shared,
    number: u16,
    aside: &mut Consumer,
    updates: &mut Consumer,
) -> Result<(), Failure> {
    loop {
        let delivery = tokio::select! {
            delivery = aside.next() => delivery,
            delivery = updates.next() => delivery,
        };
        // The broker cancels one consumer alone where its queue gets another leader: whoever went
        // on with the other would hold a partition that nobody reads.
        let delivery = delivery.ok_or(Failure::Unreachable)??;
        arrive(shared, number, delivery).await;
    }
}

async fn arrive(shared: &Shared, number: u16, delivery: Delivery) {
    if message::marked(&delivery.properties).is_some() {
        return acknowledge(shared, &delivery.acker).await;
    }
    let Some(update) = message::update(&delivery.data) else {
        return bury_unread(shared, delivery).await;
    };
    let notes = Notes::read(&delivery.properties);
    let now = shared.clock.now();
    let double = {
        let mut desk = shared.desk();
        let double = desk.arrive(number, update, notes, delivery.acker, now);
        shared.tell(&mut desk);
        double
    };
    if let Some(double) = double {
        acknowledge(shared, &double).await;
    }
}

async fn bury_unread(shared: &Shared, delivery: Delivery) {
    tracing::error!("an update in the queue can't be read and is buried");
    let notes = Notes {
        reason: Some(UNREADABLE.to_owned()),
        ..Notes::default()
    };
    let message = Message::to_queue(shared.names.dead(), delivery.data.clone(), notes.write());
    if shared.publisher.publish(message).await.is_ok() {
        acknowledge(shared, &delivery.acker).await;
    }
}

/// What is not acknowledged comes again, and is known by its key.
pub(crate) async fn acknowledge(shared: &Shared, token: &Acker) {
    let acknowledged = token.ack(BasicAckOptions::default());
    let _ = answer(shared.config.patience, acknowledged).await;
}

/// Returns when the channel is of no use any more: not every consumer hears of it.
pub(crate) async fn broken(channel: &Channel) {
    while channel.status().connected() {
        tokio::time::sleep(LOOK).await;
    }
}

/// Moves aside what waits, for as long as the partition is held.
async fn move_aside(shared: &Shared, number: u16) {
    loop {
        let mut asked = std::pin::pin!(shared.moves.notified());
        // Listening begins before looking, so that nothing is missed in between.
        asked.as_mut().enable();
        loop {
            let now = shared.clock.now();
            let Some(moved) = shared.desk().next_move(number, now) else {
                break;
            };
            let written = message::body(&moved.envelope);
            let published = match written {
                Ok(body) => {
                    let queue = shared.names.aside(number);
                    let message = Message::to_queue(queue, body, moved.notes.write());
                    shared.publisher.publish(message).await
                }
                Err(failure) => Err(failure),
            };
            let now = shared.clock.now();
            if published.is_ok() {
                let original = shared.desk().moved(moved, now);
                acknowledge(shared, &original).await;
                shared.tell(&mut shared.desk());
            } else {
                shared.desk().unmoved(number, moved, now);
                tokio::time::sleep(PAUSE).await;
            }
        }
        asked.await;
    }
}

/// Returns once nothing of a partition is out, and what was has been acknowledged.
async fn drained(shared: &Shared, number: u16) {
    loop {
        let mut settled = std::pin::pin!(shared.settled.notified());
        settled.as_mut().enable();
        if shared.desk().is_drained(number) {
            return shared.acks.written().await;
        }
        settled.await;
    }
}
