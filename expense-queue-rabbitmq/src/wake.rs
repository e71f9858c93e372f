//! Waking other processes: a copy of each ring for everybody who listens, kept nowhere.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use expense_core::memory::wake::{spelled, understood};
use expense_core::ports::jobs::JobKind;
use expense_core::ports::wake::Wake;
use futures::StreamExt;
use lapin::message::Delivery;
use lapin::{BasicProperties, Channel, Consumer};
use tokio::sync::Mutex;

use crate::broadcast::listen;
use crate::error::Failure;
use crate::publisher::Message;
use crate::queue::RabbitQueue;
use crate::shared::Shared;

/// Rings that wait for a listener; beyond that the oldest goes.
const WAITING: i64 = 1_000;
/// The pause before somebody who can't listen tries again.
const PAUSE: Duration = Duration::from_secs(2);

/// Where a process listens, once it does.
pub(crate) type Ear = Mutex<Option<(Channel, Consumer)>>;

#[async_trait]
impl Wake for RabbitQueue {
    fn ring(&self, kind: JobKind, from: DateTime<Utc>) {
        let Some(rung) = spelled(kind, from) else {
            return;
        };
        self.shared().publisher.mention(Message {
            exchange: self.shared().names.wake(),
            key: String::new(),
            body: rung.into_bytes(),
            properties: BasicProperties::default(),
            mandatory: false,
        });
    }

    async fn heard(&self) -> (JobKind, DateTime<Utc>) {
        let mut ear = self.shared().ear.lock().await;
        loop {
            match next(self.shared(), &mut ear).await {
                Ok(delivery) => {
                    let rung = std::str::from_utf8(&delivery.data);
                    if let Some(rung) = rung.ok().and_then(understood) {
                        return rung;
                    }
                }
                Err(failure) => {
                    tracing::debug!(error = %failure, "nothing can be heard");
                    *ear = None;
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
}

async fn next(shared: &Shared, ear: &mut Option<(Channel, Consumer)>) -> Result<Delivery, Failure> {
    let (_, consumer) = match ear {
        Some(listening) => listening,
        None => ear.insert(listen(shared, &shared.names.wake(), WAITING).await?),
    };
    match consumer.next().await {
        Some(delivery) => Ok(delivery?),
        None => Err(Failure::Unreachable),
    }
}
