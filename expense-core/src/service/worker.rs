//! Takes deliveries from the queue, handles many at a time, settles each.

use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use tokio_util::sync::CancellationToken;

use super::pool::work_off;
use super::{Inner, backoff};
use crate::conversation::event::Event;
use crate::conversation::wording::trouble;
use crate::domain::limits;
use crate::ports::error::{Fault, PortError};
use crate::ports::queue::{Delivery, Settle};

/// Works until `stop`, then finishes what is in hand.
pub(super) async fn work(inner: &Inner, stop: &CancellationToken) {
    let claim = |free| inner.claim(free);
    let settle = |delivery| inner.settle(delivery);
    work_off(stop, limits::IN_HAND, Vec::new(), claim, settle).await;
}

impl Inner {
    async fn claim(&self, free: usize) -> Vec<Delivery> {
        match self.ports.queue.claim(free, limits::CLAIM_WAIT).await {
            Ok(deliveries) => deliveries,
            Err(error) => {
                tracing::warn!(%error, "no updates can be claimed");
                tokio::time::sleep(backoff::after(2, &error)).await;
                Vec::new()
            }
        }
    }

    async fn settle(&self, delivery: Delivery) {
        // An update that makes us panic is buried alone.
        let handled = AssertUnwindSafe(self.handle(&delivery))
            .catch_unwind()
            .await;
        let settle = match handled {
            Ok(Ok(())) => Settle::Done,
            Ok(Err(error)) => self.failed(&delivery, &error).await,
            Err(_) => {
                let error = PortError::new("service", "handle", Fault::Bug);
                self.failed(&delivery, &error).await
            }
        };
        for attempt in 1..=limits::SETTLE_ATTEMPTS {
            let Err(error) = self.ports.queue.settle(delivery.id, settle.clone()).await else {
                return;
            };
            tracing::warn!(%error, attempt, "a delivery could not be settled");
            tokio::time::sleep(backoff::after(attempt, &error)).await;
        }
        // It counts as lost after a while and comes again; what it caused is found then.
    }

    /// What follows from an error: another try, or the grave and a word to the person.
    async fn failed(&self, delivery: &Delivery, error: &PortError) -> Settle {
        let (kind, attempt) = (&delivery.envelope.event, delivery.attempt);
        let last = attempt >= limits::ATTEMPTS;
        if last || !error.is_transient() {
            tracing::error!(%error, event = ?kind, attempt, "an update failed");
            if !matches!(kind, Event::Tick(_) | Event::Read { .. }) {
                self.excuse(&delivery.envelope.chat, trouble::UNFINISHED)
                    .await;
            }
        } else {
            tracing::warn!(%error, event = ?kind, attempt, "an update will be tried again");
        }
        if error.is_transient() {
            let after = backoff::after(attempt, error);
            Settle::Retry { after }
        } else {
            let reason = error.to_string();
            Settle::Dead { reason }
        }
    }
}
