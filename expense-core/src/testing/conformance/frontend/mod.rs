//! The suites of a frontend: what people do there comes in, what is said there is seen.
//!
//! Every frontend has one person alone with the bot, so every frontend passes
//! [`frontend_conformance!`](crate::frontend_conformance). What stands behind it may know more, and
//! each of that is a contract of its own, which a bench without it can't even be made for:
//!
//! | suite | of a frontend | its bench |
//! | --- | --- | --- |
//! | `frontend_conformance!` | everywhere | [`FrontendBench`] |
//! | [`frontend_platform_conformance!`](crate::frontend_platform_conformance) | behind a platform that repeats, refuses and fails | [`PlatformBench`] |
//! | [`frontend_group_conformance!`](crate::frontend_group_conformance) | where several people share a chat | [`GroupBench`] |
//! | [`frontend_topic_conformance!`](crate::frontend_topic_conformance) | whose groups are divided into topics | [`TopicBench`] |
//!
//! Each takes the name of an async function that makes a fresh bench. What the platform does is told
//! by the traits [`Person`], [`Platform`] and [`Group`]: how a photo is sent is another thing
//! everywhere, what comes of it is the same.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::messenger::MessengerBench;
use crate::conversation::action::Action;
use crate::conversation::event::{Envelope, Event};
use crate::conversation::reply::{Button, Reply};
use crate::domain::keys::{ExpenseId, MessageKey};
use crate::memory::clock::SystemClock;
use crate::memory::in_process::in_process;
use crate::memory::store::MemoryStore;
use crate::ports::attachments::Attachments;
use crate::ports::error::Result;
use crate::ports::messenger::{Messenger, Outgoing, Rendered};
use crate::service::{Options, Service};
use crate::testing::conformance::Bench;
use crate::testing::inbox::Inbox;

mod group;
mod platform;
mod pressed;
mod said;
mod sent;
mod shown;
mod topic;

pub use self::group::*;
pub use self::platform::*;
pub use self::pressed::*;
pub use self::said::*;
pub use self::sent::*;
pub use self::shown::*;
pub use self::topic::*;

/// The hands and eyes of a person in one place: alone with the bot, in a group, in a topic of it.
#[async_trait]
pub trait Person: Send + Sync {
    /// Does everything from now on at this time of whole seconds, by the platform's clock.
    async fn at(&self, now: DateTime<Utc>);
    /// Writes a message of one line.
    async fn say(&self, words: &str);
    /// Sends a photo with words below it, if there are any.
    async fn photo(&self, content: Bytes, caption: &str);
    /// Sends photos as one message or what looks like one, with words below the first.
    async fn album(&self, photos: Vec<Bytes>, caption: &str);
    /// Sends an image or a PDF as a file of this name, with words below it.
    async fn file(&self, name: &str, content: Bytes, caption: &str);
    /// Sends what they say aloud.
    async fn voice(&self, content: Bytes);
    /// Sends something that is of no use here: a sticker, bytes that are no text.
    async fn nonsense(&self);
    /// Changes the last message that they wrote, or the words below the last file that they sent.
    async fn rewrite(&self, words: &str);
    /// Answers the bot's newest message.
    async fn reply(&self, words: &str);
    /// Presses a button of the bot's newest message that has it.
    async fn press(&self, label: &str);
    /// The next thing that the bot shows here, new or changed, in order. Panics where nothing comes.
    async fn sees(&self) -> Seen;
    /// Takes nothing from the bot any more.
    async fn turn_away(&self);
}

/// A message of the bot, as a person sees it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen {
    /// Its words, without accents.
    pub words: String,
    /// What stands on its buttons.
    pub buttons: Vec<String>,
    /// Its files.
    pub files: Vec<Rendered>,
    /// Whether it stands in the place of an earlier message.
    pub edited: bool,
}

/// What the suite is given.
pub struct FrontendBench {
    person: Arc<dyn Person>,
    messenger: Arc<dyn Messenger>,
    attachments: Arc<dyn Attachments>,
    inbox: Arc<Inbox>,
    read: AtomicUsize,
    _kept: Box<dyn Any + Send + Sync>,
}

impl FrontendBench {
    /// A frontend that brings what `person` does to the [`service`] over this inbox.
    pub fn new(
        person: Arc<dyn Person>,
        messenger: Arc<dyn Messenger>,
        attachments: Arc<dyn Attachments>,
        inbox: Arc<Inbox>,
        kept: impl Any + Send + Sync,
    ) -> Self {
        Self {
            person,
            messenger,
            attachments,
            inbox,
            read: AtomicUsize::new(0),
            _kept: Box::new(kept),
        }
    }

    /// The frontend as a messenger that knows a chat, for the suite of that port.
    pub async fn into_messenger(self) -> MessengerBench {
        self.person.say("12.50 lunch").await;
        let chat = self.next().await.chat;
        let messenger = Arc::clone(&self.messenger);
        Bench::new(messenger).in_chat(chat).keeping(self)
    }

