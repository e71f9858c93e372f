//! Updates by `getUpdates`: each is recorded and answered once, whatever comes between.

use std::sync::Arc;

use expense_core::domain::keys::ChatKey;
use expense_core::ports::error::{Fault, PortError};
use expense_core::service::Ports;
use expense_core::testing::inbox::Inbox;
use expense_telegram::{Config, RunError};
use rstest::rstest;
use telegram_fake::{Fake, Options};

use crate::app::{App, assert_sound, config, fake, telegram, until};
use crate::proxy::proxy;

#[tokio::test]
async fn records_answers_and_confirms() {
    let fake = fake().await;
    let app = App::polling(&fake);
    fake.user(7).say("12.50 lunch");
    let reply = fake.chat(7).next_reply().await;
    assert!(reply.words().contains("lunch"), "{}", reply.words());
    assert!(reply.button("Undo").is_some());
    app.stop().await.unwrap();
    assert_eq!(fake.pending(), 0);
    assert_sound(&fake);
}

#[tokio::test]
async fn keeps_the_order_of_a_chat() {
    let fake = fake().await;
    for amount in 1..=150 {
        fake.user(7).say(&format!("{amount} tea"));
        fake.user(1_000 + amount).say("5 milk");
    }
    let app = App::polling(&fake);
    for number in 1..=150 {
        let reply = fake.chat(7).next_reply().await;
        let begins = format!("#{number} ");
        assert!(reply.words().starts_with(&begins), "{}", reply.words());
        fake.chat(1_000 + number).next_reply().await;
    }
    app.stop().await.unwrap();
    assert_eq!((fake.pending(), fake.chat(7).replies().len()), (0, 150));
}

#[rstest]
#[case::another_poller("getUpdates#1: 409 Conflict: terminated by other getUpdates request")]
#[case::trouble("getUpdates#1: 500 Internal Server Error")]
#[case::flood("getUpdates#1: flood 1")]
#[case::closed_before("getUpdates%2: close before")]
#[case::closed_after("getUpdates%2: close after")]
#[case::trouble_at_the_start("getMe#1: 502 Bad Gateway")]
#[case::the_webhook_stays_a_while("deleteWebhook#1: close before")]
#[tokio::test]
async fn goes_on_after(#[case] fault: &str) {
    let fake = fake().await;
    fake.fault(fault.parse().unwrap());
    let app = App::polling(&fake);
    for amount in 1..=3 {
        fake.user(7).say(&format!("{amount} tea"));
        fake.chat(7).next_reply().await;
    }
    app.stop().await.unwrap();
    assert_eq!(fake.chat(7).replies().len(), 3);
}

/// Its first answer from Telegram is another one.
async fn behind(fake: &Fake, answer: (u16, &'static str)) -> App {
    let api_url = proxy(fake, &[answer]).await;
    let config = Config {
        api_url,
        ..config(fake)
    };
    App::start(telegram(config), |ports| ports).0
}

#[rstest]
#[case::a_proxy((502, "<html>Bad Gateway</html>"))]
#[case::a_lost_proxy((404, "<html>Not Found</html>"))]
#[case::a_locked_proxy((401, "Who are you?"))]
#[case::a_portal((200, "<html>Please log in</html>"))]
#[case::half_an_answer((200, r#"{"ok":true,"result":[{"update_id":1"#))]
#[case::no_updates((200, r#"{"ok":true,"result":[{"what":1}]}"#))]
#[case::refused_with_200((200, r#"{"ok":false,"error_code":500,"description":"Oops"}"#))]
#[tokio::test]
async fn goes_on_after_garbage(#[case] garbage: (u16, &'static str)) {
    let fake = fake().await;
    let app = behind(&fake, garbage).await;
    fake.user(7).say("12.50 lunch");
    fake.chat(7).next_reply().await;
    app.stop().await.unwrap();
}

/// What is not understood, or of no use, is passed over: it does not come again for ever.
#[tokio::test]
async fn one_that_is_not_understood_loses_no_other() {
    let fake = fake().await;
    let strange = r#"{"ok":true,"result":[
        {"update_id":1,"message":{"message_id":"one"}}, {"update_id":2,"something_new":{}}]}"#;
    let app = behind(&fake, (200, strange)).await;
    fake.user(7).say("12.50 lunch");
    fake.chat(7).next_reply().await;
    app.stop().await.unwrap();
    assert_eq!(fake.pending(), 0);
}

/// A service that takes nothing of the chat of user 7.
fn refusing_seven(fault: Fault) -> Arc<Inbox> {
    Inbox::answering(move |envelope| match envelope.chat.as_str() {
        "telegram:7" => Err(PortError::new("queue", "publish", fault)),
        _ => Ok(()),
    })
}

