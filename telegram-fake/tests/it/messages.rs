//! Messages of the bot: what is taken, what is refused and in which words.

use rstest::rstest;
use serde_json::{Value, json};
use telegram_fake::{Fake, Limits, Options};

use crate::support::{Bot, fake};

#[tokio::test]
async fn a_message_is_sent_pressed_edited_and_deleted() {
    let fake = fake().await;
    let (bot, anna, chat) = (Bot::of(&fake), fake.user(42), fake.chat(42));
    let said = anna.say("12.50 lunch");
    let sent = json!({
        "chat_id": 42,
        "text": "<b>#1</b> &amp; <i>lunch</i>",
        "parse_mode": "HTML",
        "reply_parameters": { "message_id": said },
        "reply_markup": { "inline_keyboard": [[{ "text": "Undo", "callback_data": "u1" }]] },
    });
    let sent = bot.ok("sendMessage", sent).await;
    assert_eq!(sent["text"], "#1 & lunch");
    assert_eq!(
        sent["entities"][1],
        json!({ "type": "italic", "offset": 5, "length": 5 })
    );
    assert_eq!(sent["reply_to_message"]["message_id"], said);
    let seen = chat.next_reply().await;
    anna.press(&seen, "Undo");
    let updates = bot.ok("getUpdates", json!({})).await;
    let query = &updates[1]["callback_query"];
    assert_eq!(query["data"], "u1");
    let answer = json!({ "callback_query_id": query["id"], "text": "Done" });
    bot.ok("answerCallbackQuery", answer.clone()).await;
    assert_eq!(chat.next_answer().await.as_deref(), Some("Done"));
    let (code, text) = bot.refused("answerCallbackQuery", answer).await;
    assert_eq!(code, 400);
    assert!(text.starts_with("Bad Request: query is too old"));
    let edit = json!({ "chat_id": 42, "message_id": sent["message_id"], "text": "undone" });
    bot.ok("editMessageText", edit.clone()).await;
    let seen = chat.next_reply().await;
    assert_eq!((seen.words(), seen.rows().len()), ("undone", 0));
    let (_, text) = bot.refused("editMessageText", edit).await;
    assert!(text.starts_with("Bad Request: message is not modified"));
    let gone = json!({ "chat_id": 42, "message_id": sent["message_id"] });
    bot.ok("deleteMessage", gone.clone()).await;
    let (_, text) = bot.refused("deleteMessage", gone).await;
    assert_eq!(text, "Bad Request: message to delete not found");
    assert_eq!(fake.violations(), Vec::<String>::new());
}

#[rstest]
#[case::no_text(json!({ "chat_id": 1, "text": "" }), 400, "Bad Request: message text is empty")]
#[case::blank(json!({ "chat_id": 1, "text": " \n" }), 400, "Bad Request: text must be non-empty")]
#[case::long(json!({ "chat_id": 1, "text": "😀".repeat(2049) }), 400, "Bad Request: message is too long")]
#[case::tag(json!({ "chat_id": 1, "text": "a <x>", "parse_mode": "HTML" }), 400,
    "Bad Request: can't parse entities: Unsupported start tag \"x\" at byte offset 2")]
#[case::open(json!({ "chat_id": 1, "text": "<b>a", "parse_mode": "HTML" }), 400,
    "Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\"")]
#[case::crossed(json!({ "chat_id": 1, "text": "<b>a</i>", "parse_mode": "HTML" }), 400,
    "Bad Request: can't parse entities: Unmatched end tag at byte offset 4, expected \"</b>\", found \"</i>\"")]
#[case::nobody(json!({ "text": "a" }), 400, "Bad Request: chat_id is empty")]
#[case::unknown(json!({ "chat_id": 99, "text": "a" }), 400, "Bad Request: chat not found")]
#[case::shy(json!({ "chat_id": 2, "text": "a" }), 403, "Forbidden: bot can't initiate conversation with a user")]
#[case::blocked(json!({ "chat_id": 3, "text": "a" }), 403, "Forbidden: bot was blocked by the user")]
#[case::topic(json!({ "chat_id": 1, "text": "a", "message_thread_id": 5 }), 400, "Bad Request: message thread not found")]
#[case::reply(json!({ "chat_id": 1, "text": "a", "reply_parameters": { "message_id": 77 } }), 400,
    "Bad Request: message to be replied not found")]
#[case::button(json!({ "chat_id": 1, "text": "a", "reply_markup":
    { "inline_keyboard": [[{ "text": "x", "callback_data": "d".repeat(65) }]] } }), 400, "Bad Request: BUTTON_DATA_INVALID")]
#[case::bare_button(json!({ "chat_id": 1, "text": "a", "reply_markup": { "inline_keyboard": [[{ "text": "x" }]] } }), 400,
    "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")]
#[tokio::test]
async fn a_wrong_message_is_refused_in_the_servers_words(
    #[case] params: Value,
    #[case] code: u64,
    #[case] text: &str,
) {
    let fake = fake().await;
    fake.user(1).say("/start");
    fake.user(2);
    let blocker = fake.user(3);
    blocker.say("/start");
    blocker.block();
    let refused = Bot::of(&fake).refused("sendMessage", params).await;
    assert_eq!(refused, (code, text.to_owned()));
}

