//! Takes deliveries from the queue, handles many at a time, settles each.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::FutureExt;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::counts::Outcome;
use super::limited::by_person;
use super::pool::work_off;
use super::{Inner, backoff, counts};
use crate::conversation::command;
use crate::conversation::event::Envelope;
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
                counts::error(&error);
                tracing::warn!(%error, "no updates can be claimed");
                tokio::time::sleep(backoff::after(2, &error)).await;
                Vec::new()
            }
        }
    }

    async fn settle(&self, delivery: Delivery) {
        let settle = self.run(&delivery).await;
        for attempt in 1..=limits::SETTLE_ATTEMPTS {
            let Err(error) = self.ports.queue.settle(delivery.id, settle.clone()).await else {
                return;
            };
            counts::error(&error);
            tracing::warn!(%error, attempt, "a delivery could not be settled");
            tokio::time::sleep(backoff::after(attempt, &error)).await;
        }
        // It counts as lost after a while and comes again; what it caused is found then.
    }

    /// Handles a delivery, and tells how it ended, in numbers, too.
    async fn run(&self, delivery: &Delivery) -> Settle {
        let envelope = &delivery.envelope;
        let began = self.ports.clock.steady();
        if self.options.measured && by_person(&envelope.event) {
            let now = self.ports.clock.now();
            self.counts.began(&envelope.who, envelope.sent_at, now);
        }
        let span = self.handle_span(delivery);
        let handled = self.try_to_handle(delivery, began).instrument(span.clone());
        let settle = handled.await;
        let outcome = Outcome::of(&settle, delivery.attempt);
        span.record("outcome", outcome.name());
        let took = self.ports.clock.steady().saturating_sub(began);
        let command = command::label(&envelope.event);
        self.counts.handled(command, outcome, took);
        settle
    }

    async fn try_to_handle(&self, delivery: &Delivery, began: Duration) -> Settle {
        // An update that makes us panic is buried alone.
        let handled = AssertUnwindSafe(self.handle(delivery)).catch_unwind();
        match handled.await {
            Ok(Ok(())) => {
                self.served.fetch_max(place(began), Ordering::Relaxed);
                Settle::Done
            }
            Ok(Err(error)) => self.failed(delivery, &error, began).await,
            Err(_) => {
                let error = PortError::new("service", "handle", Fault::Bug);
                self.failed(delivery, &error, began).await
            }
        }
    }

    /// What follows from an error: another try, or the grave and a word to the person.
    async fn failed(&self, delivery: &Delivery, error: &PortError, began: Duration) -> Settle {
        counts::error(error);
        let (kind, attempt) = (&delivery.envelope.event, delivery.attempt);
        let chat = self.alias(&delivery.envelope.chat);
        let cause = error.source.as_deref().map(tracing::field::display);
        let holds_up = self.holds_up_others(error).await;
        let may_go_on = attempt < self.bound(error, began, holds_up);
        let told = if !may_go_on {
            tracing::error!(%error, cause, event = ?kind, attempt, %chat, "an update failed");
            Some(trouble::UNFINISHED)
        } else if error.fault == Fault::Full {
            tracing::error!(%error, cause, event = ?kind, attempt, %chat, "an update waits for room");
            (attempt == 1).then_some(trouble::FULL)
        } else {
            tracing::warn!(%error, cause, event = ?kind, attempt, %chat, "an update will be tried again");
            (attempt == limits::DELAY_TOLD).then_some(trouble::DELAYED)
        };
        if let Some(told) = told.filter(|_| by_person(kind)) {
            let Envelope { chat, scene, .. } = &delivery.envelope;
            self.excuse(chat, scene.topic().cloned(), told).await;
        }
        if may_go_on {
            let after = backoff::after(attempt, error);
            let sooner = after.min(limits::HELD_UP_RETRY).max(backoff::asked(error));
            Settle::Retry {
                after: if holds_up { sooner } else { after },
            }
        } else {
            let reason = error.to_string();
            Settle::Dead { reason }
        }
    }

    /// Whether others wait outside for the update that met this error and for few besides, although
    /// the store is there: it answers a question that is nobody's.
    async fn holds_up_others(&self, error: &PortError) -> bool {
        // A disk that is full, or a database that lets nobody write, answers questions all the same.
        let may_be_its_own = error.fault == Fault::Unavailable;
        self.held_up.load(Ordering::Relaxed)
            && (!is_outage(error) || may_be_its_own && self.ports.store.people().await.is_ok())
    }

    /// How often an update is tried that met this error. Where the store is gone for everybody, so
    /// that nothing was handled which began later, it is no fault of the update.
    fn bound(&self, error: &PortError, began: Duration, holds_up: bool) -> u32 {
        let is_outage = is_outage(error);
        let served = self.served.load(Ordering::Relaxed);
        if is_outage && !holds_up && served < place(began) {
            limits::TRIES
        } else if is_outage || error.is_transient() {
            limits::ATTEMPTS
        } else {
            1
        }
    }
}

/// Whether everybody may meet this error at the moment.
fn is_outage(error: &PortError) -> bool {
    error.port == "store" && error.is_outage()
}

/// Where a moment stands among those of this process, from 1: before the first nothing was served.
fn place(moment: Duration) -> u64 {
    u64::try_from(moment.as_millis()).map_or(u64::MAX, |millis| millis.saturating_add(1))
}

#[cfg(test)]
mod tests;
