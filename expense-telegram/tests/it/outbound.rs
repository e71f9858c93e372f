//! Every kind of reply out.

use std::sync::Arc;
use std::time::Duration;

use expense_core::conversation::action::Action;
use expense_core::conversation::reply::{Button, Reply, Span, Text};
use expense_core::domain::keys::{ChatKey, MessageKey, UpdateKey};
use expense_core::memory::clock::SystemClock;
use expense_core::ports::error::{Fault, PortError};
use expense_core::ports::messenger::{Messenger, Outgoing, Rendered, ReplyId};
use expense_telegram::{Config, Telegram};
use rstest::rstest;
use telegram_fake::Fake;

use crate::app::{assert_sound, config, fake, telegram};

fn outgoing(chat: i64, reply: impl Into<Reply>) -> Outgoing {
    Outgoing {
        chat: ChatKey::new(format!("telegram:{chat}")).expect("a key"),
        id: None,
        reply: reply.into(),
        edits: None,
        topic: None,
        files: Vec::new(),
    }
}

fn with_button(words: &str) -> Reply {
    Reply::plain(words).row(vec![Button {
        label: "Cancel".to_owned(),
        action: Action::Cancel,
    }])
}

fn file(name: &str) -> Rendered {
    Rendered {
        name: name.to_owned(),
        bytes: name.to_owned().into(),
    }
}

/// A chat with Anna, and the bot.
async fn anna() -> (Fake, Telegram) {
    let fake = fake().await;
    fake.user(7).say("/start");
    let telegram = telegram(config(&fake));
    (fake, telegram)
}

async fn fault_of(telegram: &Telegram, outgoing: &Outgoing) -> Fault {
    let sent: Result<MessageKey, PortError> = telegram.send(outgoing).await;
    sent.expect_err("it is refused").fault
}

#[tokio::test]
async fn accents_and_signs_survive() {
    let (fake, telegram) = anna().await;
    let text = Text(vec![
        Span::Strong("#1 <b>".to_owned()),
        Span::Plain(" & lunch\n".to_owned()),
        Span::Code("/undo".to_owned()),
    ]);
    telegram.send(&outgoing(7, text)).await.unwrap();
    let shown = fake.chat(7).next_reply().await;
    assert_eq!(shown.words(), "#1 <b> & lunch\n/undo");
    let kinds: Vec<_> = shown.entities.iter().map(|entity| entity.kind).collect();
    assert_eq!(kinds, ["bold", "code"]);
    assert_sound(&fake);
}

#[tokio::test]
async fn a_long_text_takes_several_messages_with_the_buttons_below_the_last() {
    let (fake, telegram) = anna().await;
    let line = "5.50 <coffee> & a croissant 🥐";
    let words = vec![line; 300].join("\n");
    let named = telegram
        .send(&outgoing(7, with_button(&words)))
        .await
        .unwrap();
    let replies = fake.chat(7).replies();
    assert!(replies.len() > 1);
    let lines = replies.iter().flat_map(|reply| reply.words().lines());
    assert!(lines.clone().all(|shown| shown == line), "no line is cut");
    assert_eq!(lines.count(), 300);
    let buttons: Vec<usize> = replies.iter().map(|reply| reply.rows().len()).collect();
    assert_eq!(buttons.iter().sum::<usize>(), 1);
    let last = replies.last().unwrap();
    assert!(last.button("Cancel").is_some());
    assert_eq!(named.as_str(), last.message_id.to_string());
    assert_sound(&fake);
}

/// A group hears two messages at once and has to wait for the third: whoever tries again goes on
/// there, and the same words later are said anew.
#[tokio::test]
async fn what_a_group_hears_in_parts_is_repeated_in_no_part() {
    let fake = fake().await;
    let group = fake.group("The flat");
    group.member(&fake.user(7));
    let telegram = Telegram::new(
        Config {
            messages_per_second: 30,
            ..config(&fake)
        },
        Arc::new(SystemClock),
    )
    .expect("a sound configuration");
    let lines = long();
    for times in 1..=2 {
        let said = known(times, outgoing(group.id(), Reply::plain(lines.join("\n"))));
        while let Err(error) = telegram.send(&said).await {
            let Fault::Busy { retry_after } = error.fault else {
                panic!("{error:?}");
            };
            tokio::time::sleep(retry_after.expect("it is told")).await;
        }
        let replies = fake.chat(group.id()).replies();
        let shown = replies.iter().flat_map(|reply| reply.words().lines());
        let expected = lines.iter().cycle().take(times * lines.len());
        assert!(shown.eq(expected), "{times}: {replies:?}");
        assert_eq!(replies.len(), 3 * times);
    }
    assert_sound(&fake);
}