/// What the service does not take stays with Telegram, and holds up no other chat.
#[tokio::test]
async fn confirms_only_what_is_settled() {
    let fake = fake().await;
    let inbox = refusing_seven(Fault::Unavailable);
    let (app, _) = App::start(telegram(config(&fake)), |ports| inbox.among(ports));
    fake.user(7).say("12.50 lunch");
    for _ in 0..3 {
        fake.user(8).say("3 tea");
    }
    inbox.first(5).await;
    app.stop().await.unwrap();
    assert_eq!(fake.pending(), 4);
}

/// The first of all is being answered for long when the bot ends: those behind it were answered.
#[tokio::test]
async fn a_restart_answers_nobody_twice() {
    let fake = fake().await;
    fake.fault("sendMessage#1: delay 30000".parse().unwrap());
    let mut kept = None;
    let (app, _) = App::start(telegram(config(&fake)), |ports| {
        kept = Some((ports.store.clone(), ports.common.clone()));
        ports
    });
    let (store, common) = kept.unwrap();
    fake.user(7).say("12.50 lunch");
    let seven = ChatKey::new("telegram:7").unwrap();
    while store.ledger(&seven).await.unwrap().is_none() {
        tokio::task::yield_now().await;
    }
    for person in 8..20 {
        fake.user(person).say("3 tea");
    }
    for person in 8..20 {
        fake.chat(person).next_reply().await;
    }
    app.stop().await.unwrap();
    assert_eq!(fake.pending(), 13);
    let (app, _) = App::start(telegram(config(&fake)), |ports| Ports {
        store,
        common,
        ..ports
    });
    fake.chat(7).next_reply().await;
    fake.user(21).say("4 milk");
    fake.chat(21).next_reply().await;
    app.stop().await.unwrap();
    assert_eq!(fake.pending(), 0);
    for person in 8..20 {
        assert_eq!(fake.chat(person).replies().len(), 1, "{person}");
    }
}

/// An update that was buried was answered: it is over.
#[tokio::test]
async fn confirms_what_was_given_up() {
    let fake = fake().await;
    let inbox = refusing_seven(Fault::Bug);
    let (app, _) = App::start(telegram(config(&fake)), |ports| inbox.among(ports));
    fake.user(7).say("12.50 lunch");
    inbox.first(1).await;
    app.stop().await.unwrap();
    assert_eq!(fake.pending(), 0);
}

/// However often it is delivered, and in whatever order the chats come.
#[tokio::test]
async fn records_once() {
    let options = Options {
        deliveries: 2..=5,
        shuffle: true,
        ..Options::default()
    };
    let fake = Fake::start(options).await.unwrap();
    let app = App::polling(&fake);
    for amount in 1..=5 {
        for chat in 1..=20 {
            fake.user(chat).say(&format!("{amount} tea"));
        }
    }
    for chat in 1..=20 {
        let mut said = String::new();
        while !said.starts_with("#5 ") {
            said = fake.chat(chat).next_reply().await.words().to_owned();
            assert!(!said.starts_with("#6 "), "{said}");
        }
    }
    app.stop().await.unwrap();
}

#[rstest]
#[case::revoked("getMe: 401 Unauthorized")]
#[case::revoked_later("getUpdates: 401 Unauthorized")]
#[tokio::test]
async fn a_wrong_token_ends_it(#[case] fault: &str) {
    let fake = fake().await;
    fake.fault(fault.parse().unwrap());
    assert_eq!(App::polling(&fake).ended().await, Err(RunError::Token));
}

/// Servers in trouble refuse a token that is as good as before.
#[rstest]
#[case::once(&["getUpdates#1: 401 Unauthorized"])]
#[case::twice(&["getUpdates#1: 404 Not Found", "getUpdates#2: 401 Unauthorized"])]
#[tokio::test]
async fn a_token_that_is_refused_for_a_moment_is_tried_again(#[case] faults: &[&str]) {
    let fake = fake().await;
    for fault in faults {
        fake.fault(fault.parse().unwrap());
    }
    let app = App::polling(&fake);
    fake.user(7).say("1 tea");
    fake.chat(7).next_reply().await;
    app.stop().await.unwrap();
}

/// The pending updates of a webhook come by polling, and the other way.
#[tokio::test]
async fn takes_over_from_a_webhook_and_gives_back() {
    let fake = fake().await;
    let (app, url) = App::webhook(&fake, |ports| ports).await;
    fake.user(7).say("1 tea");
    fake.chat(7).next_reply().await;
    assert_eq!(fake.webhook().as_deref(), Some(url.as_str()));
    app.stop().await.unwrap();
    assert_eq!(
        fake.webhook().as_deref(),
        Some(url.as_str()),
        "others may answer there"
    );

    fake.user(7).say("2 tea");
    let app = App::polling(&fake);
    fake.chat(7).next_reply().await;
    assert_eq!(fake.webhook(), None);
    app.stop().await.unwrap();

    fake.user(7).say("3 tea");
    let (app, _) = App::webhook(&fake, |ports| ports).await;
    fake.chat(7).next_reply().await;
    until(|| fake.pending() == 0).await;
    app.stop().await.unwrap();
}
