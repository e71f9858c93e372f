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
use crate::service::{Options, Ports, Service};
use crate::testing::fixtures;
use crate::testing::mocks::MockExpenseStore;

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

/// Nobody else can be served, and so be seen to be served, before it is settled.
#[rstest]
#[case::the_store_is_there(Fault::Unavailable, false, false)]
#[case::it_is_gone_for_everybody(Fault::Unavailable, true, true)]
#[case::its_disk_is_full(Fault::Full, false, true)]
#[case::it_lets_nobody_write(Fault::Denied, false, true)]
#[tokio::test]
async fn what_holds_up_others_is_tried_sooner_and_given_up(
    #[case] fault: Fault,
    #[case] gone: bool,
    #[case] outage: bool,
) {
    let error = PortError::new("store", "commit", fault);
    let mut service = service(Arc::new(SystemClock), Arc::new(Outbox::default()));
    if gone {
        let mut store = MockExpenseStore::new();
        let refused = || PortError::new("store", "people", Fault::Unavailable);
        store.expect_people().returning(move || Err(refused()));
        let ports = Ports {
            store: Arc::new(store),
            ..service.inner.ports.clone()
        };
        service = Service::new(ports, Options::default());
    }
    service.held_up(true);
    let inner = &service.inner;
    let began = inner.ports.clock.steady();
    let settle = async |attempt| inner.failed(&delivery(attempt), &error, began).await;
    let last = settle(limits::ATTEMPTS).await;
    assert_eq!(matches!(last, Settle::Dead { .. }), !outage, "{last:?}");
    let Settle::Retry { after } = settle(limits::ATTEMPTS - 1).await else {
        panic!("it is tried again");
    };
    assert_eq!(after <= limits::HELD_UP_RETRY, !outage, "{after:?}");
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