/// Another instance may have said the rest of it: this one never hears of that.
#[tokio::test]
async fn what_broke_off_takes_nothing_from_another_reply_of_the_same_words() {
    let (fake, telegram) = anna().await;
    let lines = long();
    let said = |times| known(times, outgoing(7, Reply::plain(lines.join("\n"))));
    fake.fault("sendMessage#2: 500 Internal Server Error".parse().unwrap());
    assert_eq!(fault_of(&telegram, &said(1)).await, Fault::Unavailable);
    telegram.send(&said(2)).await.expect("it is said");
    let replies = fake.chat(7).replies();
    let shown = replies.iter().skip(1);
    let shown = shown.flat_map(|reply| reply.words().lines());
    assert!(shown.eq(&lines), "{replies:?}");
    assert_sound(&fake);
}

/// What takes three messages.
fn long() -> Vec<String> {
    (0..400).map(|n| format!("{n} coffee and a cake")).collect()
}

/// The reply to the update of this number.
fn known(update: usize, outgoing: Outgoing) -> Outgoing {
    let update = UpdateKey::new(update.to_string()).expect("a key");
    Outgoing {
        id: Some(ReplyId { update, place: 0 }),
        ..outgoing
    }
}

#[tokio::test]
async fn files_come_with_their_words() {
    let (fake, telegram) = anna().await;
    let short = Outgoing {
        files: vec![file("a.csv"), file("b.csv")],
        ..outgoing(7, with_button("Your expenses."))
    };
    telegram.send(&short).await.unwrap();
    let long = Outgoing {
        files: vec![file("c.csv")],
        ..outgoing(7, with_button(&"word ".repeat(300)))
    };
    telegram.send(&long).await.unwrap();
    let bare = Outgoing {
        files: vec![file("d.csv")],
        ..outgoing(7, Reply::default())
    };
    telegram.send(&bare).await.unwrap();

    let replies = fake.chat(7).replies();
    let shown: Vec<_> = replies
        .iter()
        .map(|reply| {
            let name = reply.media().and_then(|media| media.file_name.as_deref());
            (name, reply.words().len(), reply.rows().len())
        })
        .collect();
    let expected = [
        (Some("a.csv"), 14, 1),
        (Some("b.csv"), 0, 0),
        (None, 1_499, 1),
        (Some("c.csv"), 0, 0),
        (Some("d.csv"), 0, 0),
    ];
    assert_eq!(shown, expected);
    assert_eq!(fake.chat(7).file(&replies[0]).unwrap(), "a.csv");
    assert_sound(&fake);
}

/// Refused in one way, said in another.
#[rstest]
#[case::markup("sendMessage#1: 400 Bad Request: can't parse entities: Unsupported start tag")]
#[case::buttons("sendMessage#1: 400 Bad Request: BUTTON_DATA_INVALID")]
#[case::an_idle_connection_was_closed("sendMessage#1: close before")]
#[tokio::test]
async fn is_said_in_another_way(#[case] fault: &str) {
    let (fake, telegram) = anna().await;
    fake.fault(fault.parse().unwrap());
    let mut sent = telegram.send(&outgoing(7, with_button("a < b"))).await;
    if sent.is_err() {
        // Whether it arrived is unknown: the outbox tries again.
        assert!(sent.unwrap_err().is_transient());
        sent = telegram.send(&outgoing(7, with_button("a < b"))).await;
    }
    sent.unwrap();
    assert_eq!(fake.chat(7).next_reply().await.words(), "a < b");
}

