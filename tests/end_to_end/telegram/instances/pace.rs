//! Four instances keep to the platform's limits together, and use them.

use std::sync::Arc;
use std::time::Duration;

use expense_core::conversation::reply::Reply;
use expense_core::domain::keys::ChatKey;
use expense_core::memory::clock::SystemClock;
use expense_core::memory::lease::MemoryLease;
use expense_core::ports::error::Fault;
use expense_core::ports::messenger::{Messenger, Outgoing};
use expense_redis::Redis;
use expense_telegram::{Config, Sharing, Telegram};
use futures::future::join_all;
use telegram_fake::{Fake, Limits, Options};
use tokio::time::sleep;

const INSTANCES: usize = 4;
/// Messages to as many chats.
const MESSAGES: i64 = 450;
const PER_SECOND: u32 = 30;
/// What arrives before the pace is an even one.
const BEGINNING: usize = 90;
const END: usize = 420;

/// One bot in so many instances, as processes of their own would be.
fn instances(fake: &Fake) -> Vec<Arc<Telegram>> {
    let settings = expense_redis::testing::fresh();
    let instance = |number| {
        let sharing = Sharing {
            instance: format!("instance {number}"),
            lease: Arc::new(MemoryLease::new(Arc::new(SystemClock))),
            term: Duration::from_secs(15),
            limiter: Arc::new(Redis::open(&settings).expect("a URL")),
        };
        let url = fake.url().parse().expect("a URL");
        let config = Config {
            messages_per_second: PER_SECOND,
            ..Config::polling(fake.token().into(), url)
        };
        let bot = Telegram::shared(config, Arc::new(SystemClock), sharing);
        Arc::new(bot.expect("a configuration"))
    };
    (0..INSTANCES).map(instance).collect()
}

fn hello(chat: i64) -> Outgoing {
    Outgoing {
        chat: ChatKey::new(format!("telegram:{chat}")).expect("a key"),
        id: None,
        reply: Reply::plain("hello"),
        edits: None,
        topic: None,
        files: Vec::new(),
    }
}

/// Says it as soon as it may be said.
async fn say(bot: &Telegram, chat: i64) {
    let outgoing = hello(chat);
    while let Err(error) = bot.send(&outgoing).await {
        let Fault::Busy { retry_after } = error.fault else {
            panic!("{error}");
        };
        sleep(retry_after.unwrap_or_default()).await;
    }
}

/// Never more than the platform takes: nothing is refused. How much of it is used is told, and
/// asserted with room for a crowded machine.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirty_a_second_are_used_and_never_exceeded() {
    let options = Options {
        limits: Limits::telegram(),
        ..Options::load()
    };
    let fake = Fake::start(options).await.expect("a free port");
    let mut arrivals = fake.arrivals();
    for chat in 1..=MESSAGES {
        // A bot may only write to those who wrote to it.
        fake.user(chat).say("/start");
    }
    let bots = instances(&fake);
    let said = (1..=MESSAGES).zip(bots.iter().cycle());
    join_all(said.map(|(chat, bot)| say(bot, chat))).await;
    let mut arrived = Vec::new();
    while let Ok(arrival) = arrivals.try_recv() {
        arrived.push(arrival.at);
    }
    // Thirty may go at once, and as many a second later: from the first of thirty to the first of
    // others.
    let (first, last) = (arrived[BEGINNING], arrived[END]);
    let gaps = u32::try_from(END - BEGINNING).expect("few");
    let ideal = Duration::from_secs(1) * gaps / PER_SECOND;
    let used = ideal.as_millis() * 1_000 / (last - first).as_millis();
    let refused = fake.refused();
    eprintln!("{used} ‰ of what is allowed were used, {refused} messages refused");
    let all = usize::try_from(MESSAGES).expect("few");
    assert_eq!((arrived.len(), refused), (all, 0));
    assert!(used > 800, "{used} ‰");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_takes_twenty_a_minute_of_all_together() {
    let options = Options {
        limits: Limits::telegram(),
        ..Options::load()
    };
    let fake = Fake::start(options).await.expect("a free port");
    let mut arrivals = fake.arrivals();
    let group = fake.group("Flat").id();
    let bots = instances(&fake);
    let talking = bots.iter().map(|bot| async {
        for _ in 0..20 / INSTANCES {
            say(bot, group).await;
        }
    });
    join_all(talking).await;
    for bot in &bots {
        let refused = bot.send(&hello(group)).await.expect_err("it has to wait");
        let Fault::Busy { retry_after } = refused.fault else {
            panic!("{refused}");
        };
        assert!(
            retry_after > Some(Duration::from_secs(2)),
            "{retry_after:?}"
        );
    }
    let mut arrived = 0;
    while arrivals.try_recv().is_ok() {
        arrived += 1;
    }
    assert_eq!((arrived, fake.refused()), (20, 0));
}
