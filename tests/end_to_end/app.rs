//! One running service over a SQLite file, and people who talk to it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use expense_core::conversation::action::Action;
use expense_core::conversation::event::{Envelope, Event, Scene};
use expense_core::conversation::question::{ExpenseFilter, PageRequest};
use expense_core::domain::expense::Expense;
use expense_core::domain::keys::{ChatKey, LedgerId, MessageKey, UpdateKey, UserKey};
use expense_core::domain::limits;
use expense_core::memory::attachments::MemoryAttachments;
use expense_core::memory::clock::SystemClock;
use expense_core::memory::in_process::in_process;
use expense_core::memory::messenger::{Outbox, Shown};
use expense_core::ports::clock::Clock;
use expense_core::ports::ocr::ReceiptOcr;
use expense_core::ports::store::ExpenseStore;
use expense_core::service::{Options, Service};
use expense_store_sqlite::{Config, SqliteStore};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A service that runs until [`App::stop`].
pub(crate) struct App {
    pub(crate) service: Service,
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) screen: Arc<Outbox>,
    pub(crate) attachments: Arc<MemoryAttachments>,
    shutdown: CancellationToken,
    running: JoinHandle<()>,
    updates: AtomicU64,
    name: String,
}

impl App {
    /// Starts on this file as a process of this name, without a reader of receipts.
    pub(crate) async fn start(file: &Path, name: &str) -> Self {
        Self::start_with(file, name, None, Options::default()).await
    }

    pub(crate) async fn start_with(
        file: &Path,
        name: &str,
        ocr: Option<Arc<dyn ReceiptOcr>>,
        options: Options,
    ) -> Self {
        let store = SqliteStore::open(Config::new(file))
            .await
            .expect("the file opens");
        let store = Arc::new(store);
        let screen = Arc::new(Outbox::default());
        let attachments = Arc::new(MemoryAttachments::default());
        let clock = Arc::new(SystemClock);
        let mut ports = in_process(store.clone(), screen.clone(), attachments.clone(), clock);
        ports.ocr = ocr;
        let service = Service::new(ports, options);
        let shutdown = CancellationToken::new();
        let running = tokio::spawn({
            let (service, shutdown) = (service.clone(), shutdown.clone());
            async move { service.run(shutdown).await }
        });
        Self {
            service,
            store,
            screen,
            attachments,
            shutdown,
            running,
            updates: AtomicU64::new(0),
            name: name.to_owned(),
        }
    }

    /// Finishes what was accepted and closes the file.
    pub(crate) async fn stop(self) {
        self.shutdown.cancel();
        self.running.await.expect("the service ends well");
        self.store.close().await;
    }

    /// An update of this chat that nobody sent before.
    pub(crate) fn update(&self, chat: &ChatKey, event: Event) -> Envelope {
        let count = self.updates.fetch_add(1, Ordering::SeqCst);
        let key = format!("{}:{count}", self.name);
        Envelope {
            key: UpdateKey::new(key.clone()).expect("a short key"),
            chat: chat.clone(),
            who: UserKey::new("test:1").expect("a short key"),
            sent_at: SystemClock.now(),
            message: MessageKey::new(key).ok(),
            language: None,
            name: None,
            scene: Scene::Private,
            trace: None,
            event,
        }
    }

    /// Says something and waits until it is settled.
    pub(crate) async fn say(&self, chat: &ChatKey, words: &str) -> Envelope {
        let update = self.update(chat, text(words));
        self.service
            .accept(update.clone())
            .await
            .expect("it is accepted");
        update
    }

    /// Presses the newest button with this label.
    pub(crate) async fn press(&self, chat: &ChatKey, label: &str) {
        let action = self.button(chat, label).expect("the button is there");
        let update = self.update(chat, Event::Press(action));
        self.service.accept(update).await.expect("it is accepted");
    }

    /// The newest message of the bot in this chat, as bare words.
    pub(crate) fn last(&self, chat: &ChatKey) -> String {
        let shown: Option<Shown> = self.screen.chat(chat).pop();
        shown
            .map(|shown| shown.outgoing.reply.text.to_plain())
            .unwrap_or_default()
    }

    fn button(&self, chat: &ChatKey, label: &str) -> Option<Action> {
        self.screen.chat(chat).iter().rev().find_map(|shown| {
            let mut buttons = shown.outgoing.reply.buttons.iter().flatten();
            let found = buttons.find(|button| button.label.contains(label))?;
            Some(found.action.clone())
        })
    }

    /// The chat's expenses in the store, the newest first.
    pub(crate) async fn expenses(&self, chat: &ChatKey) -> Vec<Expense> {
        let page = PageRequest {
            after: None,
            limit: limits::MAX_PAGE,
        };
        let filter = ExpenseFilter::default();
        let page = self.store.expenses(LedgerId::of(chat), &filter, page).await;
        page.expect("the store answers").expenses
    }
}

pub(crate) fn text(words: &str) -> Event {
    Event::Text {
        text: words.to_owned(),
        reply_to: None,
    }
}

pub(crate) fn chat(name: &str) -> ChatKey {
    ChatKey::new(format!("test:{name}")).expect("a short key")
}
