//! People, their chats, and processes of the bot over one store.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use expense_core::conversation::action::Action;
use expense_core::conversation::event::{Envelope, Event, Scene};
use expense_core::conversation::question::{ExpenseFilter, PageRequest};
use expense_core::domain::access::Access;
use expense_core::domain::expense::Expense;
use expense_core::domain::keys::{ChatKey, LedgerId, MessageKey, UpdateKey, UserKey};
use expense_core::domain::limits;
use expense_core::domain::person::PersonName;
use expense_core::memory::attachments::MemoryAttachments;
use expense_core::memory::in_process::in_process;
use expense_core::memory::store::MemoryStore;
use expense_core::ports::clock::Clock;
use expense_core::ports::error::Result;
use expense_core::ports::messenger::{Messenger, Outgoing};
use expense_core::ports::store::ExpenseStore;
use expense_core::service::{Options, Ports, Service};
use expense_core::testing::fixtures::noon;
use expense_core::testing::simulation::{Screen, SimulatedClock};
use tokio_util::sync::CancellationToken;

/// What all processes share.
pub(crate) struct Town {
    pub(crate) clock: Arc<SimulatedClock>,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) screen: Arc<Screen>,
    topics: Arc<Topics>,
    ports: Ports,
    updates: AtomicU64,
}

/// Notes the topic of each message on its way to the screen.
struct Topics {
    screen: Arc<Screen>,
    noted: std::sync::Mutex<Vec<(ChatKey, Option<MessageKey>)>>,
}

#[async_trait::async_trait]
impl Messenger for Topics {
    async fn send(&self, outgoing: &Outgoing) -> Result<MessageKey> {
        let message = self.screen.send(outgoing).await?;
        let place = (outgoing.chat.clone(), outgoing.topic.clone());
        self.noted.lock().expect("as the test wants it").push(place);
        Ok(message)
    }
}

impl Town {
    pub(crate) fn new() -> Self {
        Self::refusing(0)
    }

    /// One whose platform takes no message at first, so many times.
    pub(crate) fn refusing(refusals: usize) -> Self {
        let clock = Arc::new(SimulatedClock::beginning(noon()));
        let store = Arc::new(MemoryStore::new(clock.clone()));
        let screen = Arc::new(Screen::refusing(refusals));
        let topics = Arc::new(Topics {
            screen: Arc::clone(&screen),
            noted: std::sync::Mutex::default(),
        });
        let attachments = Arc::new(MemoryAttachments::default());
        let ports = in_process(store.clone(), topics.clone(), attachments, clock.clone());
        Self {
            clock,
            store,
            screen,
            topics,
            ports,
            updates: AtomicU64::new(0),
        }
    }

