//! Every kind of update in.

use expense_core::conversation::action::Action;
use expense_core::conversation::event::{Envelope, Event, Scene};
use expense_core::domain::keys::{ChatKey, MessageKey};
use expense_core::testing::inbox::Inbox;
use rstest::rstest;
use serde_json::json;
use telegram_fake::{Button, Fake, Group, Person};

use crate::app::{App, assert_sound, config, fake, telegram};

/// What comes of this, and of nothing else.
async fn came(happens: impl FnOnce(&Fake)) -> Vec<Envelope> {
    let fake = fake().await;
    let inbox = Inbox::new();
    let (app, _) = App::start(telegram(config(&fake)), |ports| inbox.among(ports));
    happens(&fake);
    fake.user(999).say("the end");
    let the_end = |envelope: &Envelope| envelope.who.as_str() == "telegram:999";
    let mut count = 0;
    while !inbox.first(count).await.iter().any(the_end) {
        count += 1;
    }
    app.stop().await.expect("it ends well");
    assert_eq!(fake.pending(), 0, "everything is acknowledged");
    assert_sound(&fake);
    let mut came = inbox.first(0).await;
    came.retain(|envelope| !the_end(envelope));
    came
}

/// What comes of what a person does in private, if anything does.
async fn private(acts: impl FnOnce(&Person)) -> Option<Envelope> {
    let mut came = came(|fake| acts(&fake.user(7))).await;
    assert!(came.len() <= 1);
    came.pop()
}

/// What comes of what a member of a group does.
async fn in_group(acts: impl FnOnce(&Fake, &Group, &Person)) -> Option<Envelope> {
    let mut came = came(|fake| {
        let group = fake.supergroup("The flat", true);
        let anna = group.member(&fake.user(7));
        acts(fake, &group, &anna);
    })
    .await;
    assert!(came.len() <= 1);
    came.pop()
}

fn text(words: &str) -> Event {
    Event::Text {
        text: words.to_owned(),
        reply_to: None,
    }
}

#[tokio::test]
async fn says_who_where_and_when() {
    let said = private(|anna| {
        anna.clone()
            .named("Anna\u{202e}")
            .speaking(Some("de"))
            .say("12.50 lunch");
    });
    let envelope = said.await.unwrap();
    assert_eq!(envelope.chat.as_str(), "telegram:7");
    assert_eq!(envelope.who.as_str(), "telegram:7");
    let key = envelope.key.as_str();
    assert!(key.starts_with("telegram:123456789:"), "{key}");
    assert_eq!(envelope.name.unwrap().as_str(), "Anna");
    assert_eq!(envelope.language.as_deref(), Some("de"));
    assert_eq!(envelope.scene, Scene::Private);
    assert_eq!(envelope.event, text("12.50 lunch"));
    assert!(envelope.message.is_some() && envelope.sent_at.timestamp() > 1_700_000_000);
}

