//! Looking at buried updates, and reviving them.
//!
//! Whoever looks is the only consumer of their queue for as long: another waits. What was looked at
//! goes back in its order when the channel ends.

use std::time::Duration;

use expense_core::domain::keys::UpdateKey;
use expense_core::ports::queue::Buried;
use futures::StreamExt;
use lapin::message::Delivery;
use lapin::{Channel, Consumer};
use tokio::time::timeout;

use crate::error::Failure;
use crate::message::{self, Notes};
use crate::partition::{acknowledge, consume};
use crate::publisher::Message;
use crate::shared::Shared;

/// How long looking may take, the wait for another who looks included.
const LOOKING: Duration = Duration::from_secs(60);

/// The oldest of them.
pub(crate) async fn list(shared: &Shared, limit: usize) -> Result<Vec<Buried>, Failure> {
    if limit == 0 {
        return Ok(Vec::new());
    }
    let channel = shared.consuming.channel().await?;
    let mut walk = Walk::begin(shared, &channel).await?;
    let looked = timeout(LOOKING, first(shared, &mut walk, limit)).await;
    leave(shared, &channel, walk).await;
    looked.map_err(|_| Failure::Silent)?
}

/// Publishes it anew, and only then takes it out of its grave.
pub(crate) async fn revive(shared: &Shared, key: &UpdateKey) -> Result<bool, Failure> {
    let channel = shared.consuming.channel().await?;
    let mut walk = Walk::begin(shared, &channel).await?;
    let revived = timeout(LOOKING, find_and_publish(shared, &mut walk, key)).await;
    leave(shared, &channel, walk).await;
    revived.map_err(|_| Failure::Silent)?
}

async fn first(shared: &Shared, walk: &mut Walk, limit: usize) -> Result<Vec<Buried>, Failure> {
    let mut buried = Vec::new();
    while buried.len() < limit
        && let Some(delivery) = walk.next(shared).await?
    {
        // What this version can't read is left to one that can.
        if let Some(envelope) = message::update(&delivery.data) {
            let reason = Notes::read(&delivery.properties).reason;
            buried.push(Buried {
                envelope,
                reason: reason.unwrap_or_default(),
            });
        }
    }
    Ok(buried)
}

async fn find_and_publish(
    shared: &Shared,
    walk: &mut Walk,
    key: &UpdateKey,
) -> Result<bool, Failure> {
    while let Some(delivery) = walk.next(shared).await? {
        let update = message::update(&delivery.data);
        if let Some(envelope) = update.filter(|update| update.key == *key) {
            let (queue, body) = (shared.names.of(&envelope.chat), delivery.data.clone());
            let message = Message::to_queue(queue, body, Notes::default().write());
            shared.publisher.publish(message).await?;
            acknowledge(shared, &delivery.acker).await;
            return Ok(true);
        }
    }
    Ok(false)
}

/// Everything that was looked at goes back.
async fn leave(shared: &Shared, channel: &Channel, walk: Walk) {
    let closing = channel.close(200, "done".into());
    let _ = timeout(shared.config.patience, closing).await;
    // Its consumer is not cancelled before: what it holds would stay out for others.
    drop(walk);
}

/// The buried, one after the other.
struct Walk {
    dead: Consumer,
    mark: String,
}

impl Walk {
    async fn begin(shared: &Shared, channel: &Channel) -> Result<Self, Failure> {
        let queue = shared.names.dead();
        let dead = consume(shared, channel, &queue, 0).await?;
        let mark = shared.mark();
        shared
            .publisher
            .publish(Message::mark(&queue, &mark))
            .await?;
        Ok(Self { dead, mark })
    }

    async fn next(&mut self, shared: &Shared) -> Result<Option<Delivery>, Failure> {
        while let Some(delivery) = self.dead.next().await {
            let delivery = delivery?;
            let Some(name) = message::marked(&delivery.properties) else {
                return Ok(Some(delivery));
            };
            acknowledge(shared, &delivery.acker).await;
            if name == self.mark {
                return Ok(None);
            }
        }
        Err(Failure::Unreachable)
    }
}
