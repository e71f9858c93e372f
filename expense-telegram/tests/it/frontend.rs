//! Telegram passes the suites of frontends: alone with a person and in groups, by polling and by
//! webhook.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use expense_core::ports::messenger::Rendered;
use expense_core::testing::conformance::frontend::{
    FrontendBench, Group, GroupBench, Person, Platform, PlatformBench, Seen, TopicBench,
};
use expense_core::testing::inbox::Inbox;
use serde_json::json;
use telegram_fake::{Fake, Message};

use crate::app::{App, config, fake, telegram};

const ANNA: i64 = 7;
const BEN: i64 = 8;
const CARL: i64 = 9;

/// Somebody in one place: alone with the bot, in a group, in a topic of it.
struct Somebody {
    fake: Arc<Fake>,
    here: telegram_fake::Person,
    topic: Option<i64>,
    last: Mutex<i64>,
}

impl Somebody {
    fn new(fake: &Arc<Fake>, here: telegram_fake::Person, topic: Option<i64>) -> Arc<Self> {
        Arc::new(Self {
            fake: Arc::clone(fake),
            here,
            topic,
            last: Mutex::default(),
        })
    }

    fn chat(&self) -> telegram_fake::Chat {
        self.fake.chat(self.here.place())
    }

    /// The newest of the bot's messages that is meant.
    fn newest(&self, meant: impl Fn(&Message) -> bool) -> Message {
        let replies = self.chat().replies();
        let found = replies.into_iter().rfind(meant);
        found.expect("the bot said it")
    }

    fn wrote(&self, message: i64) {
        *self.last.lock().expect("nobody panicked") = message;
    }
}

#[async_trait]
impl Person for Somebody {
    async fn at(&self, now: DateTime<Utc>) {
        self.fake.set_time(now.timestamp());
    }

    async fn say(&self, words: &str) {
        self.wrote(self.here.say(words));
    }

    async fn photo(&self, content: Bytes, caption: &str) {
        self.wrote(self.here.photo(content, caption));
    }

    async fn album(&self, photos: Vec<Bytes>, caption: &str) {
        let parts = self.here.album(photos, caption);
        self.wrote(*parts.last().expect("a part"));
    }

    async fn file(&self, name: &str, content: Bytes, caption: &str) {
        let mime = match name.ends_with(".pdf") {
            true => "application/pdf",
            false => "image/png",
        };
        self.wrote(self.here.document(name, mime, content, caption));
    }

    async fn voice(&self, content: Bytes) {
        self.wrote(self.here.voice(content, 4));
    }

    async fn nonsense(&self) {
        let dice = json!({ "dice": { "emoji": "🎲", "value": 3 } });
        self.wrote(self.here.other(dice));
    }

    async fn rewrite(&self, words: &str) {
        let last = *self.last.lock().expect("nobody panicked");
        self.here.edit(last, words);
    }

    async fn reply(&self, words: &str) {
        let to = self.newest(|_| true).message_id;
        self.wrote(self.here.reply(to, words));
    }

    async fn press(&self, label: &str) {
        let button = |message: &Message| {
            let buttons = message.rows().into_iter().flatten();
            buttons.into_iter().find(|button| button.text == label)
        };
        let message = self.newest(|message| button(message).is_some());
        let button = button(&message).expect("the button");
        self.here.press_button(message.message_id, &button);
    }

    async fn sees(&self) -> Seen {
        let shown = self.chat().next_reply().await;
        assert_eq!(shown.message_thread_id, self.topic, "it stands elsewhere");
        let buttons = shown.rows().into_iter().flatten();
        let name = shown.media().and_then(|media| media.file_name.clone());
        let file = |bytes| Rendered {
            name: name.clone().unwrap_or_default(),
            bytes,
        };
        Seen {
            words: shown.words().to_owned(),
            buttons: buttons.map(|button| button.text).collect(),
            files: self.chat().file(&shown).into_iter().map(file).collect(),
            edited: shown.edit_date.is_some(),
        }
    }

    async fn turn_away(&self) {
        self.here.block();
    }
}

/// What Telegram does to a bot.
struct Server(Arc<Fake>);

#[async_trait]
impl Platform for Server {
    async fn stutter(&self) {
        self.0.deliver(2..=2);
    }

