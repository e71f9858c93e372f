//! Frontends of two kinds on one store.

use std::process::Child;
use std::time::Duration;

use expense_core::conversation::reply::Reply;
use expense_core::domain::keys::ChatKey;
use expense_core::ports::jobs::{ClaimRequest, JobKind, Jobs, Parked, Served};
use expense_core::testing::fixtures;
use expense_store_sqlite::{Config, SqliteStore};
use rustix::process::{Pid, Signal, kill_process};
use telegram_fake::{Fake, Options};

use crate::bot::Bot;

const PERSON: i64 = 4711;

/// What waits for a chat of this frontend.
async fn park(store: &SqliteStore, frontend: Served) {
    let parked = Parked {
        key: fixtures::key("beside"),
        chat: ChatKey::new(format!("{}{PERSON}", frontend.0)).unwrap(),
        first: 0,
        replies: vec![Reply::plain("it was away")],
    };
    store.park(&parked, Duration::ZERO).await.unwrap();
}

/// How often its sending was tried, this claim included.
async fn tries(store: &SqliteStore, frontend: Served) -> u32 {
    let ttl = Duration::from_secs(60);
    let jobs = store
        .claim(ClaimRequest::new(JobKind::Reply, 10, ttl).serving(frontend))
        .await;
    jobs.unwrap().pop().expect("it waits still").attempt
}

async fn open(bot: &Bot) -> SqliteStore {
    let config = Config::new(bot.home().join("a.sqlite"));
    SqliteStore::open(config).await.unwrap()
}

fn bot(fake: &Fake) -> Bot {
    let bot = Bot::new();
    let file = bot.home().join("a.sqlite");
    bot.with("TELEGRAM_API_URL", &fake.url())
        .with("TELEGRAM_BOT_TOKEN", &fake.token())
        .with("DATABASE_URL", &format!("sqlite://{}", file.display()))
        .with("OWNER_IDS", &PERSON.to_string())
        .with("OCR", "none")
}

fn end(mut program: Child) {
    let id = Pid::from_child(&program);
    kill_process(id, Signal::TERM).unwrap();
    assert!(program.wait().unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_leaves_the_bots_replies_to_it() {
    let fake = Fake::start(Options::default()).await.unwrap();
    let bot = bot(&fake);
    let store = open(&bot).await;
    park(&store, expense_telegram::SERVED).await;
    let said = tokio::task::block_in_place(|| bot.run(&["console"], "12.50 lunch\n"));
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_eq!(tries(&store, expense_telegram::SERVED).await, 1, "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bot_leaves_a_consoles_replies_to_it() {
    let fake = Fake::start(Options::default()).await.unwrap();
    let bot = bot(&fake);
    let store = open(&bot).await;
    park(&store, expense_console::SERVED).await;
    let running = bot.start(&[]);
    fake.user(PERSON).say("12.50 lunch");
    fake.settled().await;
    end(running);
    assert_eq!(tries(&store, expense_console::SERVED).await, 1);
}
