//! A line becomes an update, or as many as an album has photos.

use std::path::{Path, PathBuf};

use expense_core::conversation::action::Action;
use expense_core::conversation::event::{Envelope, Event, Scene};
use expense_core::domain::attachment::Attachment;
use expense_core::domain::keys::{ChatKey, InvalidKey, MessageKey, UpdateKey, UserKey};
use expense_core::domain::limits::PARTS_PER_DRAFT;
use expense_core::ports::clock::Clock;
use expense_core::ports::jobs::Served;

use crate::book::{Book, Message};
use crate::files::{self, FileError};
use crate::line::{Line, LineError, MessageNumber};
use crate::path;

/// What a service serves that answers on a console.
pub const SERVED: Served = Served("console:");

/// The one chat of a console, and the one person in it.
pub(crate) const OWNER: &str = "console:1";

/// What a line comes to.
#[derive(Debug)]
pub(crate) enum Inbound {
    Nothing,
    Quit,
    Help,
    Models,
    Updates(Vec<Envelope>),
}

/// Why a line comes to nothing, in words for the person.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InboundError {
    #[error(transparent)]
    Line(#[from] LineError),
    #[error(transparent)]
    File(#[from] FileError),
    #[error("That is more than {PARTS_PER_DRAFT} photos. Send the others with another photo line.")]
    TooManyPhotos,
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

/// What happened, and the message that it is or belongs to.
type Happened = (Event, Option<MessageKey>);

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
        let happened = match crate::line::parse(text)? {
            Line::Nothing => return Ok(Inbound::Nothing),
            Line::Quit => return Ok(Inbound::Quit),
            Line::Help => return Ok(Inbound::Help),
            Line::Models => return Ok(Inbound::Models),
            Line::Text(text) => vec![(said(text, None), book.write(None))],
            Line::Photo(rest) => self.photos(rest, book)?,
            Line::Voice(rest) => vec![self.voice(rest, book)?],
            Line::Press { button, message } => vec![press(book, button, message)?],
            Line::Reply { to, text } => {
                let buttons = replied_to(book, to)?.buttons.clone();
                let actions: Vec<_> = buttons.into_iter().map(|button| button.action).collect();
                // Bare words are known by nothing.
                let reply_to = (!actions.is_empty()).then_some(actions);
                vec![(said(text, reply_to), book.write(None))]
            }
            Line::Rewrite { message, text } => vec![rewrite(book, message, text)?],
        };
        let updates = (1..).zip(happened);
        let updates = updates.map(|(part, happened)| self.update(count, part, happened));
        Ok(Inbound::Updates(updates.collect::<Result<_, _>>()?))
    }

    /// The `part`-th update of a line.
    fn update(&self, count: u64, part: u64, happened: Happened) -> Result<Envelope, InvalidKey> {
        let (event, message) = happened;
        let key = match part {
            1 => format!("console:{}:{count}", self.run),
            _ => format!("console:{}:{count}.{part}", self.run),
        };
        Ok(Envelope {
            key: UpdateKey::new(key)?,
            chat: ChatKey::new(OWNER)?,
            who: UserKey::new(OWNER)?,
            sent_at: self.clock.now(),
            message,
            language: None,
            name: None,
            scene: Scene::Private,
            trace: None,
            event,
        })
    }

    /// A photo, or several that belong together, with what stands below the first.
    fn photos(&self, rest: &str, book: &mut Book) -> Result<Vec<Happened>, InboundError> {
        let (path, mut caption) = self.named_file(rest).ok_or(LineError::Photo)?;
        let mut photos = vec![files::attachment(&path)?];
        while let Some((path, rest)) = path::another(caption, self.home) {
            if photos.len() == PARTS_PER_DRAFT {
                return Err(InboundError::TooManyPhotos);
            }
            photos.push(files::attachment(&path)?);
            caption = rest;
        }
        let is_album = photos.len() > 1;
        let mut album = None;
        let mut captions = std::iter::once(caption).chain(std::iter::repeat(""));
        let photo = |attachment: Attachment| {
            let message = book.write(Some(attachment.fingerprint.clone()));
            // It is called as its first photo is.
            album = album.take().or_else(|| message.clone());
            let event = Event::Photo {
                attachment,
                caption: captions.next().unwrap_or_default().to_owned(),
                album: album.clone().filter(|_| is_album),
            };
            (event, message)
        };
        Ok(photos.into_iter().map(photo).collect())
    }

    fn voice(&self, rest: &str, book: &mut Book) -> Result<Happened, InboundError> {
        let (path, caption) = self.named_file(rest).ok_or(LineError::Voice)?;
        let attachment = files::attachment(&path)?;
        let message = book.write(Some(attachment.fingerprint.clone()));
        let event = Event::Voice {
            attachment,
            seconds: None,
            caption: caption.to_owned(),
        };
        Ok((event, message))
    }

    /// The first reading of path and caption that names something there is.
    fn named_file<'t>(&'t self, rest: &'t str) -> Option<(PathBuf, &'t str)> {
        let readings = || path::readings(rest, self.home);
        let there = readings().find(|(path, _)| path.exists());
        there.or_else(|| readings().next())
    }
}

fn said(text: &str, reply_to: Option<Vec<Action>>) -> Event {
    let text = text.to_owned();
    Event::Text { text, reply_to }
}

/// Words of one's own become others; those below a file are the file's.
fn rewrite(
    book: &Book,
    number: Option<MessageNumber>,
    text: &str,
) -> Result<Happened, InboundError> {
    let message = own(book, number)?;
    let words = text.to_owned();
    let event = match message.file.clone() {
        Some(file) => Event::Recaptioned {
            file,
            caption: words,
        },
        None => Event::Edited { text: words },
    };
    Ok((event, Some(message.key.clone())))
}

fn press(book: &Book, name: &str, number: Option<MessageNumber>) -> Result<Happened, InboundError> {
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
