//! Lets a talk happen in Telegram.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use expense_core::conversation::event::ReadResult;
use expense_core::domain::ledger::{Language, Settings};
use expense_core::memory::clock::ManualClock;
use expense_core::service::Options;
use expense_core::testing::talk::{Line, lines, reading, written};
use telegram_fake::{Button, Chat, Fake, Group, Message, Person, Seen};
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::{Instant, sleep, timeout};

use super::bot::{Bot, By};
use super::reader::prompted;

/// How long the bot may take for one line.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where people talk with the bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Where {
    Private,
    Group,
}

/// The lines that a person or a reader can bring about through Telegram.
const LINES: [&str; 18] = [
    "again",
    "as",
    "aside",
    "currency",
    "edit",
    "in",
    "locale",
    "now",
    "photo",
    "press",
    "read",
    "redeliver",
    "reply",
    "restart",
    "user",
    "voice",
    "wait",
    "zone",
];

/// Whether all of this talk can happen here. A round of reading can't be chosen, a caption is no
/// part of a voice note that a person sends, and a talk has one place without topics.
pub(super) fn can_happen(script: &str) -> bool {
    let mut lines = lines(script).expect("a talk").into_iter();
    lines.all(|line| match line {
        Line::Remark(_) | Line::Said => true,
        Line::Does { what, text } => {
            let what = what.split(' ').collect::<Vec<_>>();
            let captioned = what[0] == "voice" && text.contains(' ');
            let in_a_topic = what[0] == "in" && text != "group";
            let known = LINES.contains(&what[0]) && what.get(1) != Some(&"round");
            known && !captioned && !in_a_topic
        }
    })
}

/// A chat, its people and the bot.
pub(super) struct Stage {
    fake: Fake,
    by: By,
    group: Option<Group>,
    people: BTreeMap<String, Person>,
    who: Person,
    chat: Chat,
    folder: tempfile::TempDir,
    clock: Arc<ManualClock>,
    now: DateTime<Utc>,
    settings: Settings,
    /// It runs from the first line that needs it.
    bot: Option<(Bot, UnboundedSender<ReadResult>)>,
    /// The newest message of a person.
    written: i64,
    pressed: Option<(i64, Button)>,
    /// The bot's messages, the one that was shown or changed last at the end.
    wall: Vec<Message>,
}

/// What was really said.
pub(super) async fn run(script: &str, by: By, place: Where) -> Result<String, String> {
    let mut stage = Stage::new(by, place).await;
    let mut said = String::new();
    let mut lines = lines(script)?.into_iter().peekable();
    while let Some(line) = lines.next() {
        match line {
            Line::Remark(remark) => said.push_str(&format!("{remark}\n")),
            Line::Said => {}
            Line::Does { what, text } => {
                said.push_str(&written(&what, &text));
                let acted = stage.act(&what, &text).await;
                acted.map_err(|error| format!("{what}: {text}\n{error}"))?;
                let said_then =
                    std::iter::from_fn(|| lines.next_if(|line| matches!(line, Line::Said)));
                for reply in stage.replies(said_then.count()).await {
                    said.push_str(&reply);
                }
            }
        }
    }
    stage.end().await?;
    Ok(said)
}

impl Stage {
    async fn new(by: By, place: Where) -> Self {
        let fake = Fake::start(telegram_fake::Options::default());
        let fake = fake.await.expect("a free port");
        let anna = fake.user(1).named("Anna");
        let group = (place == Where::Group).then(|| fake.supergroup("Flat", false));
        let who = group
            .as_ref()
            .map_or(anna.clone(), |group| group.member(&anna));
        let now = "2026-05-06T10:00:00Z".parse().expect("a time");
        Self {
            chat: fake.chat(who.place()),
            people: BTreeMap::from([("anna".to_owned(), who.clone())]),
            who,
            group,
            by,
            folder: tempfile::tempdir().expect("a folder"),
            clock: Arc::new(ManualClock::at(now)),
            now,
            settings: Settings {
                zone: "Europe/Berlin".parse().expect("a zone"),
                language: Language::English,
                ..Settings::default()
            },
            bot: None,
            written: 0,
            pressed: None,
            wall: Vec::new(),
            fake,
        }
    }

