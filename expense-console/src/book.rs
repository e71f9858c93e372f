//! The messages of the chat that can still be named, kept over restarts.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};

use expense_core::conversation::reply::Button;
use expense_core::domain::attachment::Fingerprint;
use expense_core::domain::keys::MessageKey;
use serde::{Deserialize, Serialize};

use crate::line::MessageNumber;

/// How many messages can be named; an older one is forgotten.
const MESSAGES: usize = 200;

/// A message of the chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Message {
    pub(crate) number: MessageNumber,
    pub(crate) key: MessageKey,
    /// Written by the person, not by the bot.
    pub(crate) mine: bool,
    pub(crate) buttons: Vec<Button>,
    /// The photo or recording that it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<Fingerprint>,
}

/// The messages, the one shown last at the end. Keys hold the run that made them, so that a
/// lost or outdated file never gives two messages one key.
#[derive(Debug)]
pub(crate) struct Book {
    file: PathBuf,
    run: String,
    kept: Kept,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Kept {
    last: MessageNumber,
    messages: VecDeque<Message>,
}

impl Book {
    /// The book in this file, an empty one where there is none or it can't be read: what it
    /// holds is a convenience.
    pub(crate) fn open(file: PathBuf, run: &str) -> Self {
        let kept = std::fs::read(&file)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        let run = run.to_owned();
        Self { file, run, kept }
    }

    /// Adds a message and allots its number and key.
    pub(crate) fn add(&mut self, mine: bool, buttons: Vec<Button>) -> Option<Message> {
        let number = self.kept.last + 1;
        let key = MessageKey::new(format!("{}.{number}", self.run)).ok()?;
        let message = Message {
            number,
            key,
            mine,
            buttons,
            file: None,
        };
        self.kept.last = number;
        self.kept.messages.push_back(message.clone());
        if self.kept.messages.len() > MESSAGES {
            self.kept.messages.pop_front();
        }
        Some(message)
    }

    /// Adds a message of the person, with this file if it is one.
    pub(crate) fn write(&mut self, file: Option<Fingerprint>) -> Option<MessageKey> {
        let message = self.add(true, Vec::new())?;
        if let Some(last) = self.kept.messages.back_mut() {
            last.file = file;
        }
        Some(message.key)
    }

    /// Gives a message other buttons and makes it the one shown last.
    pub(crate) fn change(&mut self, key: &MessageKey, buttons: Vec<Button>) -> Option<Message> {
        let messages = &mut self.kept.messages;
        let at = messages.iter().position(|message| message.key == *key)?;
        let mut message = messages.remove(at)?;
        message.buttons = buttons;
        messages.push_back(message.clone());
        Some(message)
    }

    /// The message with this number.
    pub(crate) fn message(&self, number: MessageNumber) -> Option<&Message> {
        self.newest(|message| message.number == number)
    }

    /// The message shown last of those that are meant.
    pub(crate) fn newest(&self, meant: impl Fn(&Message) -> bool) -> Option<&Message> {
        self.kept.messages.iter().rev().find(|m| meant(m))
    }

    /// Writes the book. Failing costs the buttons of this run after a restart, nothing else.
    pub(crate) fn save(&self) {
        let written = serde_json::to_vec(&self.kept)
            .map_err(io::Error::from)
            .and_then(|bytes| replace(&self.file, &bytes));
        if let Err(error) = written {
            tracing::warn!(%error, "the console's messages could not be kept");
        }
    }
}

fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let fresh = file.with_extension("new");
    std::fs::write(&fresh, bytes)?;
    std::fs::rename(fresh, file)
}

impl Message {
    /// The button with this label, in any case, else with this number, else the only one whose
    /// label begins this way.
    pub(crate) fn button(&self, name: &str) -> Option<&Button> {
        let name = name.to_lowercase();
        let labelled = |button: &&Button| button.label.to_lowercase() == name;
        let by_label = self.buttons.iter().find(labelled);
        let by_number = || {
            self.buttons
                .get(name.parse::<usize>().ok()?.checked_sub(1)?)
        };
        by_label.or_else(by_number).or_else(|| {
            let begins = |button: &&Button| button.label.to_lowercase().starts_with(&name);
            let mut found = self.buttons.iter().filter(begins);
            found.next().filter(|_| found.next().is_none())
        })
    }
}

#[cfg(test)]
mod tests {
    use expense_core::conversation::action::Action;
    use rstest::rstest;

    use super::*;

    fn buttons(labels: &[&str]) -> Vec<Button> {
        let button = |label: &&str| Button {
            label: (*label).to_owned(),
            action: Action::Cancel,
        };
        labels.iter().map(button).collect()
    }

    #[rstest]
    #[case("save", Some("Save"))]
    #[case("2", Some("Edit"))]
    #[case("12", Some("12"))]
    #[case("di", Some("Discard"))]
    #[case("0", None)]
    #[case("9", None)]
    #[case("e", None)]
    #[case("-1", None)]
    fn finds_a_button(#[case] name: &str, #[case] label: Option<&str>) {
        let mut book = Book::open("absent".into(), "run");
        let labels = ["Save", "Edit", "Discard", "12", "Else"];
        let message = book.add(false, buttons(&labels)).unwrap();
        assert_eq!(message.button(name).map(|b| b.label.as_str()), label);
    }

    #[test]
    fn keeps_messages_over_a_restart_and_never_a_key_twice() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("console.json");
        let mut book = Book::open(file.clone(), "a");
        let first = book.add(false, buttons(&["Undo"])).unwrap();
        book.save();

        let mut again = Book::open(file, "b");
        assert_eq!(again.message(first.number), Some(&first));
        assert_eq!(again.add(true, Vec::new()).unwrap().number, 2);

        let mut lost = Book::open("absent".into(), "b");
        assert_ne!(lost.add(false, Vec::new()).unwrap().key, first.key);
    }

    #[test]
    fn forgets_the_oldest() {
        let mut book = Book::open("absent".into(), "run");
        for _ in 0..=MESSAGES {
            book.add(true, Vec::new());
        }
        assert_eq!(book.message(1), None);
        assert!(book.message(2).is_some());
    }

    #[test]
    fn an_edited_message_is_the_newest() {
        let mut book = Book::open("absent".into(), "run");
        let draft = book.add(false, buttons(&["Discard"])).unwrap();
        book.add(false, buttons(&["Undo"]));
        book.change(&draft.key, buttons(&["Save"]));
        assert_eq!(book.newest(|_| true).map(|m| m.number), Some(1));
    }
}
