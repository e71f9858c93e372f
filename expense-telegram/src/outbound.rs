//! A reply becomes messages of Telegram.

use std::sync::Arc;
use std::time::Duration;

use expense_core::domain::keys::MessageKey;
use expense_core::ports::error::{Fault, PortError, Result};
use expense_core::ports::messenger::{Outgoing, Rendered};
use reqwest::multipart::{Form, Part};
use serde::{Deserialize, Serialize};
use teloxide_core::types::InlineKeyboardMarkup;

use crate::client::{ANSWER, Client};
use crate::commands;
use crate::inbound::chat_id;
use crate::keyboard::keyboard;
use crate::markup::{CAPTION, MESSAGE, Page, pages};
use crate::pacing::{Pacing, Said};
use crate::progress::Progress;
use crate::refusal::{CallError, Remedy};

/// How long uploading a file may take.
const UPLOAD: Duration = Duration::from_secs(60);
/// How many ways are tried to say one thing.
const WAYS: usize = 6;

/// The bot's side of every chat.
pub(crate) struct Outbound {
    pacing: Pacing,
    progress: Progress,
}

/// Where a message goes. What Telegram tells of a moved chat or a closed topic changes it.
struct Place {
    chat: i64,
    topic: Option<i64>,
}

/// One message, in the form in which it is tried next.
struct Post<'a> {
    page: Option<&'a Page>,
    buttons: Option<&'a InlineKeyboardMarkup>,
    file: Option<&'a Rendered>,
    edits: Option<i64>,
    plain: bool,
}

/// What is wanted of a sent message.
#[derive(Deserialize)]
struct Sent {
    message_id: i64,
}

/// `sendMessage` and, with a `message_id`, `editMessageText`.
#[derive(Serialize)]
struct Words<'a> {
    chat_id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_thread_id: Option<i64>,
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parse_mode: Option<&'static str>,
    link_preview_options: NoPreview,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_markup: Option<&'a InlineKeyboardMarkup>,
}

/// `LinkPreviewOptions`: a merchant's name that reads like an address shows no page.
#[derive(Serialize)]
struct NoPreview {
    is_disabled: bool,
}

const HTML: &str = "HTML";

impl Outbound {
    pub(crate) fn new(pacing: Pacing) -> Self {
        Self {
            pacing,
            progress: Progress::default(),
        }
    }

    /// Says it: the words in as many messages as they take, the buttons below the last, the
    /// files after them, the first with the words as its caption where they fit. Names the
    /// message that carries the buttons.
    pub(crate) async fn send(
        &self,
        client: &Arc<Client>,
        outgoing: &Outgoing,
    ) -> Result<MessageKey> {
        // A database that others use as well holds answers for their chats, too: they send them.
        let chat = chat_id(&outgoing.chat).ok_or_else(|| error(Fault::Unavailable))?;
        let topic = outgoing.topic.as_ref().and_then(number);
        let mut place = Place { chat, topic };
        let buttons = keyboard(&outgoing.reply.buttons);
        let edits = outgoing.edits.as_ref().and_then(number);

        let caption = match (&outgoing.files[..], edits) {
            ([_, ..], None) => single(pages(&outgoing.reply.text, CAPTION)),
            _ => None,
        };
        let words = match caption {
            Some(_) => Vec::new(),
            None => pages(&outgoing.reply.text, MESSAGE),
        };
        let posts = posts(outgoing, &words, caption.as_ref(), buttons.as_ref());
        let count = posts.len();
        let id = outgoing.id.as_ref().filter(|_| count > 1);
        let key = id.map(|id| self.progress.key((outgoing.chat.as_str(), id)));
        let (done, mut named) = key.map_or((0, None), |key| self.progress.of(key));
        for (at, post) in posts.into_iter().enumerate().skip(done) {
            let is_file = post.file.is_some();
            let sent = self.post(client, &mut place, post).await?;
            // The words name it, or the first of its files.
            let name = named.filter(|_| is_file).unwrap_or(sent);
            named = Some(name);
            match key {
                Some(key) if at + 1 < count => self.progress.note(key, at + 1, name),
                Some(key) => self.progress.whole(key),
                None => {}
            }
        }
        if let Some(audience) = outgoing.reply.menu {
            // Nobody waits for a menu.
            let (client, chat) = (Arc::clone(client), place.chat);
            tokio::spawn(async move { commands::offer_in(&client, chat, audience).await });
        }
        let named = named.ok_or_else(|| error(Fault::Bug))?;
        MessageKey::new(named.to_string()).map_err(|invalid| error(Fault::Bug).because(invalid))
    }