#[tokio::test]
async fn groups_move_and_throw_the_bot_out() {
    let fake = fake().await;
    let (bot, anna) = (Bot::of(&fake), fake.user(1));
    let group = fake.group("Flat");
    group.member(&anna).say("hello");
    let moved = group.migrate();
    let answer = bot
        .call("sendMessage", json!({ "chat_id": group.id(), "text": "a" }))
        .await;
    assert_eq!(
        answer["description"],
        "Bad Request: group chat was upgraded to a supergroup chat"
    );
    assert_eq!(answer["parameters"]["migrate_to_chat_id"], moved.id());
    bot.ok("sendMessage", json!({ "chat_id": moved.id(), "text": "a" }))
        .await;
    moved.kick_bot(&anna);
    let refused = bot
        .refused("sendMessage", json!({ "chat_id": moved.id(), "text": "a" }))
        .await;
    assert_eq!(
        refused,
        (
            403,
            "Forbidden: bot was kicked from the supergroup chat".to_owned()
        )
    );
    let forum = fake.supergroup("Forum", true);
    let topic = forum.topic(&anna, "Money");
    forum.in_topic(&anna, topic).say("5 tea");
    let sent = json!({ "chat_id": forum.id(), "text": "a", "message_thread_id": topic });
    assert_eq!(bot.ok("sendMessage", sent).await["is_topic_message"], true);
    let updates = bot.ok("getUpdates", json!({})).await;
    let kinds: Vec<_> = updates
        .as_array()
        .unwrap()
        .iter()
        .map(|update| {
            let kind = update
                .as_object()
                .unwrap()
                .keys()
                .find(|key| *key != "update_id");
            kind.unwrap().clone()
        })
        .collect();
    assert_eq!(
        kinds,
        [
            "message",
            "message",
            "message",
            "my_chat_member",
            "message",
            "message"
        ]
    );
    assert_eq!(fake.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn files_go_both_ways() {
    let fake = fake().await;
    let (bot, anna) = (Bot::of(&fake), fake.user(1));
    anna.photo(vec![1; 5000], "a receipt");
    anna.album(vec![vec![2; 10].into(), vec![3; 10].into()], "two");
    anna.voice(vec![4; 10], 3);
    anna.document("r.pdf", "application/pdf", vec![5; 10], "");
    let updates = bot.ok("getUpdates", json!({})).await;
    assert_eq!(
        updates[1]["message"]["media_group_id"],
        updates[2]["message"]["media_group_id"]
    );
    let id = &updates[0]["message"]["photo"][1]["file_id"];
    let file = bot.ok("getFile", json!({ "file_id": id })).await;
    let path = file["file_path"].as_str().unwrap();
    let url = format!("{}/file/bot{}/{path}", fake.url(), fake.token());
    let bytes = bot
        .http
        .get(url)
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    assert_eq!(bytes, vec![1; 5000]);

    let part = reqwest::multipart::Part::bytes(b"a,b\n1,2\n".to_vec()).file_name("expenses.csv");
    let form = reqwest::multipart::Form::new()
        .text("chat_id", "1")
        .text("caption", "<b>May</b>")
        .text("parse_mode", "HTML")
        .part("document", part);
    let url = format!("{}/sendDocument", bot.base);
    let sent = bot.http.post(url).multipart(form).send().await.unwrap();
    let sent: Value = sent.json().await.unwrap();
    assert_eq!(sent["result"]["document"]["file_name"], "expenses.csv");
    let seen = fake.chat(1).next_reply().await;
    assert_eq!(seen.words(), "May");
    assert_eq!(fake.chat(1).file(&seen).unwrap(), "a,b\n1,2\n");
    assert_eq!(fake.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn commands_are_kept_by_scope_and_language() {
    let fake = fake().await;
    let bot = Bot::of(&fake);
    let help = json!([{ "command": "help", "description": "Helps" }]);
    let owner = json!([{ "command": "users", "description": "People" }]);
    bot.ok("setMyCommands", json!({ "commands": help })).await;
    let scope = json!({ "type": "chat", "chat_id": 42 });
    bot.ok(
        "setMyCommands",
        json!({ "commands": owner, "scope": scope, "language_code": "de" }),
    )
    .await;
    assert_eq!(fake.commands("default", ""), Some(help));
    assert_eq!(fake.commands("chat 42", "de"), Some(owner));
    let got = bot.ok("getMyCommands", json!({ "scope": scope })).await;
    assert_eq!(got, json!([]));
    let wrong = json!([{ "command": "Help!", "description": "Helps" }]);
    let refused = bot
        .refused("setMyCommands", json!({ "commands": wrong }))
        .await;
    assert_eq!(refused.1, "Bad Request: BOT_COMMAND_INVALID");
}

#[tokio::test]
async fn floods_are_refused_with_the_time_to_wait() {
    let limits = Limits {
        group_per_minute: Some(1),
        ..Limits::default()
    };
    let options = Options {
        limits,
        ..Options::default()
    };
    let fake = Fake::start(options).await.unwrap();
    let bot = Bot::of(&fake);
    let message = json!({ "chat_id": fake.group("Flat").id(), "text": "a" });
    bot.ok("sendMessage", message.clone()).await;
    let refused = bot.call("sendMessage", message).await;
    let wait = refused["parameters"]["retry_after"]
        .as_u64()
        .expect("seconds");
    assert_eq!(refused["error_code"], 429);
    assert_eq!(
        refused["description"],
        format!("Too Many Requests: retry after {wait}")
    );
}