    async fn end(mut self) -> Result<(), String> {
        self.stop().await;
        match self.fake.violations() {
            none if none.is_empty() => Ok(()),
            some => Err(some.join("\n")),
        }
    }

    /// Lets it happen, until the bot has nothing to do.
    async fn act(&mut self, what: &str, text: &str) -> Result<(), String> {
        let (what, of) = match what.split_once(' ') {
            Some((what, of)) => (what, of.split_once(' ').map(|(_, of)| of)),
            None => (what, None),
        };
        match what {
            "now" => self.now = parsed(text)?,
            "currency" => self.settings.currency = parsed(text)?,
            "locale" => self.settings.locale = parsed(text)?,
            "zone" => self.settings.zone = parsed(text)?,
            "wait" => self.wait(text)?,
            "as" => self.go_on_as(text),
            // The whole talk takes place there.
            "in" => {}
            "restart" => self.stop().await,
            // Other tests deliver everything several times.
            "redeliver" => {}
            _ => return self.happen(what, text, of).await,
        }
        Ok(())
    }

    async fn happen(&mut self, what: &str, text: &str, of: Option<&str>) -> Result<(), String> {
        if self.bot.is_none() {
            self.start().await;
        }
        if what == "read" {
            let result = reading(text)?;
            let (_, reader) = self.bot.as_ref().ok_or("the bot runs")?;
            return reader.send(result).map_err(|_| "nobody reads".to_owned());
        }
        self.now += chrono::TimeDelta::seconds(1);
        self.clock.set(self.now);
        self.fake.set_time(self.now.timestamp());
        match what {
            "user" => self.written = self.who.say(&self.addressed(text)),
            "aside" => self.written = self.who.say(text),
            "reply" => {
                let to = self.newest(|shown| !shown.rows().is_empty(), of)?;
                self.written = self.who.reply(to.message_id, text);
            }
            "edit" => self.who.edit(self.written, &self.addressed(text)),
            "photo" => self.photo(text, of),
            "voice" => {
                let seconds = of.and_then(|of| of.trim_end_matches('s').parse().ok());
                self.who
                    .voice(text.as_bytes().repeat(100), seconds.unwrap_or(3));
            }
            "press" => {
                let (label, says) = match text.rsplit_once(" on ") {
                    Some((label, says)) => (label, Some(says)),
                    None => (text, None),
                };
                let shown = self.newest(|shown| named(shown, label).is_some(), says)?;
                let button = named(&shown, label).ok_or("no such button")?;
                self.who.press_button(shown.message_id, &button);
                self.pressed = Some((shown.message_id, button));
            }
            "again" => {
                let (message, button) = self.pressed.as_ref().ok_or("nothing was pressed")?;
                self.who.press_button(*message, button);
            }
            _ => return Err("no such line".to_owned()),
        }
        let settled = timeout(PATIENCE, self.fake.settled()).await;
        settled.map_err(|_| "the bot does not settle it".to_owned())
    }

    fn photo(&self, text: &str, album: Option<&str>) {
        let (name, caption) = text.split_once(' ').unwrap_or((text, ""));
        let (bytes, caption) = (name.as_bytes().repeat(100), self.addressed(caption));
        match album {
            Some(album) => self.who.part(album, bytes, &caption),
            None => self.who.photo(bytes, &caption),
        };
    }

    /// In a group the bot listens to what is addressed to it.
    fn addressed(&self, text: &str) -> String {
        match self.group {
            Some(_) if !text.starts_with('/') => format!("@{} {text}", self.fake.bot_name()),
            _ => text.to_owned(),
        }
    }