    /// What came in next.
    async fn next(&self) -> Envelope {
        let nth = self.read.fetch_add(1, Ordering::SeqCst);
        self.inbox.first(nth + 1).await.swap_remove(nth)
    }

    /// The person says something, so that there is a chat.
    async fn greet(&self) -> Envelope {
        self.person.say("12.50 lunch").await;
        self.next().await
    }

    /// The same, and the bot says this there.
    async fn show(&self, reply: Reply) -> MessageKey {
        let said = self.greet().await;
        self.tell(&said, reply).await
    }

    /// The bot says this where that was said.
    async fn tell(&self, said: &Envelope, reply: Reply) -> MessageKey {
        self.send(&answer(said, reply)).await.expect("it is said")
    }

    /// The bot says this instead of that message.
    async fn edit(&self, said: &Envelope, message: &MessageKey, reply: Reply) -> MessageKey {
        let outgoing = Outgoing {
            edits: Some(message.clone()),
            ..answer(said, reply)
        };
        self.send(&outgoing).await.expect("it is said")
    }

    async fn send(&self, outgoing: &Outgoing) -> Result<MessageKey> {
        self.messenger.send(outgoing).await
    }
}

/// This as the answer to that.
fn answer(said: &Envelope, reply: Reply) -> Outgoing {
    Outgoing {
        chat: said.chat.clone(),
        id: None,
        reply,
        edits: None,
        topic: said.scene.topic().cloned(),
        files: Vec::new(),
    }
}

/// A service that keeps what is brought to it in `inbox` and does nothing with it.
#[must_use]
pub fn service(
    inbox: &Arc<Inbox>,
    messenger: Arc<dyn Messenger>,
    attachments: Arc<dyn Attachments>,
) -> Service {
    let clock = Arc::new(SystemClock);
    let store = Arc::new(MemoryStore::new(clock.clone()));
    let ports = in_process(store, messenger, attachments, clock);
    Service::new(inbox.among(ports), Options::default())
}

/// Proves a frontend: every kind of event that all have comes in, every kind of reply goes out. It
/// takes the name of an async function that makes a fresh
/// [`FrontendBench`](crate::testing::conformance::frontend::FrontendBench), and proves its
/// messenger by the suite of that port, too.
///
/// What a frontend with groups, with topics or behind a platform promises beyond that is proved by
/// [`frontend_group_conformance!`](crate::frontend_group_conformance) and its siblings.
#[macro_export]
macro_rules! frontend_conformance {
    ($fresh:ident) => {
        $crate::__conformance! { $fresh; frontend {
            words_come_in_as_they_were_written,
            a_message_is_of_its_time,
            every_update_has_a_key_of_its_own,
            what_is_not_taken_is_brought_again,
            what_is_of_no_use_holds_up_nothing,
            a_change_names_its_message,
            a_reply_is_known_by_the_buttons,
            a_reply_to_bare_words_is_a_message,

            a_photo_comes_in_and_can_be_fetched,
            an_image_sent_as_a_file_is_a_photo,
            a_pdf_is_a_photo,
            an_album_is_one,
            a_voice_note_comes_in_and_can_be_fetched,
            the_same_content_has_the_same_fingerprint,
            a_changed_caption_names_its_file,
            what_is_too_large_is_never_fetched,
            what_is_gone_is_denied,

            a_press_names_its_button_and_message,
            a_press_is_of_the_message_that_it_hangs_on,
            pressing_twice_is_done_twice,
            every_button_comes_back_as_it_was,
            buttons_are_shown_in_order,

            words_are_shown_as_they_are,
            long_words_are_shown_whole,
            an_edit_stands_in_place_of_its_message,
            an_edit_may_change_the_buttons_alone,
            a_long_edit_is_shown_whole,
            a_file_arrives_whole,
            several_files_arrive_with_their_words,
            a_file_has_words_of_any_length,
            a_file_needs_no_words,
            a_menu_costs_no_words,
            what_is_for_others_is_not_shown_here,
            what_nobody_takes_does_not_count_as_said,
        } }

        mod messenger {
            async fn fresh() -> $crate::testing::conformance::messenger::MessengerBench {
                super::$fresh().await.into_messenger().await
            }

            $crate::messenger_conformance!(fresh);
        }
    };
}

/// Words that somebody wrote and that answer nothing.
fn text(words: &str) -> Event {
    Event::Text {
        text: words.to_owned(),
        reply_to: None,
    }
}

fn expense() -> ExpenseId {
    ExpenseId::from_uuid(Uuid::from_u128(12))
}

fn button(label: &str, action: Action) -> Button {
    Button {
        label: label.to_owned(),
        action,
    }
}

fn with_buttons() -> Reply {
    Reply::plain("#1 · lunch").row(vec![
        button("Edit", Action::Edit(expense())),
        button("Cancel", Action::Cancel),
    ])
}
