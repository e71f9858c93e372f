//! A bot over any store, and people who do whatever comes into their heads.

use std::sync::Arc;

use expense_core::conversation::action::Action;
use expense_core::conversation::event::{Envelope, Event, Scene};
use expense_core::domain::keys::{ChatKey, MessageKey, UpdateKey, UserKey};
use expense_core::memory::attachments::MemoryAttachments;
use expense_core::memory::clock::SystemClock;
use expense_core::memory::in_process::in_process;
use expense_core::memory::messenger::Outbox;
use expense_core::ports::jobs::Jobs;
use expense_core::ports::store::ExpenseStore;
use expense_core::service::{Options, Service};
use expense_core::testing::dice::Dice;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::stores::now;

const WORDS: [&str; 26] = [
    "lunch 12.50",
    "5.50 coffee #work #café",
    "-3 refund",
    "¥500 tea",
    "0.750 KWD dates",
    "taxi 10 USD",
    "1.234 laptop",
    "03/05/2026 rent 900",
    "3 a\n4 b\n5 c yesterday",
    "10 taxi [Transport]",
    "小籠包 7.20 #旅行",
    "/undo",
    "/edit 1 9.80",
    "/edit 2 [Education]",
    "/delete 1",
    "/tag 2 x",
    "/untag 2 x",
    "/currency JPY",
    "/currency EUR",
    "/timezone Asia/Tokyo",
    "/addcategory Pets \"&\\ more",
    "/renamecategory Pets \"&\\ more -> Cats",
    "/deletecategory Cats",
    "/list",
    "/week",
    "yesterday",
];
const CHATS: [&str; 4] = ["test:one", "test:two", "test:three", "test:four"];

pub(crate) fn chats() -> Vec<ChatKey> {
    CHATS.map(|name| ChatKey::new(name).unwrap()).to_vec()
}

/// A bot that runs until [`Life::end`].
pub(crate) struct Life<S> {
    pub(crate) store: Arc<S>,
    pub(crate) service: Service,
    screen: Arc<Outbox>,
    attachments: Arc<MemoryAttachments>,
    shutdown: CancellationToken,
    running: JoinHandle<()>,
}

impl<S: ExpenseStore + Jobs + 'static> Life<S> {
    pub(crate) fn begin(store: Arc<S>) -> Self {
        let screen = Arc::new(Outbox::default());
        let attachments = Arc::new(MemoryAttachments::default());
        let clock = Arc::new(SystemClock);
        let ports = in_process(store.clone(), screen.clone(), attachments.clone(), clock);
        let service = Service::new(ports, Options::default());
        let shutdown = CancellationToken::new();
        let running = tokio::spawn({
            let (service, shutdown) = (service.clone(), shutdown.clone());
            async move { service.run(shutdown).await }
        });
        Self {
            store,
            service,
            screen,
            attachments,
            shutdown,
            running,
        }
    }

    pub(crate) async fn end(self) -> Arc<S> {
        self.shutdown.cancel();
        self.running.await.unwrap();
        self.store
    }

    pub(crate) async fn deliver(&self, update: &Envelope) {
        self.service.accept(update.clone()).await.unwrap();
    }

    pub(crate) async fn say(&self, chat: &ChatKey, key: &str, words: &str) -> Envelope {
        let update = update(chat, key, text(words));
        self.deliver(&update).await;
        update
    }

    /// What people do, by chance; each update is settled before the next.
    pub(crate) async fn pass(&self, dice: &mut Dice, name: &str, deeds: usize) -> Vec<Envelope> {
        let chats = chats();
        let mut updates = Vec::new();
        for n in 0..deeds {
            let chat = &chats[dice.below(chats.len())];
            let event = match dice.below(10) {
                0 => Event::Photo {
                    attachment: self.attachments.hold(vec![u8::try_from(n % 7).unwrap(); 9]),
                    caption: dice.pick(&["", "8 snack"]).to_owned(),
                    album: dice
                        .pick(&[None, Some("album")])
                        .map(|name| MessageKey::new(name).unwrap()),
                },
                1..=3 => match self.button(chat, dice) {
                    Some(action) => Event::Press(action),
                    None => text("7 snack"),
                },
                _ => text(dice.pick(&WORDS)),
            };
            let update = update(chat, &format!("{name}:{n}"), event);
            self.deliver(&update).await;
            updates.push(update);
        }
        self.service.idle().await;
        updates
    }

    fn button(&self, chat: &ChatKey, dice: &mut Dice) -> Option<Action> {
        let shown = self.screen.chat(chat);
        let buttons = shown.iter().rev().take(5);
        let buttons = buttons.flat_map(|shown| shown.outgoing.reply.buttons.iter().flatten());
        let actions: Vec<_> = buttons.map(|button| button.action.clone()).collect();
        (!actions.is_empty()).then(|| actions[dice.below(actions.len())].clone())
    }
}

pub(crate) fn text(words: &str) -> Event {
    Event::Text {
        text: words.to_owned(),
        reply_to: None,
    }
}

pub(crate) fn update(chat: &ChatKey, key: &str, event: Event) -> Envelope {
    Envelope {
        key: UpdateKey::new(format!("test:{key}")).unwrap(),
        chat: chat.clone(),
        who: UserKey::new("test:anna").unwrap(),
        sent_at: now(),
        message: MessageKey::new(format!("m{key}")).ok(),
        language: None,
        name: None,
        scene: Scene::Private,
        trace: None,
        event,
    }
}
