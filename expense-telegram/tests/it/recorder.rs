//! A queue that keeps what came in and settles it at once, or as it is told.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use expense_core::conversation::event::Envelope;
use expense_core::ports::error::Result;
use expense_core::ports::queue::{Buried, Delivery, DeliveryId, Settle, UpdateQueue};
use expense_core::service::Ports;
use tokio::sync::Notify;

type Publish = dyn Fn(&Envelope) -> Result<()> + Send + Sync;

pub(crate) struct Recorder {
    came: Mutex<Vec<Envelope>>,
    changed: Notify,
    publish: Box<Publish>,
}

impl Recorder {
    pub(crate) fn new() -> Arc<Self> {
        Self::answering(|_| Ok(()))
    }

    pub(crate) fn answering(
        publish: impl Fn(&Envelope) -> Result<()> + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            came: Mutex::default(),
            changed: Notify::new(),
            publish: Box::new(publish),
        })
    }

    /// The ports with this queue among them.
    pub(crate) fn among(self: &Arc<Self>, ports: Ports) -> Ports {
        Ports {
            queue: self.clone(),
            ..ports
        }
    }

    /// The first so many envelopes, once they are here.
    pub(crate) async fn first(&self, count: usize) -> Vec<Envelope> {
        let wait = async {
            loop {
                let mut changed = std::pin::pin!(self.changed.notified());
                changed.as_mut().enable();
                let came = self.came.lock().expect("nobody panicked").clone();
                if came.len() >= count {
                    return came;
                }
                changed.await;
            }
        };
        let came = tokio::time::timeout(telegram_fake::PATIENCE, wait).await;
        came.expect("so many updates come")
    }
}

#[async_trait]
impl UpdateQueue for Recorder {
    async fn publish(&self, envelope: Envelope) -> Result<()> {
        let published = (self.publish)(&envelope);
        self.came.lock().expect("nobody panicked").push(envelope);
        self.changed.notify_waiters();
        published
    }

    async fn claim(&self, _limit: usize, wait: Duration) -> Result<Vec<Delivery>> {
        tokio::time::sleep(wait).await;
        Ok(Vec::new())
    }

    async fn settle(&self, _id: DeliveryId, _settle: Settle) -> Result<()> {
        Ok(())
    }

    async fn buried(&self, _limit: usize) -> Result<Vec<Buried>> {
        Ok(Vec::new())
    }
}
