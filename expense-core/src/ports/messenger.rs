//! Saying something.

use async_trait::async_trait;

use super::error::Result;
use crate::conversation::reply::Reply;
use crate::domain::keys::{ChatKey, MessageKey, UpdateKey};

/// A file ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// Its name, for example `expenses-2026-05.csv`.
    pub name: String,
    /// Its content.
    pub bytes: bytes::Bytes,
}

/// What is to be said where, with nothing left to look up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The chat.
    pub chat: ChatKey,
    /// What it is known by, also when it is said again because it failed: a messenger that makes
    /// several messages of it may go on then where it broke off. Without it, it begins anew.
    pub id: Option<ReplyId>,
    /// The reply, its slots filled. Its `files` stand in `files` as content.
    pub reply: Reply,
    /// The message to edit; a new one when `None`.
    pub edits: Option<MessageKey>,
    /// The topic of the chat that it belongs to, where the chat has topics.
    pub topic: Option<MessageKey>,
    /// The files.
    pub files: Vec<Rendered>,
}

/// What tells a reply from every other, also from one of the same words.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ReplyId {
    /// The update that is answered.
    pub update: UpdateKey,
    /// Its place among the replies to that, counted from zero.
    pub place: usize,
}

/// Says something in a chat.
///
/// Promises: `Ok` means that the platform took it; an edit of a message that can't be edited any
/// more becomes a new message; an edit that changes nothing is `Ok`; a flood wait is
/// `Fault::Busy` with its time; a chat that blocked the bot is `Fault::Denied`. What is for a chat
/// of another frontend over the same store is not shown and transient: that one says it.
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait Messenger: Send + Sync {
    /// Says it and names the message that it became.
    async fn send(&self, outgoing: &Outgoing) -> Result<MessageKey>;
}
