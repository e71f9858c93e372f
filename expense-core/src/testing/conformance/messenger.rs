//! The suite of [`Messenger`].

use super::Bench;
use crate::conversation::reply::Reply;
use crate::domain::keys::MessageKey;
use crate::ports::messenger::{Messenger, Outgoing};
use crate::testing::fixtures::message;

/// What the suite is given.
pub type MessengerBench = Bench<dyn Messenger>;

/// Proves a [`Messenger`](crate::ports::messenger::Messenger) whose platform knows the bench's
/// chat.
#[macro_export]
macro_rules! messenger_conformance {
    ($fresh:path) => {
        $crate::__conformance! { $fresh; messenger {
            every_message_has_a_name_of_its_own,
            an_edit_keeps_the_message,
            an_edit_that_changes_nothing_is_fine,
            an_edit_of_a_lost_message_becomes_a_new_one,
        } }
    };
}

async fn say(bench: &MessengerBench, text: &str, edits: Option<&MessageKey>) -> MessageKey {
    let outgoing = Outgoing {
        chat: bench.chat().clone(),
        id: None,
        reply: Reply::plain(text),
        edits: edits.cloned(),
        topic: None,
        files: Vec::new(),
    };
    bench.port().send(&outgoing).await.expect("a message")
}

/// Also where they say the same.
pub async fn every_message_has_a_name_of_its_own(bench: MessengerBench) {
    let first = say(&bench, "Hello.", None).await;
    let second = say(&bench, "Hello.", None).await;
    assert_ne!(first, second);
}

/// It is the same message afterwards.
pub async fn an_edit_keeps_the_message(bench: MessengerBench) {
    let sent = say(&bench, "Reading…", None).await;
    assert_eq!(
        say(&bench, "12.50 at the baker's.", Some(&sent)).await,
        sent
    );
}

/// As after a crash between sending and noting that it was sent.
pub async fn an_edit_that_changes_nothing_is_fine(bench: MessengerBench) {
    let sent = say(&bench, "The same.", None).await;
    assert_eq!(say(&bench, "The same.", Some(&sent)).await, sent);
}

/// People delete messages, and platforms close them for edits.
pub async fn an_edit_of_a_lost_message_becomes_a_new_one(bench: MessengerBench) {
    let first = say(&bench, "Hello.", None).await;
    let lost = message("987654321");
    let sent = say(&bench, "Once more.", Some(&lost)).await;
    assert!(sent != first && sent != lost);
}
