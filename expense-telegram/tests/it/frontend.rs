//! Telegram passes the suite of frontends.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use expense_core::testing::conformance::frontend::{FrontendBench, Person, Seen, service};
use expense_core::testing::inbox::Inbox;
use telegram_fake::{Fake, Message};
use tokio_util::sync::CancellationToken;

use crate::app::{config, fake, telegram};

const ANNA: i64 = 7;

/// Anna in her private chat with the bot.
struct Anna {
    fake: Fake,
    last: Mutex<i64>,
}

impl Anna {
    fn newest(&self) -> Message {
        let replies = self.fake.chat(ANNA).replies();
        replies.last().expect("the bot said something").clone()
    }

    fn wrote(&self, message: i64) {
        *self.last.lock().expect("nobody panicked") = message;
    }
}

#[async_trait]
impl Person for Anna {
    async fn say(&self, words: &str) {
        self.wrote(self.fake.user(ANNA).say(words));
    }

    async fn photo(&self, bytes: Bytes, caption: &str) {
        self.wrote(self.fake.user(ANNA).photo(bytes, caption));
    }

    async fn rewrite(&self, words: &str) {
        let last = *self.last.lock().expect("nobody panicked");
        self.fake.user(ANNA).edit(last, words);
    }

    async fn reply(&self, words: &str) {
        let to = self.newest().message_id;
        self.wrote(self.fake.user(ANNA).reply(to, words));
    }

    async fn press(&self, label: &str) {
        self.fake.user(ANNA).press(&self.newest(), label);
    }

    async fn sees(&self) -> Seen {
        let chat = self.fake.chat(ANNA);
        let shown = chat.next_reply().await;
        let buttons = shown.rows().into_iter().flatten();
        Seen {
            words: shown.words().to_owned(),
            buttons: buttons.map(|button| button.text).collect(),
            files: chat.file(&shown).into_iter().collect(),
            edited: shown.edit_date.is_some(),
        }
    }
}

async fn fresh_frontend() -> FrontendBench {
    let fake = fake().await;
    let telegram = telegram(config(&fake));
    let (bot, inbox) = (Arc::new(telegram.clone()), Inbox::new());
    let service = service(&inbox, bot.clone(), bot.clone());
    let running = CancellationToken::new();
    let ends = running.clone().drop_guard();
    tokio::spawn(async move { telegram.run(service, running).await });
    let anna = Anna {
        fake,
        last: Mutex::default(),
    };
    FrontendBench::new(Arc::new(anna), bot.clone(), bot, inbox, ends)
}

expense_core::frontend_conformance!(fresh_frontend);
