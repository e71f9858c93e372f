//! Updates on their way to a worker.

use std::time::Duration;

use async_trait::async_trait;

use super::error::Result;
use crate::conversation::event::Envelope;
use crate::domain::keys::UpdateKey;

/// One delivery of an update. An update that is delivered again has another id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryId(pub u64);

/// An update, delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// To settle it by.
    pub id: DeliveryId,
    /// From 1; one more after every `Settle::Retry`. A delivery that was lost is no try.
    pub attempt: u32,
    /// The update.
    pub envelope: Envelope,
}

/// How a delivery ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settle {
    /// It is done.
    Done,
    /// Deliver it again, not before this time has passed. The chat's later updates wait behind it.
    Retry {
        /// How long to wait.
        after: Duration,
    },
    /// It can't be done: bury it with this reason, which names no person and quotes nothing.
    Dead {
        /// Why, for the operator.
        reason: String,
    },
}

/// An update that was buried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buried {
    /// The update.
    pub envelope: Envelope,
    /// Why.
    pub reason: String,
}

/// Brings updates to workers.
///
/// Promises: what `publish` returned `Ok` for is delivered at least once; two updates of one
/// chat are never out at the same time, the oldest goes first; different chats go in parallel;
/// a delivery that nobody settles within `limits::DELIVERY` comes back as the same attempt; an
/// update that asked for another try `limits::TRIES` times is buried with its reason, and only
/// its own chat waited for it. What is lost with its workers is no fault of the update: it is
/// buried only after `limits::LOSSES` of that. A full queue is `Fault::Busy`.
///
/// A process takes part in the work from its first `claim` on; one that only publishes takes no
/// other's share.
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait UpdateQueue: Send + Sync {
    /// Takes charge of the update. In one process that means: returns once it is settled, so
    /// that the transport itself is the durable queue; a buried one is `Fault::Bug`.
    async fn publish(&self, envelope: Envelope) -> Result<()>;
    /// At most `limit` deliveries, as soon as there is one, none after `wait`.
    async fn claim(&self, limit: usize, wait: Duration) -> Result<Vec<Delivery>>;
    /// Ends a delivery. An unknown or outdated id changes nothing.
    async fn settle(&self, id: DeliveryId, settle: Settle) -> Result<()>;
    /// The updates that were buried, the oldest first, at most `limit`.
    async fn buried(&self, limit: usize) -> Result<Vec<Buried>>;
    /// Takes the buried update with this key out of its grave and publishes it anew, from attempt
    /// 1, behind what its chat has sent since; `false` where there is none. Whoever dies in
    /// between leaves it in the grave or in the queue, at worst in both. Nobody waits for its end.
    async fn revive(&self, key: &UpdateKey) -> Result<bool>;
}
