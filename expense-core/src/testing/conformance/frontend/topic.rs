//! Groups that are divided into topics.

use std::sync::Arc;

use super::{FrontendBench, Person, answer, with_buttons};
use crate::conversation::event::Envelope;
use crate::conversation::reply::Reply;
use crate::ports::messenger::Outgoing;
use crate::testing::fixtures::message;

/// What the suite is given: a frontend whose person is in a topic of a group.
pub struct TopicBench {
    frontend: FrontendBench,
    outside: Arc<dyn Person>,
}

impl TopicBench {
    /// The person of `frontend` writes in a topic and sees what stands there; `outside` is the
    /// same person in no topic of the same group.
    pub fn new(frontend: FrontendBench, outside: Arc<dyn Person>) -> Self {
        Self { frontend, outside }
    }

    /// A word to the bot from this place.
    async fn hear(&self, person: &Arc<dyn Person>) -> Envelope {
        person.say("/list").await;
        self.frontend.next().await
    }
}

/// Proves a frontend with topics. It takes the name of an async function that makes a fresh
/// [`TopicBench`](crate::testing::conformance::frontend::TopicBench).
#[macro_export]
macro_rules! frontend_topic_conformance {
    ($fresh:path) => {
        $crate::__conformance! { $fresh; frontend {
            a_topic_is_named_by_what_is_said_there,
            a_press_names_its_topic,
            an_answer_stands_in_its_topic,
            an_answer_to_a_lost_topic_is_said_outside,
        } }
    };
}

/// The chat is the same: topics of a group share its ledger.
pub async fn a_topic_is_named_by_what_is_said_there(bench: TopicBench) {
    let inside = bench.hear(&bench.frontend.person).await;
    let outside = bench.hear(&bench.outside).await;
    assert!(inside.scene.topic().is_some());
    assert_eq!(outside.scene.topic(), None);
    assert_eq!(inside.chat, outside.chat);
    assert!(!inside.scene.is_aside() && !outside.scene.is_aside());
}

/// The answer to a button stands beside it.
pub async fn a_press_names_its_topic(bench: TopicBench) {
    let frontend = &bench.frontend;
    let said = bench.hear(&frontend.person).await;
    frontend.tell(&said, with_buttons()).await;
    frontend.person.sees().await;
    frontend.person.press("Edit").await;
    assert_eq!(frontend.next().await.scene, said.scene);
}

/// New words, edits and files alike.
pub async fn an_answer_stands_in_its_topic(bench: TopicBench) {
    let frontend = &bench.frontend;
    let inside = bench.hear(&frontend.person).await;
    let outside = bench.hear(&bench.outside).await;
    let shown = frontend.tell(&inside, with_buttons()).await;
    assert_eq!(frontend.person.sees().await.words, "#1 · lunch");
    frontend.tell(&outside, Reply::plain("Hello.")).await;
    assert_eq!(bench.outside.sees().await.words, "Hello.");
    let done = Reply::plain("It is done.");
    assert_eq!(frontend.edit(&inside, &shown, done).await, shown);
    assert_eq!(frontend.person.sees().await.words, "It is done.");
}

/// Topics are closed and deleted while an answer is on its way.
pub async fn an_answer_to_a_lost_topic_is_said_outside(bench: TopicBench) {
    let said = bench.hear(&bench.frontend.person).await;
    let lost = Outgoing {
        topic: Some(message("987654321")),
        ..answer(&said, Reply::plain("Hello."))
    };
    bench.frontend.send(&lost).await.expect("it is said");
    assert_eq!(bench.outside.sees().await.words, "Hello.");
}