#[rstest]
#[case::gone("editMessageText: 400 Bad Request: message to edit not found")]
#[case::too_old("editMessageText: 400 Bad Request: message can't be edited")]
#[case::a_file("editMessageText: 400 Bad Request: there is no text in the message to edit")]
#[tokio::test]
async fn an_edit_that_is_refused_is_a_new_message(#[case] fault: &str) {
    let (fake, telegram) = anna().await;
    let first = telegram.send(&outgoing(7, "Reading…")).await.unwrap();
    fake.fault(fault.parse().unwrap());
    let edit = Outgoing {
        edits: Some(first.clone()),
        ..outgoing(7, "12.50")
    };
    assert_ne!(telegram.send(&edit).await.unwrap(), first);
    assert_eq!(fake.chat(7).replies().len(), 2);
}

#[tokio::test]
async fn a_closed_topic_leaves_the_general_one() {
    let fake = fake().await;
    let group = fake.supergroup("The flat", true);
    let anna = fake.user(7);
    let topic = group.topic(&group.member(&anna), "Trips");
    let telegram = telegram(config(&fake));
    for (topic, there) in [(topic, Some(topic)), (98_765, None)] {
        let said = Outgoing {
            topic: MessageKey::new(topic.to_string()).ok(),
            ..outgoing(group.id(), "Hello.")
        };
        telegram.send(&said).await.unwrap();
        let shown = fake.chat(group.id()).next_reply().await;
        assert_eq!(shown.message_thread_id, there);
    }
    fake.fault(
        "sendMessage#1: 400 Bad Request: TOPIC_CLOSED"
            .parse()
            .unwrap(),
    );
    let said = Outgoing {
        topic: MessageKey::new(topic.to_string()).ok(),
        ..outgoing(group.id(), "Hello.")
    };
    telegram.send(&said).await.unwrap();
    let shown = fake.chat(group.id()).next_reply().await;
    assert_eq!(shown.message_thread_id, None);
}

#[tokio::test]
async fn a_moved_group_is_followed() {
    let fake = fake().await;
    let group = fake.group("The flat");
    group.member(&fake.user(7));
    let telegram = telegram(config(&fake));
    let to = group.migrate();
    telegram
        .send(&outgoing(group.id(), "Hello."))
        .await
        .unwrap();
    assert_eq!(fake.chat(to.id()).next_reply().await.words(), "Hello.");
}

#[tokio::test]
async fn who_blocked_the_bot_is_left_alone() {
    let (fake, telegram) = anna().await;
    fake.user(7).block();
    assert_eq!(
        fault_of(&telegram, &outgoing(7, "Hello.")).await,
        Fault::Denied
    );
    assert_eq!(
        fault_of(&telegram, &outgoing(4_000, "Hello.")).await,
        Fault::Denied
    );
}

/// The chat that is asked to wait does not ask again meanwhile, and the others go on.
#[tokio::test]
async fn a_flood_wait_holds_its_chat_alone() {
    let (fake, telegram) = anna().await;
    fake.user(8).say("/start");
    fake.fault("sendMessage#1: flood 30".parse().unwrap());
    let waits = |fault| match fault {
        Fault::Busy { retry_after } => retry_after.expect("it is told"),
        other => panic!("{other:?}"),
    };
    let asked = waits(fault_of(&telegram, &outgoing(7, "Hello.")).await);
    assert_eq!(asked, Duration::from_secs(30));
    let left = waits(fault_of(&telegram, &outgoing(7, "Hello.")).await);
    assert!(left > Duration::from_secs(20) && left <= asked);
    telegram.send(&outgoing(8, "Hello.")).await.unwrap();
    assert_eq!(fake.chat(7).replies().len(), 0);
}

#[rstest]
#[case::trouble("sendMessage: 500 Internal Server Error", Fault::Unavailable)]
#[case::cut_off("sendMessage: close after", Fault::Unavailable)]
#[case::our_mistake("sendMessage: 400 Bad Request: chat_id is empty", Fault::Bug)]
#[tokio::test]
async fn what_can_t_be_said(#[case] fault: &str, #[case] expected: Fault) {
    let (fake, telegram) = anna().await;
    fake.fault(fault.parse().unwrap());
    let error = telegram
        .send(&outgoing(7, "12.50 lunch"))
        .await
        .unwrap_err();
    assert_eq!(error.fault, expected);
    let shown = format!("{error:?} {error}");
    let secret = fake.token();
    assert!(
        !shown.contains(&secret) && !shown.contains("lunch"),
        "{shown}"
    );
}
