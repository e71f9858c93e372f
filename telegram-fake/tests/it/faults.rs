//! Faults on demand, and what the checks find.

use serde_json::json;

use crate::support::{Bot, fake};

#[tokio::test]
async fn calls_go_wrong_as_the_rules_say() {
    let fake = fake().await;
    let bot = Bot::of(&fake);
    fake.user(1).say("/start");
    for rule in [
        "sendMessage#1: 502 Bad Gateway",
        "sendMessage#2: flood 7",
        "sendMessage#3: close before",
        "sendMessage#4: close after",
        "sendMessage#5: delay 10",
    ] {
        fake.fault(rule.parse().unwrap());
    }
    let message = |text: &str| json!({ "chat_id": 1, "text": text });
    assert_eq!(
        bot.refused("sendMessage", message("1")).await,
        (502, "Bad Gateway".to_owned())
    );
    assert_eq!(
        bot.call("sendMessage", message("2")).await["parameters"]["retry_after"],
        7
    );
    for text in ["3", "4"] {
        let url = format!("{}/sendMessage", bot.base);
        let sent = bot.http.post(url).json(&message(text)).send().await;
        assert!(sent.is_err(), "the connection breaks");
    }
    bot.ok("sendMessage", message("5")).await;
    let words: Vec<_> = fake
        .chat(1)
        .replies()
        .iter()
        .map(|reply| reply.words().to_owned())
        .collect();
    assert_eq!(words, ["4", "5"], "only a lost answer leaves an effect");
}

#[tokio::test]
async fn a_wrong_token_or_method_is_refused() {
    let fake = fake().await;
    let mut bot = Bot::of(&fake);
    assert_eq!(bot.refused("sendNothing", json!({})).await.0, 404);
    bot.base = format!("{}/bot1:wrong", fake.url());
    assert_eq!(
        bot.refused("getMe", json!({})).await,
        (401, "Unauthorized".to_owned())
    );
}

#[tokio::test]
async fn what_the_description_does_not_know_is_found() {
    let fake = fake().await;
    if !fake.checks() {
        return;
    }
    let bot = Bot::of(&fake);
    fake.user(1).say("/start");
    for (params, found) in [
        (
            json!({ "chat_id": 1, "text": "a", "colour": 1 }),
            "sendMessage.colour is no parameter",
        ),
        (
            json!({ "chat_id": true, "text": "a" }),
            "sendMessage.chat_id is of another type",
        ),
        (json!({ "chat_id": 1 }), "sendMessage.text is missing"),
        (
            json!({ "chat_id": 1, "text": "a".repeat(5000) }),
            "sendMessage.text has 5000 characters and not 1 to 4096",
        ),
        (
            json!({ "chat_id": 1, "text": "a", "reply_markup": { "inline_keyboard": [[{ "label": "x" }]] } }),
            "sendMessage.reply_markup.inline_keyboard[0][0].label is no field",
        ),
        (
            json!({ "chat_id": 1, "text": "a", "reply_markup": { "inline_keyboard":
                [[{ "text": "x", "callback_data": "d".repeat(65) }]] } }),
            "sendMessage.reply_markup.inline_keyboard[0][0].callback_data has 65 bytes and not 1 to 64",
        ),
    ] {
        let before = fake.violations().len();
        bot.call("sendMessage", params).await;
        assert_eq!(fake.violations()[before..], [found]);
    }
    bot.call("editMessageText", json!({ "text": "a" })).await;
    let last = fake.violations().pop().unwrap();
    assert!(
        last.starts_with("editMessageText.") && last.ends_with(" is missing"),
        "{last}"
    );
}
