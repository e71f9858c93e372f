//! Words that people write.

use std::collections::HashSet;

use bytes::Bytes;
use chrono::TimeDelta;

use super::{FrontendBench, text, with_buttons};
use crate::conversation::action::Action;
use crate::conversation::event::{Event, Scene};
use crate::conversation::reply::Reply;
use crate::domain::limits;
use crate::testing::fixtures::noon;

/// Each a message of its own, of one chat and one person, alone with the bot.
pub async fn words_come_in_as_they_were_written(bench: FrontendBench) {
    let longest = "é".repeat(limits::MESSAGE_CHARS);
    let said = [
        "12.50 lunch",
        "12,50 обед 🥐",
        "٣ شاي",
        "/list may",
        "<b>5</b> & _tea_ [x](y) \"z\"",
        &longest,
    ];
    let mut messages = HashSet::new();
    let mut people = HashSet::new();
    for words in said {
        bench.person.say(words).await;
        let came = bench.next().await;
        assert!(came.event == text(words), "{words}");
        assert_eq!(came.scene, Scene::Private);
        let message = came.message.expect("it is a message");
        assert!(messages.insert(message), "{words}");
        people.insert((came.chat, came.who));
    }
    assert_eq!(people.len(), 1);
}

/// "Yesterday" means the sender's, however late it comes in.
pub async fn a_message_is_of_its_time(bench: FrontendBench) {
    bench.person.at(noon()).await;
    bench.person.say("12.50 lunch").await;
    assert_eq!(bench.next().await.sent_at, noon());
    let later = noon() + TimeDelta::hours(1);
    bench.person.at(later).await;
    bench.person.rewrite("13 lunch").await;
    assert_eq!(bench.next().await.sent_at, later);
    let photo = Bytes::from_static(b"\xff\xd8 a receipt");
    bench.person.photo(photo, "").await;
    assert_eq!(bench.next().await.sent_at, later);
}

/// Also where two of them say the same at the same time.
pub async fn every_update_has_a_key_of_its_own(bench: FrontendBench) {
    let person = &bench.person;
    person.at(noon()).await;
    bench.show(with_buttons()).await;
    person.sees().await;
    person.say("12.50 lunch").await;
    person.rewrite("13 lunch").await;
    person.rewrite("12.50 lunch").await;
    person.press("Edit").await;
    person.reply("12.50 lunch").await;
    let photo = Bytes::from_static(b"\xff\xd8 a receipt");
    person.photo(photo.clone(), "").await;
    person.photo(photo.clone(), "").await;
    person.album(vec![photo.clone(), photo], "").await;
    let came = bench.inbox.first(10).await;
    let keys: HashSet<_> = came.iter().map(|envelope| &envelope.key).collect();
    assert_eq!(keys.len(), came.len());
}

/// Under the same key, so that it is recorded once, and before what came after it.
pub async fn what_is_not_taken_is_brought_again(bench: FrontendBench) {
    bench.inbox.refuse_next();
    bench.person.say("12.50 lunch").await;
    bench.person.say("3 tea").await;
    let first = bench.next().await;
    assert_eq!(first.event, text("12.50 lunch"));
    assert_eq!(bench.next().await, first);
    assert_eq!(bench.next().await.event, text("3 tea"));
}

/// It may come in as what it is, or be answered there and then.
pub async fn what_is_of_no_use_holds_up_nothing(bench: FrontendBench) {
    bench.person.nonsense().await;
    bench.person.say("12.50 lunch").await;
    let mut came = bench.next().await;
    if came.event == Event::Unsupported {
        came = bench.next().await;
    }
    assert_eq!(came.event, text("12.50 lunch"));
}

/// By the message its expenses are found.
pub async fn a_change_names_its_message(bench: FrontendBench) {
    let said = bench.greet().await;
    bench.person.rewrite("13 lunch").await;
    let changed = bench.next().await;
    let text = "13 lunch".to_owned();
    assert_eq!(changed.event, Event::Edited { text });
    assert_eq!(changed.message, said.message);
    assert_ne!(changed.key, said.key);
}

/// A message of the bot has no other name that lasts.
pub async fn a_reply_is_known_by_the_buttons(bench: FrontendBench) {
    bench.show(with_buttons()).await;
    bench.person.sees().await;
    bench.person.reply("250").await;
    let expected = Event::Text {
        text: "250".to_owned(),
        reply_to: Some(vec![Action::Edit(super::expense()), Action::Cancel]),
    };
    assert_eq!(bench.next().await.event, expected);
}

/// There is nothing by which it could be known.
pub async fn a_reply_to_bare_words_is_a_message(bench: FrontendBench) {
    bench.show(Reply::plain("Hello.")).await;
    bench.person.sees().await;
    bench.person.reply("12.50 lunch").await;
    assert_eq!(bench.next().await.event, text("12.50 lunch"));
}