    async fn flood(&self, wait: Duration) {
        let flood = format!("sendMessage#1: flood {}", wait.as_secs());
        self.0.fault(flood.parse().expect("a fault"));
    }

    async fn stumble(&self) {
        let trouble = "sendMessage#1: 502 Bad Gateway";
        self.0.fault(trouble.parse().expect("a fault"));
    }

    async fn seal(&self) {
        let sealed = "editMessageText: 400 Bad Request: message can't be edited";
        self.0.fault(sealed.parse().expect("a fault"));
    }

    async fn make_up(&self) {
        self.0.user(ANNA).unblock();
    }
}

/// Where Anna and Ben are.
struct Flat(Arc<Fake>, telegram_fake::Group);

#[async_trait]
impl Group for Flat {
    fn mention(&self) -> String {
        format!("@{}", self.0.bot_name())
    }

    async fn visit(&self) {
        let carl = self.0.user(CARL);
        self.1.join(&carl);
        self.1.leave(&carl);
    }

    async fn take_out(&self) {
        self.1.kick_bot(&self.0.user(BEN));
    }

    async fn bring_in(&self) {
        self.1.invite_bot(&self.0.user(BEN));
    }
}

/// How updates come.
#[derive(Clone, Copy)]
enum By {
    Polling,
    Webhook,
}

/// The bot as it is brought updates, with this person.
async fn bench(by: By, fake: &Arc<Fake>, person: Arc<Somebody>) -> FrontendBench {
    let inbox = Inbox::new();
    let among = |ports| inbox.among(ports);
    let app = match by {
        By::Polling => App::start(telegram(config(fake)), among).0,
        By::Webhook => App::webhook(fake, among).await.0,
    };
    fake.connected().await;
    // Another handle on the same server: what it sends goes the same way.
    let bot = Arc::new(telegram(config(fake)));
    let ends = app.shutdown.clone().drop_guard();
    FrontendBench::new(person, bot.clone(), bot, inbox, (app, ends))
}

async fn alone(by: By) -> FrontendBench {
    let fake = Arc::new(fake().await);
    let anna = Somebody::new(&fake, fake.user(ANNA), None);
    bench(by, &fake, anna).await
}

async fn platform(by: By) -> PlatformBench {
    let fake = Arc::new(fake().await);
    let anna = Somebody::new(&fake, fake.user(ANNA), None);
    let frontend = bench(by, &fake, anna).await;
    PlatformBench::new(frontend, Arc::new(Server(fake)))
}

async fn group(by: By) -> GroupBench {
    let fake = Arc::new(fake().await);
    let flat = fake.supergroup("The flat", true);
    let [anna, ben] = [ANNA, BEN].map(|id| {
        let member = flat.member(&fake.user(id));
        Somebody::new(&fake, member, None)
    });
    let alone = Somebody::new(&fake, fake.user(ANNA), None);
    let frontend = bench(by, &fake, anna).await;
    GroupBench::new(frontend, ben, alone, Arc::new(Flat(fake, flat)))
}

async fn topic(by: By) -> TopicBench {
    let fake = Arc::new(fake().await);
    let flat = fake.supergroup("The flat", true);
    let anna = flat.member(&fake.user(ANNA));
    let trips = flat.topic(&anna, "Trips");
    let inside = Somebody::new(&fake, flat.in_topic(&anna, trips), Some(trips));
    let outside = Somebody::new(&fake, anna, None);
    TopicBench::new(bench(by, &fake, inside).await, outside)
}

/// All four suites, with updates that come this way.
macro_rules! suites {
    ($module:ident: $by:expr) => {
        mod $module {
            use super::*;

            async fn fresh() -> FrontendBench {
                alone($by).await
            }
            expense_core::frontend_conformance!(fresh);

            async fn fresh_platform() -> PlatformBench {
                platform($by).await
            }
            expense_core::frontend_platform_conformance!(fresh_platform);

            async fn fresh_group() -> GroupBench {
                group($by).await
            }
            expense_core::frontend_group_conformance!(fresh_group);

            async fn fresh_topic() -> TopicBench {
                topic($by).await
            }
            expense_core::frontend_topic_conformance!(fresh_topic);
        }
    };
}

suites!(by_polling: By::Polling);
suites!(by_webhook: By::Webhook);
