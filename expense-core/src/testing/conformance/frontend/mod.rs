//! The suite of a frontend: what people do there comes in, what is said there is seen.

use std::any::Any;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use uuid::Uuid;

use crate::conversation::action::Action;
use crate::conversation::event::{Envelope, Event};
use crate::conversation::reply::{Button, Reply, Span, Text};
use crate::domain::keys::{ExpenseId, MessageKey};
use crate::memory::clock::SystemClock;
use crate::memory::in_process::in_process;
use crate::memory::store::MemoryStore;
use crate::ports::attachments::Attachments;
use crate::ports::messenger::{Messenger, Outgoing, Rendered};
use crate::service::{Options, Service};
use crate::testing::inbox::Inbox;

/// The hands and eyes of a person in the one chat of the suite.
#[async_trait]
pub trait Person: Send + Sync {
    /// Writes a message of one line.
    async fn say(&self, words: &str);
    /// Sends a photo with words below it.
    async fn photo(&self, bytes: Bytes, caption: &str);
    /// Changes the last message that they wrote.
    async fn rewrite(&self, words: &str);
    /// Answers the bot's newest message.
    async fn reply(&self, words: &str);
    /// Presses a button of the bot's newest message.
    async fn press(&self, label: &str);
    /// The next thing that the bot shows, new or changed, in order. Panics where nothing comes.
    async fn sees(&self) -> Seen;
}

/// A message of the bot, as a person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its words, without accents.
    pub words: String,
    /// What stands on its buttons.
    pub buttons: Vec<String>,
    /// The content of its files.
    pub files: Vec<Bytes>,
    /// Whether it stands in the place of an earlier message.
    pub edited: bool,
}