    /// Says one message, in another way where Telegram does not take the first.
    async fn post(&self, client: &Client, place: &mut Place, mut post: Post<'_>) -> Result<i64> {
        let mut refused = None;
        for _ in 0..WAYS {
            let said = match post.edits {
                Some(_) => Said::InPlace,
                None => Said::Anew,
            };
            let turn = self.pacing.turn(place.chat, said).await;
            let ticket = turn.map_err(busy)?;
            let sent = transmit(client, place, &post).await;
            ticket.arrived().await;
            let refusal = match sent {
                Ok(sent) => return Ok(sent),
                Err(CallError::Refused(refusal)) => refusal,
                Err(other) => return Err(other.into_port("messenger", "send")),
            };
            match refusal.remedy() {
                Remedy::Unchanged if let Some(edited) = post.edits => return Ok(edited),
                Remedy::SendAnew if post.edits.is_some() => post.edits = None,
                Remedy::General if place.topic.is_some() => place.topic = None,
                Remedy::Plain if !post.plain => post.plain = true,
                Remedy::WithoutButtons if post.buttons.is_some() => post.buttons = None,
                Remedy::Moved(to) if to != place.chat => {
                    // The messages of the old group stayed there.
                    (place.chat, post.edits) = (to, None);
                }
                Remedy::Wait(wait) => {
                    self.pacing.hold(place.chat, wait);
                    return Err(busy(wait));
                }
                _ => return Err(CallError::Refused(refusal).into_port("messenger", "send")),
            }
            refused = Some(refusal);
        }
        let error = error(Fault::Bug);
        Err(match refused {
            Some(refusal) => error.because(refusal),
            None => error,
        })
    }
}

/// The messages that a reply takes.
fn posts<'a>(
    outgoing: &'a Outgoing,
    words: &'a [Page],
    caption: Option<&'a Page>,
    buttons: Option<&'a InlineKeyboardMarkup>,
) -> Vec<Post<'a>> {
    let edits = outgoing.edits.as_ref().and_then(number);
    let last = words.len().saturating_sub(1);
    let spoken = words.iter().enumerate().map(|(at, page)| Post {
        page: Some(page),
        buttons: buttons.filter(|_| at == last),
        file: None,
        edits: edits.filter(|_| at == 0),
        plain: false,
    });
    let attached = outgoing.files.iter().enumerate().map(|(at, file)| {
        let with_words = at == 0 && words.is_empty();
        Post {
            page: caption.filter(|_| with_words),
            buttons: buttons.filter(|_| with_words),
            file: Some(file),
            edits: None,
            plain: false,
        }
    });
    spoken.chain(attached).collect()
}

async fn transmit(
    client: &Client,
    place: &Place,
    post: &Post<'_>,
) -> std::result::Result<i64, CallError> {
    let text = post.page.map(|page| match post.plain {
        true => &page.plain,
        false => &page.html,
    });
    let parse_mode = (!post.plain).then_some(HTML);
    let sent: Sent = match post.file {
        Some(file) => {
            let form = document(place, file, text.zip(Some(parse_mode)), post.buttons)?;
            client.upload("sendDocument", form, UPLOAD).await?
        }
        None => {
            let words = Words {
                chat_id: place.chat,
                message_id: post.edits,
                message_thread_id: place.topic.filter(|_| post.edits.is_none()),
                text: text.map_or("", String::as_str),
                parse_mode,
                link_preview_options: NoPreview { is_disabled: true },
                reply_markup: post.buttons,
            };
            let method = match post.edits {
                Some(_) => "editMessageText",
                None => "sendMessage",
            };
            client.call_for(method, &words, ANSWER).await?
        }
    };
    Ok(sent.message_id)
}

/// The form of `sendDocument`.
fn document(
    place: &Place,
    file: &Rendered,
    caption: Option<(&String, Option<&'static str>)>,
    buttons: Option<&InlineKeyboardMarkup>,
) -> std::result::Result<Form, CallError> {
    let content = Part::stream(file.bytes.clone()).file_name(file.name.clone());
    let mut form = Form::new()
        .text("chat_id", place.chat.to_string())
        .part("document", content);
    if let Some(topic) = place.topic {
        form = form.text("message_thread_id", topic.to_string());
    }
    if let Some((caption, parse_mode)) = caption {
        form = form.text("caption", caption.clone());
        if let Some(parse_mode) = parse_mode {
            form = form.text("parse_mode", parse_mode);
        }
    }
    if let Some(buttons) = buttons {
        let buttons = serde_json::to_string(buttons).map_err(|_| CallError::OURS)?;
        form = form.text("reply_markup", buttons);
    }
    Ok(form)
}

/// The only page, where there is but one.
fn single(mut pages: Vec<Page>) -> Option<Page> {
    if pages.len() == 1 { pages.pop() } else { None }
}

fn number(key: &MessageKey) -> Option<i64> {
    key.as_str().parse().ok()
}

fn busy(wait: Duration) -> PortError {
    error(Fault::Busy {
        retry_after: Some(wait),
    })
}

fn error(fault: Fault) -> PortError {
    PortError::new("messenger", "send", fault)
}
