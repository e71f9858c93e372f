//! Rates found beside the line, in simulated time.
#![cfg(feature = "testing")]
#![allow(clippy::unwrap_used, reason = "what a test prepares must work")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::NaiveDate;
use expense_core::conversation::event::Event;
use expense_core::conversation::question::{ExpenseFilter, PageRequest};
use expense_core::domain::currency::Currency;
use expense_core::domain::exchange::{Pair, Rate};
use expense_core::domain::expense::Expense;
use expense_core::domain::keys::LedgerId;
use expense_core::memory::attachments::MemoryAttachments;
use expense_core::memory::in_process::in_process;
use expense_core::memory::messenger::Outbox;
use expense_core::memory::store::MemoryStore;
use expense_core::ports::clock::Clock;
use expense_core::ports::error::{Fault, PortError, Result};
use expense_core::ports::fx::FxRates;
use expense_core::ports::store::ExpenseStore;
use expense_core::service::{Options, Service};
use expense_core::testing::fixtures::{chat, conversion, envelope, key, money, noon};
use expense_core::testing::simulation::SimulatedClock;
use tokio_util::sync::CancellationToken;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Answers as it is told to, and notes when it was asked for what.
struct Told {
    answer: Mutex<std::result::Result<Option<Rate>, Fault>>,
    asked: Mutex<Vec<(Duration, Pair, NaiveDate)>>,
    clock: Arc<SimulatedClock>,
}

#[async_trait]
impl FxRates for Told {
    async fn rate(&self, pair: Pair, on: NaiveDate) -> Result<Option<Rate>> {
        let since = (self.clock.now() - noon()).to_std().unwrap();
        self.asked.lock().unwrap().push((since, pair, on));
        let answer = self.answer.lock().unwrap().clone();
        answer.map_err(|fault| PortError::new("fx", "rate", fault))
    }
}

struct Scene {
    service: Service,
    store: Arc<MemoryStore>,
    screen: Arc<Outbox>,
    fx: Arc<Told>,
    updates: Mutex<usize>,
}

impl Scene {
    fn open(answer: std::result::Result<Option<Rate>, Fault>) -> Self {
        let clock = Arc::new(SimulatedClock::beginning(noon()));
        let store = Arc::new(MemoryStore::new(clock.clone()));
        let screen = Arc::new(Outbox::default());
        let fx = Arc::new(Told {
            answer: Mutex::new(answer),
            asked: Mutex::default(),
            clock: clock.clone(),
        });
        let attachments = Arc::new(MemoryAttachments::default());
        let mut ports = in_process(store.clone(), screen.clone(), attachments, clock);
        ports.fx = Some(fx.clone());
        let service = Service::new(ports, Options::default());
        let running = service.clone();
        tokio::spawn(async move { running.run(CancellationToken::new()).await });
        Self {
            service,
            store,
            screen,
            fx,
            updates: Mutex::default(),
        }
    }

    /// Says something and gives back the answer to it.
    async fn say(&self, text: &str) -> String {
        let update = {
            let mut updates = self.updates.lock().unwrap();
            *updates += 1;
            key(&updates.to_string())
        };
        let update = envelope(&chat("anna"), update, text);
        assert!(matches!(update.event, Event::Text { .. }));
        self.service.accept(update).await.unwrap();
        let shown = self.screen.chat(&chat("anna")).pop().unwrap();
        shown.outgoing.reply.text.to_plain()
    }

    async fn newest(&self) -> Expense {
        let page = PageRequest {
            after: None,
            limit: 1,
        };
        let ledger = LedgerId::of(&chat("anna"));
        let filter = ExpenseFilter::default();
        let page = self.store.expenses(ledger, &filter, page).await;
        page.unwrap().expenses.remove(0)
    }

    fn answers(&self, answer: std::result::Result<Option<Rate>, Fault>) {
        *self.fx.answer.lock().unwrap() = answer;
    }

    fn asked(&self) -> Vec<Duration> {
        let asked = self.fx.asked.lock().unwrap();
        asked.iter().map(|(since, _, _)| *since).collect()
    }
}

fn rate() -> Rate {
    conversion(money("1", "USD"), "EUR", "0.8868").rate
}

#[tokio::test(start_paused = true)]
async fn a_rate_is_asked_for_the_day_of_the_purchase_and_kept_whole() {
    let scene = Scene::open(Ok(Some(rate())));
    let confirmed = scene.say("taxi 10 USD 2026-04-30").await;
    assert!(!confirmed.contains('≈'), "{confirmed}");
    tokio::time::sleep(MINUTE).await;
    let pair = Pair::new(Currency::USD, Currency::EUR).unwrap();
    let asked = scene.fx.asked.lock().unwrap().clone();
    let [(_, of, on)] = asked.as_slice() else {
        panic!("asked {asked:?}");
    };
    assert_eq!((*of, on.to_string()), (pair, "2026-04-30".to_owned()));
    let taxi = scene.newest().await;
    let known = taxi.conversion.unwrap();
    assert_eq!((known.money, known.rate), (money("8.87", "EUR"), rate()));
    assert_eq!(taxi.details.money, money("10", "USD"));
    let list = scene.say("/list").await;
    assert!(list.contains("≈ €8.87 together"), "{list}");
    // It stays found.
    tokio::time::sleep(DAY / 4).await;
    assert_eq!(scene.asked().len(), 1);
    assert!(scene.say("/undo").await.contains("Removed: #1"));
}

