//! Updates by webhook: 2xx is said when an update is safe, and to Telegram alone.

use expense_core::ports::error::{Fault, PortError};
use expense_core::testing::inbox::Inbox;
use expense_telegram::RunError;
use reqwest::header::RETRY_AFTER;
use rstest::rstest;
use serde_json::json;
use telegram_fake::{Fake, Options};

use crate::app::{App, SECRET, assert_sound, fake};

const HEADER: &str = "X-Telegram-Bot-Api-Secret-Token";
const UPDATE: &str = r#"{"update_id":1,"message":{"message_id":5,"date":1777000000,
    "chat":{"id":7,"type":"private"},"from":{"id":7,"first_name":"Anna"},"text":"1 tea"}}"#;

#[tokio::test]
async fn records_answers_and_acknowledges() {
    let fake = fake().await;
    let (app, _) = App::webhook(&fake, |ports| ports).await;
    fake.user(7).say("12.50 lunch");
    let reply = fake.chat(7).next_reply().await;
    assert!(reply.words().contains("lunch"), "{}", reply.words());
    // The answer to the press rides in the webhook's own.
    fake.user(7).press(&reply, "Undo");
    assert_eq!(fake.chat(7).next_answer().await, None);
    app.stop().await.unwrap();
    assert_sound(&fake);
}

/// Whatever keeps Telegram from taking the address for a moment is waited out.
#[rstest]
#[case::trouble("setWebhook#1: 502 Bad Gateway")]
#[case::no_connection("setWebhook#1: close before")]
#[case::an_answer_that_is_lost("setWebhook#1: close after")]
#[case::flood("setWebhook#1: flood 1")]
#[case::a_name_that_is_new(
    "setWebhook#1: 400 Bad Request: bad webhook: Failed to resolve host: Name or service not known"
)]
#[case::before_it_knows_itself("getMe#1: close before")]
#[tokio::test]
async fn is_brought_updates_in_the_end(#[case] fault: &str) {
    let fake = fake().await;
    fake.fault(fault.parse().unwrap());
    let (app, _) = App::webhook(&fake, |ports| ports).await;
    fake.user(7).say("12.50 lunch");
    fake.chat(7).next_reply().await;
    app.stop().await.unwrap();
}

#[rstest]
#[case::an_address("bad webhook: HTTPS url must be provided for webhook")]
#[case::a_port("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")]
#[case::a_network("bad webhook: IP address 10.0.0.1 is reserved")]
#[case::a_secret("secret token contains unallowed characters")]
#[tokio::test]
async fn ends_with_a_sentence_where_telegram_refuses_it(#[case] what: &str) {
    let fake = fake().await;
    let refuses = format!("setWebhook: 400 Bad Request: {what}");
    fake.fault(refuses.parse().unwrap());
    let (app, _) = App::webhook(&fake, |ports| ports).await;
    let ended = app.ended().await.unwrap_err();
    assert_eq!(ended, RunError::Webhook);
    let sentence = ended.to_string();
    for named in [
        "WEBHOOK_URL has to be a public https://",
        "WEBHOOK_SECRET takes",
    ] {
        assert!(sentence.contains(named), "{sentence}");
    }
}

#[tokio::test]
async fn records_once_however_often_it_is_brought() {
    let options = Options {
        deliveries: 2..=4,
        ..Options::default()
    };
    let fake = Fake::start(options).await.unwrap();
    let (app, _) = App::webhook(&fake, |ports| ports).await;
    for amount in 1..=5 {
        fake.user(7).say(&format!("{amount} tea"));
    }
    let mut said = String::new();
    while !said.starts_with("#5 ") {
        said = fake.chat(7).next_reply().await.words().to_owned();
        assert!(!said.starts_with("#6 "), "{said}");
    }
    app.stop().await.unwrap();
}

/// The status that a body gets, once the bot knows itself.
async fn status(url: &str, secret: Option<&str>, body: String) -> reqwest::Response {
    loop {
        let mut request = reqwest::Client::new().post(url).body(body.clone());
        if let Some(secret) = secret {
            request = request.header(HEADER, secret);
        }
        let response = request.send().await.expect("it answers");
        if response.status() != 503 || response.headers().get(RETRY_AFTER).is_none() {
            return response;
        }
        tokio::task::yield_now().await;
    }
}

#[rstest]
#[case::telegram(Some(SECRET), UPDATE.to_owned(), 200, 1)]
#[case::a_stranger(None, UPDATE.to_owned(), 401, 0)]
#[case::a_guess(Some("told_to_Telegram-alonE"), UPDATE.to_owned(), 401, 0)]
#[case::a_beginning(Some("told"), UPDATE.to_owned(), 401, 0)]
#[case::no_update(Some(SECRET), "hello".to_owned(), 400, 0)]
#[case::not_understood(Some(SECRET), r#"{"update_id":1,"message":{}}"#.to_owned(), 200, 0)]
#[case::not_known(Some(SECRET), r#"{"update_id":1,"something_new":{}}"#.to_owned(), 200, 0)]
#[case::huge(Some(SECRET), "x".repeat(2_000_000), 413, 0)]
#[tokio::test]
async fn lets_in(
    #[case] secret: Option<&str>,
    #[case] body: String,
    #[case] expected: u16,
    #[case] taken: usize,
) {
    let fake = fake().await;
    let inbox = Inbox::new();
    let (app, url) = App::webhook(&fake, |ports| inbox.among(ports)).await;
    let response = status(&url, secret, body).await;
    assert_eq!(response.status(), expected);
    assert_eq!(inbox.first(taken).await.len(), taken);
    app.stop().await.unwrap();
}

#[rstest]
#[case::overloaded(Fault::Busy { retry_after: None }, 503)]
#[case::out_of_order(Fault::Unavailable, 503)]
#[case::not_let_in(Fault::Denied, 503)]
#[case::buried(Fault::Bug, 200)]
#[tokio::test]
async fn is_safe_or_comes_again(#[case] fault: Fault, #[case] expected: u16) {
    let fake = fake().await;
    let inbox = Inbox::answering(move |_| Err(PortError::new("queue", "publish", fault)));
    let (app, url) = App::webhook(&fake, |ports| inbox.among(ports)).await;
    // Telegram brings one first: then the bot is known to be ready.
    fake.user(7).say("1 tea");
    inbox.first(1).await;
    let request = reqwest::Client::new().post(&url).header(HEADER, SECRET);
    let response = request.body(UPDATE).send().await.unwrap();
    assert_eq!(response.status(), expected);
    let wait = response.headers().get(RETRY_AFTER).is_some();
    assert_eq!(wait, expected == 503);
    app.stop().await.unwrap();
}

/// The service refuses while it shuts down: Telegram keeps the update for the next process.
#[tokio::test]
async fn keeps_what_comes_while_it_ends() {
    let fake = fake().await;
    let (app, url) = App::webhook(&fake, |ports| ports).await;
    fake.user(7).say("1 tea");
    fake.chat(7).next_reply().await;
    app.stop().await.unwrap();
    let request = reqwest::Client::new().post(&url).header(HEADER, SECRET);
    let response = request
        .body(json!({ "update_id": 2 }).to_string())
        .send()
        .await;
    assert_eq!(response.unwrap().status(), 200, "of no use to anybody");
    let request = reqwest::Client::new().post(&url).header(HEADER, SECRET);
    let response = request.body(UPDATE).send().await.unwrap();
    assert_eq!(response.status(), 503);
}
