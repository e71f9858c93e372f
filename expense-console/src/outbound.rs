//! A reply becomes lines on the screen.

use std::io;
use std::path::{Path, PathBuf};

use expense_core::conversation::reply::{Button, Reply};
use expense_core::domain::keys::MessageKey;
use expense_core::ports::error::{Fault, PortError, Result};
use expense_core::ports::messenger::{Outgoing, Rendered};

use crate::book::{Book, Message};
use crate::files;
use crate::inbound::OWNER;
use crate::render::{self, Shown, Style};

/// Where text goes. Each call shows the whole of it.
pub(crate) type Screen = Box<dyn FnMut(&str) -> io::Result<()> + Send>;

/// How replies are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Text(Style),
    Json,
}

/// The bot's side of the chat.
pub(crate) struct Outbox {
    pub(crate) form: Form,
    pub(crate) files: PathBuf,
    pub(crate) screen: Screen,
    /// Why nothing can be shown any more.
    pub(crate) lost: Option<io::Error>,
}

impl Outbox {
    /// Shows a reply and notes it in the book.
    pub(crate) fn send(&mut self, book: &mut Book, outgoing: &Outgoing) -> Result<MessageKey> {
        let error = |fault| PortError::new("messenger", "send", fault);
        if outgoing.chat.as_str() != OWNER {
            // A database that others use as well holds answers for their chats, too: they send them.
            return Err(error(Fault::Unavailable).because("it is for another chat"));
        }
        let saved = save_all(&self.files, &outgoing.files)
            .map_err(|refused| error(Fault::Unavailable).because(refused))?;
        let (message, edits) = note(book, outgoing).ok_or_else(|| error(Fault::Bug))?;
        let shown = self.show(&outgoing.reply, &message, edits, &saved);
        shown.map_err(|gone| error(Fault::Unavailable).because(gone))?;
        book.save();
        Ok(message.key)
    }

    /// Says something of the console's own.
    pub(crate) fn say(&mut self, book: &mut Book, text: &str) -> io::Result<()> {
        match book.add(false, Vec::new()) {
            Some(message) => self.show(&Reply::plain(text), &message, false, &[]),
            None => Ok(()),
        }
    }

    fn show(
        &mut self,
        reply: &Reply,
        message: &Message,
        edits: bool,
        files: &[String],
    ) -> io::Result<()> {
        let shown = Shown {
            reply,
            number: message.number,
            edits,
            files,
        };
        let text = match self.form {
            Form::Text(style) => style.text(&shown),
            Form::Json => render::json(&shown),
        };
        let shown = (self.screen)(&text);
        if let Err(error) = &shown {
            let lost = io::Error::new(error.kind(), error.to_string());
            self.lost.get_or_insert(lost);
        }
        shown
    }
}

/// The message that a reply becomes, and whether it is an earlier one changed: an edit of a
/// message that is not known any more is a new one.
fn note(book: &mut Book, outgoing: &Outgoing) -> Option<(Message, bool)> {
    let buttons: Vec<Button> = outgoing.reply.buttons.iter().flatten().cloned().collect();
    let changed = outgoing
        .edits
        .as_ref()
        .and_then(|key| book.change(key, buttons.clone()));
    match changed {
        Some(message) => Some((message, true)),
        None => Some((book.add(false, buttons)?, false)),
    }
}

fn save_all(directory: &Path, files: &[Rendered]) -> io::Result<Vec<String>> {
    let saved = |file| Ok(files::save(directory, file)?.display().to_string());
    files.iter().map(saved).collect()
}