#[tokio::test]
async fn a_photo_is_its_largest_size() {
    let sent = private(|anna| {
        anna.photo(vec![1; 5_000], "#work");
    });
    match sent.await.unwrap().event {
        Event::Photo {
            attachment,
            caption,
            album,
        } => assert_eq!(
            (attachment.bytes, caption.as_str(), album),
            (Some(5_000), "#work", None)
        ),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_album_is_one() {
    let parts = came(|fake| {
        let photos = vec![vec![1; 10].into(), vec![2; 10].into()];
        fake.user(7).album(photos, "trip");
    })
    .await;
    let albums: Vec<_> = parts
        .into_iter()
        .map(|part| match part.event {
            Event::Photo { album, .. } => album.unwrap(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(albums.len(), 2);
    assert_eq!(albums[0], albums[1]);
}

#[rstest]
#[case::image("bill.jpg", "image/jpeg", true)]
#[case::pdf("bill.pdf", "application/pdf", true)]
#[case::other("bill.zip", "application/zip", false)]
#[tokio::test]
async fn a_document(#[case] name: &str, #[case] mime: &str, #[case] may_be_receipt: bool) {
    let sent = private(|anna| {
        anna.document(name, mime, vec![1; 10], "");
    });
    let photo = match sent.await.unwrap().event {
        Event::Photo { .. } => true,
        Event::Unsupported => false,
        other => panic!("{other:?}"),
    };
    assert_eq!(photo, may_be_receipt);
}

#[tokio::test]
async fn a_voice_note() {
    let said = private(|anna| {
        anna.voice(vec![1; 10], 4);
    });
    let event = said.await.unwrap().event;
    assert!(
        matches!(
            event,
            Event::Voice {
                seconds: Some(4),
                ..
            }
        ),
        "{event:?}"
    );
}

#[tokio::test]
async fn an_edit_names_its_message() {
    let said = came(|fake| {
        let anna = fake.user(7);
        let message = anna.say("12.50 lunch");
        anna.edit(message, "13 lunch");
    })
    .await;
    let edited = Event::Edited {
        text: "13 lunch".to_owned(),
    };
    assert_eq!(said[1].event, edited);
    assert_eq!(said[1].message, said[0].message);
}

/// Words below a file are no message of their own: nothing is recorded of them twice.
#[tokio::test]
async fn a_changed_caption_names_its_file() {
    let said = came(|fake| {
        let anna = fake.user(7);
        let photo = anna.photo(vec![1; 10], "12.50 lunch");
        anna.edit(photo, "13 lunch");
    })
    .await;
    let Event::Photo { attachment, .. } = &said[0].event else {
        panic!("{:?}", said[0].event);
    };
    let changed = Event::Recaptioned {
        file: attachment.fingerprint.clone(),
        caption: "13 lunch".to_owned(),
    };
    assert_eq!(said[1].event, changed);
}

#[rstest]
#[case::sticker(json!({ "dice": { "emoji": "🎲", "value": 3 } }), Some(Event::Unsupported))]
#[case::location(json!({ "location": { "latitude": 1.0, "longitude": 2.0 } }), Some(Event::Unsupported))]
#[case::a_note_of_the_platform(json!({ "new_chat_title": "Home" }), None)]
#[tokio::test]
async fn what_is_of_no_use(#[case] fields: serde_json::Value, #[case] expected: Option<Event>) {
    let sent = private(|anna| {
        anna.other(fields);
    });
    assert_eq!(sent.await.map(|envelope| envelope.event), expected);
}

#[rstest]
#[case::ours("n", true)]
#[case::forged("u:1", false)]
#[case::empty("", false)]
#[tokio::test]
async fn a_press(#[case] data: &str, #[case] known: bool) {
    let fake = fake().await;
    let inbox = Inbox::new();
    let (app, _) = App::start(telegram(config(&fake)), |ports| inbox.among(ports));
    let button = Button {
        text: "Cancel".to_owned(),
        data: Some(data.to_owned()),
    };
    let anna = fake.user(7);
    let below = anna.say("/start");
    anna.press_button(below, &button);
    // The button stops spinning, and says so where it is none of ours.
    assert_eq!(fake.chat(7).next_answer().await.is_none(), known);
    if known {
        let pressed = inbox.first(2).await.remove(1);
        assert_eq!(pressed.event, Event::Press(Action::Cancel));
        assert_eq!(pressed.message, MessageKey::new(below.to_string()).ok());
    }
    app.stop().await.unwrap();
    assert_eq!(fake.pending(), 0);
}

#[rstest]
#[case::a_command("/list", "/list")]
#[case::a_command_of_ours("/list@BOT", "/list@BOT")]
#[case::a_mention("@BOT 12.50 lunch", "12.50 lunch")]
#[case::a_mention_at_the_end("12.50 café 😀 @BOT", "12.50 café 😀")]
#[tokio::test]
async fn is_addressed_in_a_group(#[case] said: &str, #[case] heard: &str) {
    let mut name = String::new();
    let envelope = in_group(|fake, _, anna| {
        name = fake.bot_name();
        anna.say(&said.replace("BOT", &name));
    });
    let envelope = envelope.await.unwrap();
    let scene = Scene::Group {
        addressed: true,
        topic: None,
    };
    assert_eq!(envelope.scene, scene);
    assert_eq!(envelope.event, text(&heard.replace("BOT", &name)));
    assert_eq!(envelope.who.as_str(), "telegram:7");
}

#[rstest]
#[case::to_others("12.50 lunch")]
#[case::to_another_bot("@another_bot 12.50 lunch")]
#[tokio::test]
async fn what_is_said_to_others_is_left_alone(#[case] said: &str) {
    let heard = in_group(|_, _, anna| {
        anna.say(said);
    });
    assert_eq!(heard.await, None);
}

#[tokio::test]
async fn a_command_for_another_bot_is_not_ours() {
    let said = in_group(|_, _, anna| {
        anna.say("/list@another_bot");
    });
    assert_eq!(said.await, None);
}

#[tokio::test]
async fn a_topic_is_named() {
    let said = came(|fake| {
        let group = fake.supergroup("The flat", true);
        let anna = fake.user(7);
        let member = group.member(&anna);
        let topic = group.topic(&member, "Trips");
        group.in_topic(&anna, topic).say("/list");
    })
    .await;
    match &said[0].scene {
        Scene::Group { topic, .. } => assert!(topic.is_some()),
        Scene::Private => panic!("it is a group"),
    }
}

#[tokio::test]
async fn an_anonymous_administrator_is_the_chat() {
    let said = in_group(|_, _, anna| {
        anna.anonymously().say("/list");
    });
    let envelope = said.await.unwrap();
    assert_eq!(envelope.who.as_str(), envelope.chat.as_str());
}

#[tokio::test]
async fn the_bot_comes_and_goes() {
    let kinds: Vec<Event> = came(|fake| {
        let group = fake.group("The flat");
        let anna = fake.user(7);
        group.member(&anna);
        group.kick_bot(&anna);
        group.invite_bot(&anna);
        let ben = fake.user(8);
        ben.block();
        ben.unblock();
        group.join(&ben);
        group.leave(&ben);
    })
    .await
    .into_iter()
    .map(|envelope| envelope.event)
    .collect();
    let expected = [
        Event::Departed,
        Event::Arrived,
        Event::Departed,
        Event::Arrived,
    ];
    assert_eq!(kinds.len(), 4);
    assert!(expected.iter().all(|event| kinds.contains(event)));
}

#[tokio::test]
async fn a_chat_that_moves_says_where() {
    let mut moved = (0, 0);
    let came = came(|fake| {
        let group = fake.group("The flat");
        group.member(&fake.user(7));
        moved = (group.id(), group.migrate().id());
    })
    .await;
    assert_eq!(came.len(), 1);
    assert_eq!(came[0].chat.as_str(), format!("telegram:{}", moved.0));
    let to = ChatKey::new(format!("telegram:{}", moved.1)).unwrap();
    assert_eq!(came[0].event, Event::Moved { to });
}
