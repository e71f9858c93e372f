//! `getUpdates`.

use serde_json::json;
use telegram_fake::{Fake, Options};

use crate::support::{Bot, fake, ids, texts};

#[tokio::test]
async fn updates_come_until_a_higher_offset_confirms_them() {
    let fake = fake().await;
    let (bot, anna) = (Bot::of(&fake), fake.user(1));
    for text in ["one", "two", "three"] {
        anna.say(text);
    }
    let all = bot.ok("getUpdates", json!({})).await;
    assert_eq!(texts(&all), ["one", "two", "three"]);
    let again = bot.ok("GETUPDATES", json!({ "limit": 2 })).await;
    assert_eq!(texts(&again), ["one", "two"]);
    let second = ids(&all)[1];
    let rest = bot.ok("getupdates", json!({ "offset": second })).await;
    assert_eq!(texts(&rest), ["two", "three"]);
    // What was confirmed is gone, whatever is asked later.
    let rest = bot.ok("getUpdates", json!({ "offset": 0 })).await;
    assert_eq!(texts(&rest), ["two", "three"]);
    let last = bot.ok("getUpdates", json!({ "offset": -1 })).await;
    assert_eq!(texts(&last), ["three"]);
    assert_eq!(
        fake.pending(),
        1,
        "a negative offset forgets what is before"
    );
    let none = bot
        .ok("getUpdates", json!({ "offset": ids(&last)[0] + 1 }))
        .await;
    assert_eq!(none, json!([]));
    assert_eq!(fake.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_long_poll_waits_for_news() {
    let fake = fake().await;
    let (bot, anna) = (Bot::of(&fake), fake.user(1));
    let poll = bot.ok("getUpdates", json!({ "timeout": 30 }));
    let (updates, _) = tokio::join!(poll, async {
        tokio::task::yield_now().await;
        anna.say("here")
    });
    assert_eq!(texts(&updates), ["here"]);
}

#[tokio::test]
async fn the_older_of_two_pollers_is_told_to_end() {
    let fake = fake().await;
    let (bot, anna) = (Bot::of(&fake), fake.user(1));
    let older = tokio::spawn({
        let bot = Bot::of(&fake);
        async move { bot.call("getUpdates", json!({ "timeout": 30 })).await }
    });
    let newer = tokio::spawn({
        let bot = Bot::of(&fake);
        async move { bot.call("getUpdates", json!({ "timeout": 30 })).await }
    });
    // Whichever came first, one of them ends with a conflict and the other goes on.
    let (one, rest) = futures::future::select(older, newer).await.factor_first();
    let one = one.expect("it ends");
    assert_eq!(one["error_code"], 409);
    assert_eq!(
        one["description"],
        "Conflict: terminated by other getUpdates request; \
         make sure that only one bot instance is running"
    );
    anna.say("still there");
    let other = rest.await.expect("it ends");
    assert_eq!(texts(&other["result"]), ["still there"]);
    bot.ok("getMe", json!({})).await;
}

#[tokio::test]
async fn polling_and_a_webhook_exclude_each_other() {
    let fake = fake().await;
    let bot = Bot::of(&fake);
    bot.ok("setWebhook", json!({ "url": "http://127.0.0.1:9/hook" }))
        .await;
    let (code, text) = bot.refused("getUpdates", json!({})).await;
    assert_eq!(code, 409);
    assert!(text.starts_with("Conflict: can't use getUpdates method while webhook is active"));
    fake.user(1).say("waits");
    let info = bot.ok("getWebhookInfo", json!({})).await;
    assert_eq!(info["url"], "http://127.0.0.1:9/hook");
    assert_eq!(info["pending_update_count"], 1);
    bot.ok("deleteWebhook", json!({})).await;
    let updates = bot.ok("getUpdates", json!({})).await;
    assert_eq!(texts(&updates), ["waits"], "switching loses nothing");
    bot.ok("deleteWebhook", json!({ "drop_pending_updates": true }))
        .await;
    assert_eq!(bot.ok("getUpdates", json!({})).await, json!([]));
    assert_eq!(fake.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn only_what_is_wanted_comes() {
    let fake = fake().await;
    let (bot, anna) = (Bot::of(&fake), fake.user(1));
    bot.ok(
        "getUpdates",
        json!({ "allowed_updates": ["callback_query"] }),
    )
    .await;
    anna.say("not wanted");
    assert_eq!(bot.ok("getUpdates", json!({})).await, json!([]));
    bot.ok("getUpdates", json!({ "allowed_updates": [] })).await;
    anna.say("wanted");
    let updates = bot.ok("getUpdates", json!({})).await;
    assert_eq!(texts(&updates), ["wanted"]);
}

#[tokio::test]
async fn updates_may_come_several_times_and_out_of_order_but_never_within_a_chat() {
    let options = Options {
        deliveries: 2..=5,
        shuffle: true,
        ..Options::default()
    };
    let fake = Fake::start(options).await.expect("a free port");
    let bot = Bot::of(&fake);
    let people: Vec<_> = (1..=5).map(|id| fake.user(id)).collect();
    for count in 0..20 {
        for person in &people {
            person.say(&format!("{count}"));
        }
    }
    let mut times = std::collections::BTreeMap::<(i64, String), u32>::new();
    let (mut offset, mut in_order) = (0, true);
    while fake.pending() > 0 {
        let updates = bot
            .ok("getUpdates", json!({ "offset": offset, "limit": 30 }))
            .await;
        in_order &= ids(&updates).is_sorted();
        offset = ids(&updates)
            .into_iter()
            .fold(offset, |offset, id| offset.max(id + 1));
        for update in updates.as_array().expect("a list") {
            let chat = update["message"]["chat"]["id"].as_i64().expect("an id");
            let text = update["message"]["text"]
                .as_str()
                .expect("a text")
                .to_owned();
            *times.entry((chat, text)).or_default() += 1;
        }
    }
    assert_eq!(times.len(), 100);
    assert!(
        times.values().all(|times| (2..=5).contains(times)),
        "{times:?}"
    );
    assert!(!in_order, "chats overtake one another");
}