#[tokio::test(start_paused = true)]
async fn what_is_not_to_be_had_is_asked_for_again_with_growing_waits_for_days() {
    let scene = Scene::open(Err(Fault::Unavailable));
    assert!(scene.say("taxi 10 USD").await.contains("#1 · taxi"));
    tokio::time::sleep(3 * DAY).await;
    let asked = scene.asked();
    let waits: Vec<Duration> = asked.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let grow = waits.windows(2).all(|pair| pair[0] <= pair[1] + MINUTE);
    assert!(grow && (8..=10).contains(&asked.len()), "{waits:?}");
    let (first, last) = (waits.first().unwrap(), waits.last().unwrap());
    assert!(*first < 2 * MINUTE && *last >= DAY, "{waits:?}");
    scene.answers(Ok(Some(rate())));
    tokio::time::sleep(DAY).await;
    assert!(scene.newest().await.conversion.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_source_that_asks_to_be_left_alone_is() {
    let hour = Duration::from_secs(60 * 60);
    let retry_after = Some(hour);
    let scene = Scene::open(Err(Fault::Busy { retry_after }));
    scene.say("taxi 10 USD").await;
    tokio::time::sleep(hour - MINUTE).await;
    assert_eq!(scene.asked().len(), 1);
    scene.answers(Ok(Some(rate())));
    tokio::time::sleep(2 * MINUTE).await;
    assert!(scene.newest().await.conversion.is_some());
}

#[tokio::test(start_paused = true)]
async fn another_day_is_asked_for_at_once_however_long_the_first_waits() {
    let scene = Scene::open(Ok(None));
    scene.say("taxi 10 USD").await;
    tokio::time::sleep(DAY).await;
    scene.answers(Ok(Some(rate())));
    scene.say("/edit 1 yesterday").await;
    tokio::time::sleep(MINUTE).await;
    assert!(scene.newest().await.conversion.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_day_that_has_not_begun_is_not_asked_for() {
    let scene = Scene::open(Ok(Some(rate())));
    scene.say("rent 900 USD 2026-05-05").await;
    tokio::time::sleep(DAY / 4).await;
    assert_eq!(scene.asked(), []);
    tokio::time::sleep(DAY).await;
    assert!(scene.newest().await.conversion.is_some());
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_a_source_that_does_not_answer() {
    struct Silent;

    #[async_trait]
    impl FxRates for Silent {
        async fn rate(&self, _: Pair, _: NaiveDate) -> Result<Option<Rate>> {
            std::future::pending().await
        }
    }

    let clock = Arc::new(SimulatedClock::beginning(noon()));
    let store = Arc::new(MemoryStore::new(clock.clone()));
    let attachments = Arc::new(MemoryAttachments::default());
    let screen = Arc::new(Outbox::default());
    let mut ports = in_process(store, screen, attachments, clock.clone());
    ports.fx = Some(Arc::new(Silent));
    let service = Service::new(ports, Options::default());
    let shutdown = CancellationToken::new();
    let running = {
        let (service, shutdown) = (service.clone(), shutdown.clone());
        tokio::spawn(async move { service.run(shutdown).await })
    };
    for n in 0..20 {
        let update = envelope(&chat("anna"), key(&n.to_string()), "taxi 10 USD");
        service.accept(update).await.unwrap();
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let before = clock.now();
    service.idle().await;
    shutdown.cancel();
    running.await.unwrap();
    let took = (clock.now() - before).to_std().unwrap();
    assert!(took < Duration::from_secs(15), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn an_export_has_what_was_spent_and_what_it_is_worth() {
    let scene = Scene::open(Ok(Some(rate())));
    scene.say("taxi 10 USD").await;
    scene.say("lunch 12.50").await;
    tokio::time::sleep(MINUTE).await;
    scene.answers(Ok(None));
    scene.say("tea 3 GBP").await;
    scene.say("/export").await;
    let shown = scene.screen.chat(&chat("anna")).pop().unwrap();
    let file = shown.outgoing.files.first().unwrap();
    let text = String::from_utf8(file.bytes.to_vec()).unwrap();
    let rows: Vec<String> = text
        .lines()
        .map(|line| {
            line.split(',')
                .skip(2)
                .take(8)
                .collect::<Vec<_>>()
                .join(",")
        })
        .collect();
    assert_eq!(
        rows,
        [
            "amount,currency,original,original_currency,rate,rate_source,rate_date,merchant",
            "3.00,GBP,,,,,,",
            "12.50,EUR,,,,,,",
            "8.87,EUR,10.00,USD,0.8868,rates.test,2026-05-03,",
        ]
    );
}