/// What the suite is given.
pub struct FrontendBench {
    person: Arc<dyn Person>,
    messenger: Arc<dyn Messenger>,
    attachments: Arc<dyn Attachments>,
    inbox: Arc<Inbox>,
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
            _kept: Box::new(kept),
        }
    }

    /// What came in after the first `before`.
    async fn next(&self, before: usize) -> Envelope {
        self.inbox.first(before + 1).await.swap_remove(before)
    }

    /// The person says something, so that there is a chat, and the bot says this there.
    async fn show(&self, reply: Reply) -> MessageKey {
        self.person.say("12.50 lunch").await;
        let said = self.next(0).await;
        self.send(&said, reply, None, Vec::new()).await
    }

    async fn send(
        &self,
        said: &Envelope,
        reply: Reply,
        edits: Option<MessageKey>,
        files: Vec<Rendered>,
    ) -> MessageKey {
        let outgoing = Outgoing {
            chat: said.chat.clone(),
            reply,
            edits,
            topic: None,
            files,
        };
        self.messenger.send(&outgoing).await.expect("it is said")
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

/// Proves a frontend: every kind of event that all have comes in, every kind of reply goes out.
#[macro_export]
macro_rules! frontend_conformance {
    ($fresh:path) => {
        $crate::__conformance! { $fresh; frontend {
            words_come_in,
            a_photo_comes_in_and_can_be_fetched,
            a_change_names_its_message,
            a_press_names_its_button_and_message,
            a_reply_is_known_by_the_buttons,
            words_are_shown_as_they_are,
            long_words_are_shown_whole,
            buttons_are_shown_in_order,
            an_edit_stands_in_place_of_its_message,
            a_file_arrives_whole,
        } }
    };
}

/// With a key each, of one chat and one person.
pub async fn words_come_in(bench: FrontendBench) {
    bench.person.say("12.50 lunch").await;
    bench.person.say("3 tea").await;
    let (first, second) = (bench.next(0).await, bench.next(1).await);
    let text = |words: &str| Event::Text {
        text: words.to_owned(),
        reply_to: None,
    };
    assert_eq!(first.event, text("12.50 lunch"));
    assert_eq!(second.event, text("3 tea"));
    assert_ne!(first.key, second.key);
    assert!(first.message.is_some() && first.message != second.message);
    assert!(first.chat == second.chat && first.who == second.who);
    assert!(first.sent_at <= second.sent_at);
}

/// Also by somebody who has nothing but the envelope.
pub async fn a_photo_comes_in_and_can_be_fetched(bench: FrontendBench) {
    let content = Bytes::from_static(b"\xff\xd8 a receipt");
    bench.person.photo(content.clone(), "#work").await;
    match bench.next(0).await.event {
        Event::Photo {
            attachment,
            caption,
            ..
        } => {
            assert_eq!(caption, "#work");
            let fetched = bench.attachments.fetch(&attachment).await;
            assert_eq!(fetched.expect("the content"), content);
        }
        other => panic!("{other:?}"),
    }
}

/// By the message its expenses are found.
pub async fn a_change_names_its_message(bench: FrontendBench) {
    bench.person.say("12.50 lunch").await;
    let said = bench.next(0).await;
    bench.person.rewrite("13 lunch").await;
    let changed = bench.next(1).await;
    let text = "13 lunch".to_owned();
    assert_eq!(changed.event, Event::Edited { text });
    assert_eq!(changed.message, said.message);
    assert_ne!(changed.key, said.key);
}

/// So that the answer can stand in that message's place.
pub async fn a_press_names_its_button_and_message(bench: FrontendBench) {
    let shown = bench.show(with_buttons()).await;
    bench.person.sees().await;
    bench.person.press("Edit").await;
    let pressed = bench.next(1).await;
    assert_eq!(pressed.event, Event::Press(Action::Edit(expense())));
    assert_eq!(pressed.message, Some(shown));
}

/// A message of the bot has no other name that lasts.
pub async fn a_reply_is_known_by_the_buttons(bench: FrontendBench) {
    bench.show(with_buttons()).await;
    bench.person.sees().await;
    bench.person.reply("250").await;
    let expected = Event::Text {
        text: "250".to_owned(),
        reply_to: Some(vec![Action::Edit(expense()), Action::Cancel]),
    };
    assert_eq!(bench.next(1).await.event, expected);
}

/// Signs that mean something to the platform mean nothing in what is said.
pub async fn words_are_shown_as_they_are(bench: FrontendBench) {
    let text = Text(vec![
        Span::Strong("#1 <b>*bold*</b>".to_owned()),
        Span::Plain(" & [lunch](x) 🥐\nfor _two_ ".to_owned()),
        Span::Code("/undo `1`".to_owned()),
    ]);
    let words = text.to_plain();
    bench.show(Reply::text(text)).await;
    assert_eq!(bench.person.sees().await.words, words);
}

/// In as many messages as it takes, with the buttons below the last.
pub async fn long_words_are_shown_whole(bench: FrontendBench) {
    let lines: Vec<String> = (0..500)
        .map(|n| format!("#{n} · lunch · 12.50 €"))
        .collect();
    let reply = Reply {
        buttons: with_buttons().buttons,
        ..Reply::plain(lines.join("\n"))
    };
    bench.show(reply).await;
    let mut seen: Vec<String> = Vec::new();
    while seen.len() < lines.len() {
        let shown = bench.person.sees().await;
        seen.extend(shown.words.lines().map(str::to_owned));
        assert_eq!(shown.buttons.is_empty(), seen.len() < lines.len());
    }
    assert_eq!(seen, lines);
}

/// As the reply has them.
pub async fn buttons_are_shown_in_order(bench: FrontendBench) {
    bench.show(with_buttons()).await;
    assert_eq!(bench.person.sees().await.buttons, ["Edit", "Cancel"]);
}

/// With its own words and buttons.
pub async fn an_edit_stands_in_place_of_its_message(bench: FrontendBench) {
    let first = bench.show(with_buttons()).await;
    assert!(!bench.person.sees().await.edited);
    let said = bench.next(0).await;
    let edit = bench
        .send(
            &said,
            Reply::plain("It is done."),
            Some(first.clone()),
            Vec::new(),
        )
        .await;
    assert_eq!(edit, first);
    let seen = bench.person.sees().await;
    let expected = Seen {
        words: "It is done.".to_owned(),
        buttons: Vec::new(),
        files: Vec::new(),
        edited: true,
    };
    assert_eq!(seen, expected);
}

/// With the words that belong to it.
pub async fn a_file_arrives_whole(bench: FrontendBench) {
    bench.person.say("/export").await;
    let said = bench.next(0).await;
    let content = Bytes::from_static(b"#,Date\r\n1,2026-05-03\r\n\xef\xbb\xbf\x00");
    let file = Rendered {
        name: "expenses.csv".to_owned(),
        bytes: content.clone(),
    };
    let reply = Reply::plain("Your expenses.");
    bench.send(&said, reply, None, vec![file]).await;
    let seen = bench.person.sees().await;
    assert_eq!(
        (seen.words.as_str(), seen.files),
        ("Your expenses.", vec![content])
    );
}

fn expense() -> ExpenseId {
    ExpenseId::from_uuid(Uuid::from_u128(12))
}

fn with_buttons() -> Reply {
    let button = |label: &str, action| Button {
        label: label.to_owned(),
        action,
    };
    Reply::plain("#1 · lunch").row(vec![
        button("Edit", Action::Edit(expense())),
        button("Cancel", Action::Cancel),
    ])
}
