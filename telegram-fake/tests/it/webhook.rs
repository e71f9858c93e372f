//! Delivery to a webhook.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use telegram_fake::{Fake, Options};

use crate::support::{Bot, fake};

/// What came, and how the hook answers: the nth delivery gets the nth answer, later ones 200.
#[derive(Default)]
struct Seen {
    updates: Vec<(i64, String)>,
    secrets: Vec<Option<String>>,
    answers: Vec<u16>,
    out: BTreeMap<i64, usize>,
    most_out: usize,
    doubled: bool,
}

type Shared = Arc<Mutex<Seen>>;

async fn hook(
    State(seen): State<Shared>,
    headers: HeaderMap,
    Json(update): Json<Value>,
) -> Response {
    let chat = update["message"]["chat"]["id"].as_i64().expect("a chat");
    let text = update["message"]["text"]
        .as_str()
        .expect("a text")
        .to_owned();
    let status = {
        let mut seen = seen.lock().expect("no panic");
        let secret = headers.get("x-telegram-bot-api-secret-token");
        seen.secrets
            .push(secret.map(|secret| secret.to_str().expect("ASCII").to_owned()));
        seen.updates.push((chat, text.clone()));
        *seen.out.entry(chat).or_default() += 1;
        let out: usize = seen.out.values().sum();
        seen.most_out = seen.most_out.max(out);
        seen.doubled |= seen.out[&chat] > 1;
        match seen.answers.is_empty() {
            true => 200,
            false => seen.answers.remove(0),
        }
    };
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    *seen
        .lock()
        .expect("no panic")
        .out
        .get_mut(&chat)
        .expect("it is out") -= 1;
    match text.as_str() {
        "echo" => {
            Json(json!({ "method": "sendMessage", "chat_id": chat, "text": "from the hook" }))
                .into_response()
        }
        _ => StatusCode::from_u16(status)
            .expect("a status")
            .into_response(),
    }
}

async fn listen() -> (Shared, String) {
    let seen = Shared::default();
    let app = Router::new()
        .route("/hook", post(hook))
        .with_state(seen.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a free port");
    let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, app).await });
    (seen, url)
}

#[tokio::test]
async fn each_update_comes_with_the_secret_one_of_a_chat_at_a_time() {
    let fake = fake().await;
    let (seen, url) = listen().await;
    let people: Vec<_> = (1..=8).map(|id| fake.user(id)).collect();
    people[0].say("before");
    let bot = Bot::of(&fake);
    let set = json!({ "url": url, "secret_token": "s3cret", "max_connections": 4 });
    bot.ok("setWebhook", set).await;
    for count in 0..10 {
        for person in &people {
            person.say(&format!("{count}"));
        }
    }
    fake.settled().await;
    let seen = seen.lock().expect("no panic");
    assert_eq!(seen.updates.len(), 81);
    assert!(
        seen.secrets
            .iter()
            .all(|secret| secret.as_deref() == Some("s3cret"))
    );
    assert!(!seen.doubled, "one update of a chat at a time");
    assert!(
        (2..=4).contains(&seen.most_out),
        "{} at a time",
        seen.most_out
    );
    for person in &people {
        let of_chat = seen.updates.iter().filter(|(chat, _)| *chat == person.id());
        let texts: Vec<_> = of_chat
            .map(|(_, text)| text)
            .filter(|text| *text != "before")
            .collect();
        assert!(texts.is_sorted(), "{texts:?}");
    }
    assert_eq!(fake.violations(), Vec::<String>::new());
}

/// What every update said, in the order in which they came.
fn texts(seen: &Mutex<Seen>) -> Vec<String> {
    let seen = seen.lock().expect("it is there");
    seen.updates.iter().map(|(_, text)| text.clone()).collect()
}

#[tokio::test]
async fn what_is_refused_comes_again_before_what_follows_it() {
    let fake = fake().await;
    let (seen, url) = listen().await;
    seen.lock().expect("no panic").answers = vec![500, 503, 200, 200];
    let bot = Bot::of(&fake);
    bot.ok("setWebhook", json!({ "url": url })).await;
    let anna = fake.user(1);
    anna.say("first");
    anna.say("second");
    fake.settled().await;
    assert_eq!(texts(&seen), ["first", "first", "first", "second"]);
    let info = bot.ok("getWebhookInfo", json!({})).await;
    assert_eq!(
        info["last_error_message"],
        "Wrong response from the webhook: 503"
    );
    let refusals = [500, 503].map(|code| (format!("Wrong response from the webhook: {code}"), 1));
    assert_eq!(fake.refusals(), BTreeMap::from(refusals));
}

#[tokio::test]
async fn what_is_under_way_goes_on_where_the_same_webhook_is_set_once_more() {
    let fake = fake().await;
    let (seen, url) = listen().await;
    let bot = Bot::of(&fake);
    bot.ok("setWebhook", json!({ "url": url })).await;
    for _ in 0..20 {
        fake.user(1).say("one more");
        bot.ok("setWebhook", json!({ "url": url })).await;
    }
    fake.settled().await;
    assert_eq!(texts(&seen), ["one more"; 20]);
}

#[tokio::test]
async fn a_call_in_the_answer_is_executed() {
    let fake = fake().await;
    let (_, url) = listen().await;
    Bot::of(&fake).ok("setWebhook", json!({ "url": url })).await;
    fake.user(7).say("echo");
    let reply = fake.chat(7).next_reply().await;
    assert_eq!(reply.words(), "from the hook");
}

#[tokio::test]
async fn each_update_may_come_several_times() {
    let options = Options {
        deliveries: 3..=3,
        ..Options::default()
    };
    let fake = Fake::start(options).await.expect("a free port");
    let (seen, url) = listen().await;
    Bot::of(&fake).ok("setWebhook", json!({ "url": url })).await;
    fake.user(1).say("one");
    fake.user(1).say("two");
    fake.settled().await;
    assert_eq!(texts(&seen), ["one", "one", "one", "two", "two", "two"]);
}
