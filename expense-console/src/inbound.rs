//! A line becomes an update.

use std::path::Path;

use expense_core::conversation::event::{Envelope, Event, Scene};
use expense_core::domain::keys::{ChatKey, InvalidKey, MessageKey, UpdateKey, UserKey};
use expense_core::ports::clock::Clock;

use crate::book::{Book, Message};
use crate::files::{self, PhotoError};
use crate::line::{Line, LineError, MessageNumber};
use crate::path;

/// The one chat of a console, and the one person in it.
const OWNER: &str = "console:1";

/// What a line comes to.
#[derive(Debug)]
pub(crate) enum Inbound {
    Nothing,
    Quit,
    Help,
    Models,
    Update(Box<Envelope>),
}

/// Why a line comes to nothing, in words for the person.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InboundError {
    #[error(transparent)]
    Line(#[from] LineError),
    #[error(transparent)]
    Photo(#[from] PhotoError),
    #[error("No message with buttons is here yet.")]
    NoButtons,
    #[error("No button is called {0}. The newest message has {1}.")]
    NoSuchButton(String, String),
    #[error("Message @{0} has no button {1}.")]
    NotOnThat(MessageNumber, String),
    #[error("There is no message @{0} any more.")]
    NoSuchMessage(MessageNumber),
    #[error("Message @{0} is not yours to rewrite. Yours have the number before my answer's.")]
    NotYours(MessageNumber),
    #[error("You have not written a message yet.")]
    NothingWritten,
    #[error(transparent)]
    Key(#[from] InvalidKey),
}

/// Makes updates of one run.
pub(crate) struct Inbox<'a> {
    pub(crate) run: &'a str,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) home: Option<&'a Path>,
}

impl Inbox<'_> {
    /// What the `count`-th message of the run comes to.
    pub(crate) fn read(
        &self,
        text: &str,
        count: u64,
        book: &mut Book,
    ) -> Result<Inbound, InboundError> {
        let (event, message) = match crate::line::parse(text)? {
            Line::Nothing => return Ok(Inbound::Nothing),
            Line::Quit => return Ok(Inbound::Quit),
            Line::Help => return Ok(Inbound::Help),
            Line::Models => return Ok(Inbound::Models),
            Line::Text(text) => (said(text, None), written(book)),
            Line::Photo(rest) => (self.photo(rest)?, written(book)),
            Line::Press { button, message } => press(book, button, message)?,
            Line::Reply { to, text } => {
                let buttons = replied_to(book, to)?.buttons.clone();
                let actions = buttons.into_iter().map(|button| button.action).collect();
                (said(text, Some(actions)), written(book))
            }
            Line::Rewrite { message, text } => {
                let text = text.to_owned();
                let key = own(book, message)?.key.clone();
                (Event::Edited { text }, Some(key))
            }
        };
        Ok(Inbound::Update(Box::new(Envelope {
            key: UpdateKey::new(format!("console:{}:{count}", self.run))?,
            chat: ChatKey::new(OWNER)?,
            who: UserKey::new(OWNER)?,
            sent_at: self.clock.now(),
            message,
            language: None,
            name: None,
            scene: Scene::Private,
            trace: None,
            event,
        })))
    }

    /// The first reading of path and caption that names something there is.
    fn photo(&self, rest: &str) -> Result<Event, InboundError> {
        let readings = || path::readings(rest, self.home);
        let there = readings().find(|(path, _)| path.exists());
        let Some((path, caption)) = there.or_else(|| readings().next()) else {
            return Err(LineError::Photo.into());
        };
        Ok(Event::Photo {
            attachment: files::photo(&path)?,
            caption: caption.to_owned(),
            album: None,
        })
    }
}

fn said(text: &str, reply_to: Option<Vec<expense_core::conversation::action::Action>>) -> Event {
    let text = text.to_owned();
    Event::Text { text, reply_to }
}

/// A new message of the person.
fn written(book: &mut Book) -> Option<MessageKey> {
    book.add(true, Vec::new()).map(|message| message.key)
}

fn press(
    book: &Book,
    name: &str,
    number: Option<MessageNumber>,
) -> Result<(Event, Option<MessageKey>), InboundError> {
    let message = match number {
        Some(number) => named(book, number)?,
        None => book
            .newest(|message| message.button(name).is_some())
            .ok_or_else(|| no_such_button(book, name))?,
    };
    let button = message
        .button(name)
        .ok_or_else(|| InboundError::NotOnThat(message.number, name.to_owned()))?;
    Ok((
        Event::Press(button.action.clone()),
        Some(message.key.clone()),
    ))
}

fn no_such_button(book: &Book, name: &str) -> InboundError {
    match book.newest(|message| !message.buttons.is_empty()) {
        None => InboundError::NoButtons,
        Some(message) => {
            let labels = message.buttons.iter().map(|button| button.label.as_str());
            let labels = labels.collect::<Vec<_>>().join(", ");
            InboundError::NoSuchButton(name.to_owned(), labels)
        }
    }
}

fn named(book: &Book, number: MessageNumber) -> Result<&Message, InboundError> {
    let message = book.message(number);
    message.ok_or(InboundError::NoSuchMessage(number))
}

fn replied_to(book: &Book, number: Option<MessageNumber>) -> Result<&Message, InboundError> {
    match number {
        Some(number) => named(book, number),
        None => book
            .newest(|message| !message.buttons.is_empty())
            .ok_or(InboundError::NoButtons),
    }
}

fn own(book: &Book, number: Option<MessageNumber>) -> Result<&Message, InboundError> {
    match number {
        None => book
            .newest(|message| message.mine)
            .ok_or(InboundError::NothingWritten),
        Some(number) => match named(book, number)? {
            message if message.mine => Ok(message),
            _ => Err(InboundError::NotYours(number)),
        },
    }
}
