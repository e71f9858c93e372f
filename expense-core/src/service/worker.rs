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
        let took = self.ports.clock.steady() - began;
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
        let may_go_on = attempt < self.bound(error, began);
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
            Settle::Retry { after }
        } else {
            let reason = error.to_string();
            Settle::Dead { reason }
        }
    }

    /// How often an update is tried that met this error. Where the store is gone for everybody, so
    /// that nothing was handled which began later, it is no fault of the update.
    fn bound(&self, error: &PortError, began: Duration) -> u32 {
        let is_outage = error.port == "store" && error.is_outage();
        let served = self.served.load(Ordering::Relaxed);
        if is_outage && served < place(began) {
            limits::TRIES
        } else if is_outage || error.is_transient() {
            limits::ATTEMPTS
        } else {
            1
        }
    }
}

/// Where a moment stands among those of this process, from 1: before the first nothing was served.
fn place(moment: Duration) -> u64 {
    u64::try_from(moment.as_millis()).map_or(u64::MAX, |millis| millis.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::TimeDelta;
    use rstest::rstest;

    use super::*;
    use crate::conversation::event::{Event, Tick};
    use crate::memory::attachments::MemoryAttachments;
    use crate::memory::clock::{ManualClock, SystemClock};
    use crate::memory::in_process::in_process;
    use crate::memory::messenger::Outbox;
    use crate::memory::store::MemoryStore;
    use crate::ports::clock::Clock;
    use crate::ports::queue::DeliveryId;
    use crate::service::{Options, Service};
    use crate::testing::fixtures;

    const BUSY: Fault = Fault::Busy { retry_after: None };

    #[rstest]
    #[case::quietly_at_first(2, Fault::Unavailable, None)]
    #[case::after_some_seconds(limits::DELAY_TOLD, Fault::Unavailable, Some(trouble::DELAYED))]
    #[case::once(limits::DELAY_TOLD + 1, Fault::Unavailable, None)]
    #[case::at_once_where_somebody_must_act(1, Fault::Full, Some(trouble::FULL))]
    #[case::of_that_once(limits::DELAY_TOLD, Fault::Full, None)]
    #[case::not_in_an_outage(limits::ATTEMPTS, Fault::Unavailable, None)]
    #[case::nor_where_nobody_is_let_in(1, Fault::Denied, None)]
    #[case::in_the_end(limits::TRIES, Fault::Unavailable, Some(trouble::UNFINISHED))]
    #[case::of_itself(limits::ATTEMPTS, BUSY, Some(trouble::UNFINISHED))]
    #[case::for_good(1, Fault::Corrupt, Some(trouble::UNFINISHED))]
    #[tokio::test]
    async fn a_person_is_told_what_is_going_on(
        #[case] attempt: u32,
        #[case] fault: Fault,
        #[case] told: Option<&str>,
    ) {
        let (said, settle) = follows(attempt, fault, None, Served::Nobody).await;
        assert_eq!(said.as_deref(), told);
        let is_given_up = told == Some(trouble::UNFINISHED);
        assert_eq!(matches!(settle, Settle::Dead { .. }), is_given_up);
        let clockwork = Some(Event::Tick(Tick::Sweep));
        let (said, _) = follows(attempt, fault, clockwork, Served::Nobody).await;
        assert_eq!(said, None);
    }

    #[rstest]
    #[case::of_a_lost_connection(Fault::Unavailable)]
    #[case::of_a_new_connection_that_is_refused(Fault::Denied)]
    #[tokio::test]
    async fn what_fails_while_others_are_served_is_given_up_sooner(#[case] fault: Fault) {
        let last = limits::ATTEMPTS;
        let (_, settle) = follows(last - 1, fault, None, Served::Others).await;
        assert!(matches!(settle, Settle::Retry { .. }), "{settle:?}");
        let (said, settle) = follows(last, fault, None, Served::Others).await;
        assert_eq!(said.as_deref(), Some(trouble::UNFINISHED));
        assert!(matches!(settle, Settle::Dead { .. }), "{settle:?}");
    }

    /// Others were served before, by a clock that was an hour ahead.
    #[tokio::test]
    async fn an_outage_is_one_whatever_the_clock_is_set_to() {
        let clock = Arc::new(ManualClock::at(fixtures::noon()));
        let service = service(clock.clone(), Arc::new(Outbox::default()));
        let served = service.inner.run(&delivery(1)).await;
        assert!(matches!(served, Settle::Done), "{served:?}");
        clock.set(fixtures::noon() - TimeDelta::hours(1));
        clock.advance(Duration::from_secs(1));
        let error = PortError::new("store", "commit", Fault::Unavailable);
        let began = clock.steady();
        let delivery = delivery(limits::ATTEMPTS);
        let settle = service.inner.failed(&delivery, &error, began).await;
        assert!(matches!(settle, Settle::Retry { .. }), "{settle:?}");
    }

    /// Who was served meanwhile.
    enum Served {
        Nobody,
        Others,
    }

    async fn follows(
        attempt: u32,
        fault: Fault,
        event: Option<Event>,
        served: Served,
    ) -> (Option<String>, Settle) {
        let screen = Arc::new(Outbox::default());
        let service = service(Arc::new(SystemClock), screen.clone());
        let mut delivery = delivery(attempt);
        delivery.envelope.event = event.unwrap_or(delivery.envelope.event);
        let error = PortError::new("store", "commit", fault);
        let began = service.inner.ports.clock.steady();
        if let Served::Others = served {
            let later = place(began) + 1;
            service.inner.served.store(later, Ordering::Relaxed);
        }
        let settle = service.inner.failed(&delivery, &error, began).await;
        let shown = screen.all();
        let said = shown.first();
        let said = said.map(|shown| shown.outgoing.reply.text.to_plain());
        (said, settle)
    }

    fn service(clock: Arc<dyn Clock>, screen: Arc<Outbox>) -> Service {
        let ports = in_process(
            Arc::new(MemoryStore::new(clock.clone())),
            screen,
            Arc::new(MemoryAttachments::default()),
            clock,
        );
        Service::new(ports, Options::default())
    }

    fn delivery(attempt: u32) -> Delivery {
        let (chat, key) = (fixtures::chat("home"), fixtures::key("1"));
        Delivery {
            id: DeliveryId(1),
            attempt,
            envelope: fixtures::envelope(&chat, key, "12.50 lunch"),
        }
    }
}
