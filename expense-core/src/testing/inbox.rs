//! What a frontend brings in, kept instead of handled.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Notify;

use crate::conversation::event::Envelope;
use crate::domain::keys::UpdateKey;
use crate::ports::error::{Fault, PortError, Result};
use crate::ports::queue::{Buried, Delivery, DeliveryId, Settle, UpdateQueue};
use crate::service::Ports;

/// How long a test waits for an update.
const PATIENCE: Duration = Duration::from_secs(60);

type Publish = dyn Fn(&Envelope) -> Result<()> + Send + Sync;

/// An [`UpdateQueue`] that keeps what came in; it counts as settled, or as the test says.
pub struct Inbox {
    came: Mutex<Vec<Envelope>>,
    changed: Notify,
    publish: Box<Publish>,
    refuses: AtomicBool,
}

impl Inbox {
    /// One that settles everything at once.
    #[must_use]
    pub fn new() -> Arc<Self> {
        Self::answering(|_| Ok(()))
    }

    /// One that answers by this.
    pub fn answering(
        publish: impl Fn(&Envelope) -> Result<()> + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            came: Mutex::default(),
            changed: Notify::new(),
            publish: Box::new(publish),
            refuses: AtomicBool::new(false),
        })
    }

    /// The next update is kept and not taken: whoever brought it does not know, and has to bring it
    /// again.
    pub fn refuse_next(&self) {
        self.refuses.store(true, Ordering::SeqCst);
    }

    /// The ports with this queue among them.
    #[must_use]
    pub fn among(self: &Arc<Self>, ports: Ports) -> Ports {
        Ports {
            queue: self.clone(),
            ..ports
        }
    }

    /// Everything that came, once it is at least so much. Panics where it does not come.
    pub async fn first(&self, count: usize) -> Vec<Envelope> {
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
        let came = tokio::time::timeout(PATIENCE, wait).await;
        came.unwrap_or_else(|_| panic!("{count} updates did not come"))
    }
}

#[async_trait]
impl UpdateQueue for Inbox {
    async fn publish(&self, envelope: Envelope) -> Result<()> {
        let published = match self.refuses.swap(false, Ordering::SeqCst) {
            true => Err(PortError::new("queue", "publish", Fault::Unavailable)),
            false => (self.publish)(&envelope),
        };
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

    async fn revive(&self, _key: &UpdateKey) -> Result<bool> {
        Ok(false)
    }
}
