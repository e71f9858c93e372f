//! Somebody sets the machine's clock, by an hour or by a day, while people write.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use expense_core::conversation::question::{ExpenseFilter, PageRequest};
use expense_core::domain::keys::{ChatKey, LedgerId, MessageKey};
use expense_core::memory::clock::SystemClock;
use expense_core::ports::clock::Clock;
use expense_core::ports::error::Result;
use expense_core::ports::messenger::{Messenger, Outgoing};
use expense_core::ports::store::ExpenseStore;
use expense_core::service::Ports;
use expense_telegram::Telegram;
use rstest::rstest;
use tokio::sync::{Notify, watch};

use crate::app::{App, assert_sound, config, fake};

/// The machine's clock, set to another hour.
#[derive(Default)]
struct SetClock {
    hours: AtomicI64,
}

impl SetClock {
    fn set(&self, hours: i64) {
        self.hours.store(hours, Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + TimeDelta::hours(self.hours.load(Ordering::SeqCst))
    }

    fn steady(&self) -> Duration {
        SystemClock.steady()
    }
}

/// Holds up what one chat is told.
struct Gate {
    way: Arc<dyn Messenger>,
    chat: &'static str,
    open: watch::Sender<bool>,
    reached: Notify,
}

impl Gate {
    fn before(ports: Ports, chat: &'static str) -> (Arc<Self>, Ports) {
        let gate = Arc::new(Self {
            way: ports.messenger,
            chat,
            open: watch::Sender::new(true),
            reached: Notify::new(),
        });
        let messenger = gate.clone();
        (gate, Ports { messenger, ..ports })
    }
}

#[async_trait]
impl Messenger for Gate {
    async fn send(&self, outgoing: &Outgoing) -> Result<MessageKey> {
        if outgoing.chat.as_str() == self.chat {
            self.reached.notify_one();
            let mut open = self.open.subscribe();
            open.wait_for(|open| *open).await.expect("it is there");
        }
        self.way.send(outgoing).await
    }
}

/// What is on its way then is neither told twice nor begun anew, polling goes on, and a message
/// bears the day on which Telegram says that it was written.
#[rstest]
#[case::an_hour_forwards(1)]
#[case::an_hour_back(-1)]
#[case::a_day_forwards(24)]
#[case::a_day_back(-24)]
#[tokio::test]
async fn a_clock_that_is_set_loses_and_doubles_nothing(#[case] hours: i64) {
    let fake = fake().await;
    // Half an hour before midnight.
    fake.set_time(1_778_110_200);
    let clock = Arc::new(SetClock::default());
    let telegram = Telegram::new(config(&fake), clock.clone()).unwrap();
    let kept = Mutex::new(None);
    let (app, _) = App::going_by(clock.clone(), telegram, |ports| {
        let (gate, ports) = Gate::before(ports, "telegram:7");
        *kept.lock().unwrap() = Some((gate, ports.store.clone()));
        ports
    });
    let (gate, store) = kept.into_inner().unwrap().unwrap();
    for (number, set) in (1..).zip([hours, 0, hours, 0]) {
        gate.open.send_replace(false);
        fake.user(7).say(&format!("{number} tea"));
        gate.reached.notified().await;
        clock.set(set);
        fake.user(8).say(&format!("{number} milk"));
        fake.chat(8).next_reply().await;
        gate.open.send_replace(true);
        let reply = fake.chat(7).next_reply().await;
        let begins = format!("#{number} ");
        assert!(reply.words().starts_with(&begins), "{}", reply.words());
    }
    app.stop().await.unwrap();
    let answers = [7, 8].map(|chat| fake.chat(chat).replies().len());
    assert_eq!((answers, fake.pending()), ([4, 4], 0));
    let day = NaiveDate::from_ymd_opt(2026, 5, 6).unwrap();
    assert_eq!(days(&*store, "telegram:7").await, [day; 4]);
    assert_sound(&fake);
}

/// The days of all expenses of a chat.
async fn days(store: &dyn ExpenseStore, chat: &str) -> Vec<NaiveDate> {
    let ledger = LedgerId::of(&ChatKey::new(chat).expect("a key"));
    let page = PageRequest {
        after: None,
        limit: 10,
    };
    let filter = ExpenseFilter::default();
    let page = store.expenses(ledger, &filter, page).await;
    let expenses = page.expect("memory answers").expenses;
    expenses
        .iter()
        .map(|expense| expense.details.date)
        .collect()
}

/// A reply that waits for Telegram waits no hour longer.
#[rstest]
#[case::forwards(1)]
#[case::back(-1)]
#[tokio::test]
async fn a_clock_that_is_set_holds_up_no_reply(#[case] hours: i64) {
    let fake = fake().await;
    let clock = Arc::new(SetClock::default());
    let telegram = Telegram::new(config(&fake), clock.clone()).unwrap();
    let (app, _) = App::going_by(clock.clone(), telegram, |ports| ports);
    fake.fault("sendMessage#1: flood 1".parse().unwrap());
    fake.user(7).say("1 tea");
    fake.settled().await;
    clock.set(hours);
    fake.chat(7).next_reply().await;
    fake.user(7).say("2 tea");
    fake.chat(7).next_reply().await;
    app.stop().await.unwrap();
    assert_eq!(fake.chat(7).replies().len(), 2);
}