    fn go_on_as(&mut self, name: &str) {
        let id = i64::try_from(self.people.len()).expect("few people") + 1;
        let (fake, group) = (&self.fake, &self.group);
        let person = self.people.entry(name.to_owned()).or_insert_with(|| {
            let person = fake.user(id).named(&capital(name));
            group
                .as_ref()
                .map_or(person.clone(), |group| group.member(&person))
        });
        self.who = person.clone();
    }

    fn wait(&mut self, text: &str) -> Result<(), String> {
        let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
        let number: i64 = parsed(text.trim_end_matches(unit))?;
        let seconds = match unit.trim() {
            "s" => 1,
            "m" => 60,
            "h" => 60 * 60,
            "d" => 24 * 60 * 60,
            _ => return Err("write for example 11m, 3h or 2d".to_owned()),
        };
        self.now += chrono::TimeDelta::seconds(number * seconds);
        Ok(())
    }

    async fn start(&mut self) {
        self.clock.set(self.now);
        let (tell, reader) = prompted();
        let options = Options {
            defaults: self.settings.clone(),
            ..Options::default()
        };
        let file: PathBuf = self.folder.path().join("expenses.sqlite");
        let bot = Bot::start(
            &self.fake,
            self.by,
            &file,
            self.clock.clone(),
            Arc::new(reader),
            options,
        );
        self.bot = Some((bot.await, tell));
    }

    async fn stop(&mut self) {
        if let Some((bot, _)) = self.bot.take() {
            bot.stop().await;
        }
    }

    /// What the bot said since, as a script writes it.
    ///
    /// An update may be settled before its reply is sent: one behind a reply that still waits is
    /// kept and comes after it. So as many replies as are expected are waited for.
    async fn replies(&mut self, expected: usize) -> Vec<String> {
        let end = Instant::now() + PATIENCE;
        let mut replies = self.new_replies();
        while replies.len() < expected && Instant::now() < end {
            sleep(Duration::from_millis(5)).await;
            replies.extend(self.new_replies());
        }
        replies
    }

    fn new_replies(&mut self) -> Vec<String> {
        let mut replies = Vec::new();
        for seen in self.chat.news() {
            let (what, message) = match seen {
                Seen::Sent(message) => ("bot", message),
                Seen::Edited(message) => ("bot edits", message),
                Seen::Deleted(_) | Seen::Answered(_) => continue,
            };
            replies.push(written(what, &shown(&message)));
            self.wall
                .retain(|other| other.message_id != message.message_id);
            self.wall.push(Message::clone(&message));
        }
        replies
    }

    fn newest(
        &self,
        fits: impl Fn(&Message) -> bool,
        says: Option<&str>,
    ) -> Result<Message, String> {
        let says = |shown: &Message| says.is_none_or(|says| shown.words().contains(says));
        let mut newest = self.wall.iter().rev();
        let found = newest.find(|shown| fits(shown) && says(shown));
        found
            .cloned()
            .ok_or_else(|| "no message like that was shown".to_owned())
    }
}

fn named(message: &Message, label: &str) -> Option<Button> {
    let mut buttons = message.rows().into_iter().flatten();
    buttons.find(|button| button.text == label)
}

/// A message as a script writes it.
fn shown(message: &Message) -> String {
    let mut text = message.words().to_owned();
    if message.document.is_some() {
        text.push_str("   <csv>");
    }
    let rows: Vec<String> = message
        .rows()
        .iter()
        .map(|row| {
            let labels: Vec<String> = row.iter().map(|b| format!("[{}]", b.text)).collect();
            labels.join(" ")
        })
        .collect();
    match rows.as_slice() {
        [row] => text.push_str(&format!("   {row}")),
        rows => text.extend(rows.iter().map(|row| format!("\n{row}"))),
    }
    text
}

fn parsed<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("not understood: {text}"))
}

fn capital(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    first.to_uppercase() + rest
}
