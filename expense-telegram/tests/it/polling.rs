//! Updates by `getUpdates`: each is recorded and answered once, whatever comes between.

use expense_telegram::RunError;
use rstest::rstest;
use serde_json::json;

use crate::app::App;
use crate::server::{Say, Server};

#[tokio::test]
async fn records_answers_and_confirms() {
    let server = Server::start().await;
    let app = App::start(server.config());
    server.text(7, "12.50 lunch");
    let said = server.until_called("sendMessage", 1).await;
    assert_eq!(said[0]["chat_id"], 7);
    assert_eq!(said[0]["parse_mode"], "HTML");
    let text = said[0]["text"].as_str().unwrap();
    assert!(text.contains("lunch") && text.contains("12.50"), "{text}");
    assert_eq!(
        said[0]["reply_markup"]["inline_keyboard"][0][0]["text"],
        "Edit"
    );
    app.stop().await.unwrap();
    assert_eq!(server.pending(), [] as [i64; 0]);
}

#[tokio::test]
async fn keeps_the_order_of_a_chat() {
    let server = Server::start().await;
    for amount in 1..=250 {
        server.text(7, &format!("{amount} tea"));
        server.text(1_000 + amount, "5 milk");
    }
    let app = App::start(server.config());
    let said = server.until_called("sendMessage", 500).await;
    let of_chat = said.iter().filter(|call| call["chat_id"] == 7);
    for (number, call) in of_chat.enumerate() {
        let text = call["text"].as_str().unwrap();
        let expected = format!("#{} ", number + 1);
        assert!(text.replace("<b>", "").starts_with(&expected), "{text}");
    }
    app.stop().await.unwrap();
    assert_eq!(
        (server.pending().len(), server.calls("sendMessage").len()),
        (0, 500)
    );
}

#[rstest]
#[case::another_poller(Say::Refuse(409, json!({ "description": "Conflict: terminated by other getUpdates request" })))]
#[case::trouble(Say::Refuse(500, json!({ "description": "Internal Server Error" })))]
#[case::flood(Say::Refuse(429, json!({ "description": "Too Many Requests", "parameters": { "retry_after": 1 } })))]
#[case::proxy(Say::Garbage(502, "<html>Bad Gateway</html>"))]
#[case::garbage(Say::Garbage(200, "what?"))]
#[case::half(Say::Garbage(200, r#"{"ok":true,"result":[{"update_id":1"#))]
#[tokio::test(start_paused = true)]
async fn goes_on_after(#[case] trouble: Say) {
    let server = Server::start().await;
    server.say("getUpdates", trouble);
    server.text(7, "12.50 lunch");
    let app = App::start(server.config());
    server.until_called("sendMessage", 1).await;
    app.stop().await.unwrap();
    assert_eq!(server.calls("sendMessage").len(), 1);
}

#[tokio::test]
async fn one_that_is_not_understood_loses_no_other() {
    let server = Server::start().await;
    server.update(json!({ "message": { "message_id": "not a number" } }));
    server.update(json!({ "something_new": {} }));
    server.update(json!({ "channel_post": { "message_id": 1 } }));
    server.text(7, "12.50 lunch");
    let app = App::start(server.config());
    server.until_called("sendMessage", 1).await;
    app.stop().await.unwrap();
    assert_eq!(server.pending(), [] as [i64; 0]);
}

#[tokio::test]
async fn a_wrong_token_ends_it() {
    let server = Server::start().await;
    server.say(
        "getMe",
        Say::Refuse(401, json!({ "description": "Unauthorized" })),
    );
    assert_eq!(
        App::start(server.config()).ended().await,
        Err(RunError::Token)
    );
}
