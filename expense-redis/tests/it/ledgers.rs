//! Copies of ledgers that instances share over a real server.

use std::sync::Arc;
use std::time::Duration;

use expense_core::testing::fixtures::chat;
use expense_core::testing::instances::{
    Counted, Instance, Shared, a_thousand_first_messages_make_one_query,
};
use expense_redis::{Config, Redis};

const TTL: Duration = Duration::from_secs(300);

/// What an instance shares through a client of its own.
fn client(config: &Config) -> Shared {
    let redis = Arc::new(Redis::open(config).unwrap());
    Shared {
        cache: redis.clone(),
        states: redis,
    }
}

#[tokio::test]
async fn a_ledger_is_read_once_however_many_ask_at_once() {
    let config = expense_redis::testing::fresh();
    let slow = Duration::from_millis(50);
    a_thousand_first_messages_make_one_query(|| client(&config), slow).await;
}

#[tokio::test]
async fn what_one_instance_changes_the_others_say_next() {
    let config = expense_redis::testing::fresh();
    let (store, anna) = (Counted::answering_after(Duration::ZERO), chat("anna"));
    let [a, b] = ["a", "b"].map(|name| Instance::start(name, &store, &client(&config), TTL));
    a.say(&anna, "12.50 lunch").await;
    assert!(
        b.say(&anna, "/categories")
            .await
            .contains("Travel & Vacation")
    );
    a.say(&anna, "/renamecategory Travel & Vacation -> Away")
        .await;
    let listed = b.say(&anna, "/categories").await;
    assert!(
        listed.contains("Away") && !listed.contains("Vacation"),
        "{listed}"
    );

    // Whoever starts later finds what the others read.
    a.say(&anna, "9 hotel [Away]").await;
    let read = store.calls("ledger");
    let c = Instance::start("c", &store, &client(&config), TTL);
    assert!(c.say(&anna, "8 train [Away]").await.contains("Away"));
    assert_eq!(store.calls("ledger"), read);
}
