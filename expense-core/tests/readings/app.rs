//! A service with a slow reader, and what its people see.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use expense_core::conversation::event::{Envelope, Event};
use expense_core::domain::keys::ChatKey;
use expense_core::domain::receipt::Receipt;
use expense_core::memory::attachments::MemoryAttachments;
use expense_core::memory::in_process::in_process;
use expense_core::memory::messenger::Outbox;
use expense_core::memory::store::MemoryStore;
use expense_core::ports::clock::Clock;
use expense_core::ports::error::Result;
use expense_core::ports::ocr::{Document, Read, Reading, ReceiptOcr};
use expense_core::service::{Options, Ports, Service};
use expense_core::testing::fixtures::{chat, envelope, key, noon, user};
use expense_core::testing::simulation::SimulatedClock;
use tokio_util::sync::CancellationToken;

/// A service that runs as long as the test.
pub(crate) struct App {
    pub(crate) service: Service,
    pub(crate) screen: Arc<Outbox>,
    pub(crate) attachments: Arc<MemoryAttachments>,
    pub(crate) clock: Arc<SimulatedClock>,
    updates: AtomicU64,
    shutdown: CancellationToken,
}

impl App {
    pub(crate) fn start(options: Options, change: impl FnOnce(&mut Ports)) -> Self {
        let clock = Arc::new(SimulatedClock::beginning(noon()));
        let (screen, attachments) = (
            Arc::new(Outbox::default()),
            Arc::new(MemoryAttachments::default()),
        );
        let store = Arc::new(MemoryStore::new(clock.clone()));
        let mut ports = in_process(store, screen.clone(), attachments.clone(), clock.clone());
        change(&mut ports);
        let (service, shutdown) = (Service::new(ports, options), CancellationToken::new());
        let (running, stop) = (service.clone(), shutdown.clone());
        tokio::spawn(async move { running.run(stop).await });
        Self {
            service,
            screen,
            attachments,
            clock,
            updates: AtomicU64::new(0),
            shutdown,
        }
    }

    pub(crate) async fn send(&self, who: &str, event: Event) {
        let n = self.updates.fetch_add(1, Ordering::SeqCst);
        let mut update: Envelope = envelope(&chat(who), key(&format!("{n}")), "");
        update.who = user(who);
        update.sent_at = self.clock.now();
        update.event = event;
        self.service.accept(update).await.expect("it is accepted");
    }

    pub(crate) async fn photo(&self, who: &str, content: &str) {
        let attachment = self.attachments.hold(content.to_owned());
        let (caption, album) = (String::new(), None);
        self.send(
            who,
            Event::Photo {
                attachment,
                caption,
                album,
            },
        )
        .await;
    }

    pub(crate) async fn say(&self, who: &str, text: &str) {
        let (text, reply_to) = (text.to_owned(), None);
        self.send(who, Event::Text { text, reply_to }).await;
    }

    /// The messages of a person's chat, as they stand now.
    pub(crate) fn shown(&self, who: &str) -> Vec<String> {
        let chat: ChatKey = chat(who);
        let shown = self.screen.chat(&chat);
        shown
            .iter()
            .map(|shown| shown.outgoing.reply.text.to_plain())
            .collect()
    }

    pub(crate) fn last(&self, who: &str) -> String {
        self.shown(who).pop().unwrap_or_default()
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

/// Reads what it is shown as a merchant of that name, slowly, and remembers when it was asked.
pub(crate) struct Slow {
    takes: Duration,
    place: &'static str,
    pub(crate) asked: Mutex<Vec<(String, DateTime<Utc>)>>,
    pub(crate) clock: Mutex<Option<Arc<dyn Clock>>>,
}

impl Slow {
    pub(crate) fn new(takes: Duration, place: &'static str) -> Arc<Self> {
        Arc::new(Self {
            takes,
            place,
            asked: Mutex::default(),
            clock: Mutex::default(),
        })
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        let asked = self.asked.lock().expect("no test panics with it");
        asked.iter().map(|(what, _)| what.clone()).collect()
    }
}

#[async_trait]
impl ReceiptOcr for Slow {
    async fn read(&self, document: &Document) -> Result<Read> {
        let name = document
            .parts
            .first()
            .map(|part| part.to_vec())
            .unwrap_or_default();
        let name = String::from_utf8(name).expect("a name");
        let now = self
            .clock
            .lock()
            .expect("no test panics with it")
            .as_ref()
            .map_or_else(noon, |clock| clock.now());
        self.asked
            .lock()
            .expect("no test panics with it")
            .push((name.clone(), now));
        tokio::time::sleep(self.takes).await;
        let receipt = Receipt {
            merchant: Some(name),
            total: Some(5.into()),
            currency: "EUR".parse().ok(),
            ..Receipt::default()
        };
        Ok(Read {
            place: self.place.to_owned(),
            reading: Reading::Receipt(Box::new(receipt)),
        })
    }
}
