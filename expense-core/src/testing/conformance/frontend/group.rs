//! Several people who share a chat with the bot.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;

use super::{FrontendBench, Person, answer, expense, text, with_buttons};
use crate::conversation::action::Action;
use crate::conversation::event::{Envelope, Event, Scene};
use crate::conversation::reply::Reply;
use crate::ports::error::Fault;

/// What goes on in a group beside what its people say.
#[async_trait]
pub trait Group: Send + Sync {
    /// What makes words be meant for the bot, where it stands before them.
    fn mention(&self) -> String;
    /// Somebody comes in and leaves again, and the platform notes it in the chat.
    async fn visit(&self);
    /// A member takes the bot out.
    async fn take_out(&self);
    /// A member brings the bot in again.
    async fn bring_in(&self);
}

/// What the suite is given: a frontend whose person is in a group with another one.
pub struct GroupBench {
    frontend: FrontendBench,
    other: Arc<dyn Person>,
    alone: Arc<dyn Person>,
    group: Arc<dyn Group>,
}

impl GroupBench {
    /// The person of `frontend` and `other`, of different names, are in `group`, and the bot is,
    /// too; `alone` is the first of them alone with it.
    pub fn new(
        frontend: FrontendBench,
        other: Arc<dyn Person>,
        alone: Arc<dyn Person>,
        group: Arc<dyn Group>,
    ) -> Self {
        Self {
            frontend,
            other,
            alone,
            group,
        }
    }

    /// What came in next, and that it is meant for the bot.
    async fn addressed(&self) -> Envelope {
        let came = self.frontend.next().await;
        let expected = Scene::Group {
            addressed: true,
            topic: None,
        };
        assert_eq!(came.scene, expected);
        came
    }
}

/// Proves a frontend with groups. It takes the name of an async function that makes a fresh
/// [`GroupBench`](crate::testing::conformance::frontend::GroupBench).
#[macro_export]
macro_rules! frontend_group_conformance {
    ($fresh:path) => {
        $crate::__conformance! { $fresh; frontend {
            what_is_said_to_others_is_left_alone,
            a_command_is_meant_for_the_bot,
            a_mention_is_an_address_and_no_part_of_the_words,
            a_mention_below_a_photo_is_one_too,
            a_reply_to_the_bot_is_meant_for_it,
            a_press_is_meant_for_the_bot,
            everybody_is_known_by_key_and_name,
            a_person_is_the_same_alone,
            others_come_and_go_unheard,
            the_bot_comes_and_goes,
        } }
    };
}

/// It is not even counted.
pub async fn what_is_said_to_others_is_left_alone(bench: GroupBench) {
    let photo = Bytes::from_static(b"\xff\xd8 a dog");
    bench.frontend.person.say("12.50 lunch").await;
    bench.other.say("Who wants tea?").await;
    bench.other.photo(photo.clone(), "look").await;
    bench.other.voice(photo).await;
    bench.frontend.person.say("/list").await;
    assert_eq!(bench.addressed().await.event, text("/list"));
}

/// Nobody else understands it.
pub async fn a_command_is_meant_for_the_bot(bench: GroupBench) {
    bench.frontend.person.say("/list may").await;
    assert_eq!(bench.addressed().await.event, text("/list may"));
    bench.other.say("/help").await;
    assert_eq!(bench.addressed().await.event, text("/help"));
}

/// What is recorded does not say who was asked to record it.
pub async fn a_mention_is_an_address_and_no_part_of_the_words(bench: GroupBench) {
    let said = format!("{} 12.50 lunch", bench.group.mention());
    bench.frontend.person.say(&said).await;
    assert_eq!(bench.addressed().await.event, text("12.50 lunch"));
}

/// Words below a photo say whom it is shown to.
pub async fn a_mention_below_a_photo_is_one_too(bench: GroupBench) {
    let said = format!("{} #work", bench.group.mention());
    let photo = Bytes::from_static(b"\xff\xd8 a receipt");
    bench.frontend.person.photo(photo, &said).await;
    match bench.addressed().await.event {
        Event::Photo { caption, .. } => assert_eq!(caption, "#work"),
        other => panic!("{other:?}"),
    }
}

/// Whoever it was that the bot had answered.
pub async fn a_reply_to_the_bot_is_meant_for_it(bench: GroupBench) {
    bench.frontend.person.say("/list").await;
    let said = bench.addressed().await;
    bench.frontend.tell(&said, with_buttons()).await;
    bench.frontend.person.sees().await;
    bench.other.reply("250").await;
    let replied = bench.addressed().await;
    assert_ne!(replied.who, said.who);
    let expected = Event::Text {
        text: "250".to_owned(),
        reply_to: Some(vec![Action::Edit(expense()), Action::Cancel]),
    };
    assert_eq!(replied.event, expected);
}

/// By whoever of them presses.
pub async fn a_press_is_meant_for_the_bot(bench: GroupBench) {
    bench.frontend.person.say("/list").await;
    let said = bench.addressed().await;
    let shown = bench.frontend.tell(&said, with_buttons()).await;
    bench.frontend.person.sees().await;
    for person in [&bench.other, &bench.frontend.person] {
        person.press("Edit").await;
        let pressed = bench.addressed().await;
        assert_eq!(pressed.event, Event::Press(Action::Edit(expense())));
        assert_eq!(pressed.message.as_ref(), Some(&shown));
        assert_eq!(pressed.chat, said.chat);
    }
}

/// So that it can be told who paid.
pub async fn everybody_is_known_by_key_and_name(bench: GroupBench) {
    bench.frontend.person.say("/list").await;
    bench.other.say("/list").await;
    let (first, second) = (bench.addressed().await, bench.addressed().await);
    assert_eq!(first.chat, second.chat);
    assert_ne!(first.who, second.who);
    assert_ne!(first.key, second.key);
    assert!(first.name.is_some() && second.name.is_some());
    assert_ne!(first.name, second.name);
}

/// Who may use the bot in a group is decided by what is known of them.
pub async fn a_person_is_the_same_alone(bench: GroupBench) {
    bench.frontend.person.say("/list").await;
    let together = bench.addressed().await;
    bench.alone.say("/list").await;
    let alone = bench.frontend.next().await;
    assert_eq!(alone.scene, Scene::Private);
    assert_eq!(alone.who, together.who);
    assert_ne!(alone.chat, together.chat);
}

/// They are members where they use the bot, not before.
pub async fn others_come_and_go_unheard(bench: GroupBench) {
    bench.group.visit().await;
    bench.frontend.person.say("/list").await;
    assert_eq!(bench.addressed().await.event, text("/list"));
}

/// Nothing can be said where it is not.
pub async fn the_bot_comes_and_goes(bench: GroupBench) {
    bench.frontend.person.say("/list").await;
    let said = bench.addressed().await;
    bench.group.take_out().await;
    let left = bench.frontend.next().await;
    assert_eq!((left.event, &left.chat), (Event::Departed, &said.chat));
    let hello = answer(&said, Reply::plain("Hello."));
    let error = bench.frontend.send(&hello).await.expect_err("it is out");
    assert_eq!(error.fault, Fault::Denied);
    bench.group.bring_in().await;
    let came = bench.frontend.next().await;
    assert_eq!((came.event, &came.chat), (Event::Arrived, &said.chat));
    bench.frontend.send(&hello).await.expect("it is said");
    assert_eq!(bench.frontend.person.sees().await.words, "Hello.");
}
