//! A copy in Redis that stayed behind while Redis hung.

use std::sync::Arc;
use std::time::Duration;

use expense_core::domain::keys::{MessageKey, UpdateKey};
use expense_core::memory::attachments::MemoryAttachments;
use expense_core::memory::clock::SystemClock;
use expense_core::memory::in_process::in_process;
use expense_core::memory::messenger::Outbox;
use expense_core::memory::store::MemoryStore;
use expense_core::ports::state::StateStore;
use expense_core::service::{Options, Service};
use expense_core::testing::fixtures;
use expense_core::wrap::Wrapped;
use expense_core::wrap::breaker::{Breaker, Patience};
use expense_redis::Redis;
use test_servers::redis::Server;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::HANG;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_caught_by_its_version() {
    let server = Server::start().unwrap_or_else(|error| panic!("{error}"));
    let mut config = expense_redis::testing::of(&server.url());
    config.response_timeout = Duration::from_millis(250);
    let redis = Arc::new(Redis::open(&config).expect("a URL"));
    let clock = Arc::new(SystemClock);
    let breaker = Breaker::new("redis", Patience::default(), clock.clone());
    let screen = Arc::new(Outbox::default());
    let mut ports = in_process(
        Arc::new(MemoryStore::new(clock.clone())),
        screen.clone(),
        Arc::new(MemoryAttachments::default()),
        clock,
    );
    ports.states = Arc::new(Wrapped::state(redis.clone(), breaker));
    let service = Service::new(ports, Options::default());
    let shutdown = CancellationToken::new();
    let running = tokio::spawn({
        let (service, shutdown) = (service.clone(), shutdown.clone());
        async move { service.run(shutdown).await }
    });
    let chat = fixtures::chat("anna");
    let say = async |number: u32, words: &str| {
        let key = UpdateKey::new(format!("stale:{number}")).expect("a key");
        let mut update = fixtures::envelope(&chat, key, words);
        update.message = MessageKey::new(format!("said {number}")).ok();
        service.accept(update).await.expect("it is accepted");
        let shown = screen.chat(&chat).pop().expect("an answer");
        shown.outgoing.reply.text.to_plain()
    };

    say(1, "12.50 lunch").await;
    let asks = say(2, "/edit 1").await;
    assert!(asks.contains("What do you want to change?"), "{asks}");
    server.pause().expect("it runs");
    let changed = say(3, "9.80").await;
    assert!(changed.contains("€9.80"), "{changed}");
    server.go_on().expect("it is there");
    let begun = Instant::now();
    let key = format!("session/{}", chat.as_str());
    let copy = loop {
        match redis.load(&key).await {
            Ok(copy) => break copy.expect("nobody took it away"),
            Err(error) => assert!(begun.elapsed() < HANG, "{error}"),
        }
        sleep(Duration::from_millis(50)).await;
    };
    // By the copy, this would be another answer to the question.
    let recorded = say(4, "5 tea").await;
    assert!(recorded.starts_with("#2 · tea · €5.00"), "{recorded}");
    say(5, "6 milk").await;
    sleep(Patience::default().longest).await;
    say(6, "7 cake").await;
    let now = redis.load(&key).await.expect("it answers").expect("a copy");
    assert!(now.version > copy.version, "the copy was never renewed");
    shutdown.cancel();
    running.await.expect("it ends well");
}