    /// A process of the bot. All of them share everything but what a process keeps to itself.
    pub(crate) fn process(&self, access: Access) -> Process<'_> {
        self.process_over(self.ports.clone(), access)
    }

    /// One whose store is another.
    pub(crate) fn process_with(&self, store: Arc<dyn ExpenseStore>, access: Access) -> Process<'_> {
        let ports = Ports {
            store,
            ..self.ports.clone()
        };
        self.process_over(ports, access)
    }

    fn process_over(&self, ports: Ports, access: Access) -> Process<'_> {
        let options = Options {
            access,
            ..Options::default()
        };
        let queue = expense_core::memory::queue::MemoryQueue::new(self.clock.clone());
        let ports = Ports {
            queue: Arc::new(queue),
            ..ports
        };
        let service = Service::new(ports, options);
        let shutdown = CancellationToken::new();
        tokio::spawn({
            let (service, shutdown) = (service.clone(), shutdown.clone());
            async move { service.run(shutdown).await }
        });
        Process {
            town: self,
            service,
            _shutdown: shutdown.drop_guard(),
        }
    }

    /// An update that nobody sent before.
    pub(crate) fn update(&self, who: &str, chat: &str, event: Event) -> Envelope {
        let count = self.updates.fetch_add(1, Ordering::SeqCst);
        let group = Scene::Group {
            addressed: true,
            topic: None,
        };
        Envelope {
            key: UpdateKey::new(format!("t:update:{count}")).expect("as the test wants it"),
            chat: key_of(chat),
            who: UserKey::new(format!("t:{who}")).expect("as the test wants it"),
            sent_at: self.clock.now(),
            message: MessageKey::new(format!("m{count}")).ok(),
            language: None,
            name: PersonName::new(who).ok(),
            scene: if who == chat { Scene::Private } else { group },
            trace: None,
            event,
        }
    }

    /// All that was said in a chat.
    pub(crate) fn said(&self, chat: &str) -> Vec<String> {
        self.screen.said(&key_of(chat))
    }

    pub(crate) fn last(&self, chat: &str) -> String {
        self.said(chat).pop().unwrap_or_default()
    }

    /// The topics of what was said in a chat.
    pub(crate) fn topics(&self, chat: &str) -> Vec<Option<MessageKey>> {
        let noted = self.topics.noted.lock().expect("as the test wants it");
        let of_chat = noted.iter().filter(|(place, _)| *place == key_of(chat));
        of_chat.map(|(_, topic)| topic.clone()).collect()
    }

    /// The expenses of the ledger that began in this chat, the newest first.
    pub(crate) async fn expenses(&self, chat: &str) -> Vec<Expense> {
        let page = PageRequest {
            after: None,
            limit: limits::MAX_PAGE,
        };
        let ledger = LedgerId::of(&key_of(chat));
        let filter = ExpenseFilter::default();
        let page = self.store.expenses(ledger, &filter, page).await;
        page.expect("as the test wants it").expenses
    }
}

/// A process of the bot, until it is dropped.
pub(crate) struct Process<'t> {
    town: &'t Town,
    pub(crate) service: Service,
    _shutdown: tokio_util::sync::DropGuard,
}

impl Process<'_> {
    /// Lets it happen, until everything that follows is done.
    pub(crate) async fn happen(&self, envelope: Envelope) {
        self.service.accept(envelope).await.expect("it is accepted");
        self.service.idle().await;
    }

    pub(crate) async fn write(&self, who: &str, chat: &str, words: &str) {
        self.happen(self.town.update(who, chat, text(words))).await;
    }

    /// Presses the newest button of this name that stands in the chat.
    pub(crate) async fn press(&self, who: &str, chat: &str, label: &str) {
        let found = self.town.screen.button(&key_of(chat), label);
        let (message, action) = found.expect("the button is there");
        let mut update = self.town.update(who, chat, Event::Press(action));
        update.message = Some(message);
        self.happen(update).await;
    }

    /// Presses a button that nobody was shown there.
    pub(crate) async fn forge(&self, who: &str, chat: &str, action: Action) {
        self.happen(self.town.update(who, chat, Event::Press(action)))
            .await;
    }
}

pub(crate) fn key_of(chat: &str) -> ChatKey {
    ChatKey::new(format!("t:{chat}")).expect("as the test wants it")
}

pub(crate) fn text(words: &str) -> Event {
    Event::Text {
        text: words.to_owned(),
        reply_to: None,
    }
}

/// Closed but for these owners, people and chats, as in `boss / anna ben / -1`.
pub(crate) fn closed(entries: &str) -> Access {
    let mut parts = entries.split('/').map(|part| {
        let keys = part.split_whitespace().map(|name| format!("t:{name}"));
        keys.collect::<Vec<_>>()
    });
    let mut next = || parts.next().unwrap_or_default().into_iter();
    Access {
        owners: next()
            .map(|key| UserKey::new(key).expect("as the test wants it"))
            .collect(),
        users: next()
            .map(|key| UserKey::new(key).expect("as the test wants it"))
            .collect(),
        chats: next()
            .map(|key| ChatKey::new(key).expect("as the test wants it"))
            .collect(),
        open: false,
    }
}
