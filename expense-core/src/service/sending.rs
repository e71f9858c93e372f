//! Saying what was decided: now if it can be said now, else from the store later.

use std::time::Duration;

use tracing::Instrument;

use super::Inner;
use super::render::Export;
use super::{counts, trace};
use crate::conversation::reply::{Place, Reply};
use crate::conversation::wording::trouble;
use crate::domain::keys::{ChatKey, MessageKey, UpdateKey};
use crate::domain::limits;
use crate::ports::error::{Fault, PortError, Result};
use crate::ports::jobs::Parked;
use crate::ports::messenger::{Outgoing, ReplyId};

impl Inner {
    /// Says the replies of an update in order, and parks what can't be said now.
    pub(super) async fn say(
        &self,
        chat: &ChatKey,
        key: &UpdateKey,
        replies: Vec<Reply>,
    ) -> Result<()> {
        let mut wait = self.behind.contains(chat).then_some(Duration::ZERO);
        for (first, reply) in replies.into_iter().enumerate() {
            let unsaid = if wait.is_some() {
                reply
            } else {
                let id = ReplyId {
                    update: key.clone(),
                    place: first,
                };
                match self.send(chat, id, reply, limits::SENDING).await {
                    Ok(()) => continue,
                    Err((reply, error)) => {
                        counts::error(&error);
                        let chat = self.alias(chat);
                        tracing::warn!(%error, %chat, "a reply waits until it can be sent");
                        wait = Some(super::backoff::after(1, &error));
                        reply
                    }
                }
            };
            let parked = Parked {
                key: key.clone(),
                chat: chat.clone(),
                first,
                replies: vec![unsaid],
            };
            // Those behind the first wait for it, and for nothing else.
            let wait = wait.replace(Duration::ZERO).unwrap_or_default();
            self.park(&parked, wait).await?;
        }
        Ok(())
    }

    /// Sends one reply. `Err` gives it back when it may be sent later; what can never be sent is
    /// replaced by a sentence or, where the chat takes nothing, dropped.
    pub(super) async fn send(
        &self,
        chat: &ChatKey,
        id: ReplyId,
        reply: Reply,
        within: Duration,
    ) -> std::result::Result<(), (Reply, PortError)> {
        let mut outgoing = Outgoing {
            chat: chat.clone(),
            id: Some(id),
            topic: reply.topic.clone(),
            reply,
            edits: None,
            files: Vec::new(),
        };
        let span = trace::send();
        let transmitted = self.transmit(&mut outgoing, within);
        let transmitted = transmitted.instrument(span.clone()).await;
        if self.outage.tried(transmitted.as_ref().err()) {
            self.look_again(Duration::ZERO);
        }
        match transmitted {
            Ok(()) => {
                self.counts.sent.increment(1);
                span.record("outcome", "sent");
                Ok(())
            }
            Err(error) if error.is_transient() => {
                span.record("outcome", error.fault.kind());
                Err((outgoing.reply, error))
            }
            Err(error) => {
                self.counts.refused.increment(1);
                counts::error(&error);
                span.record("outcome", error.fault.kind());
                let alias = self.alias(chat);
                tracing::error!(%error, chat = %alias, "a reply can't be sent");
                if error.fault != Fault::Denied {
                    self.excuse(chat, outgoing.topic, trouble::UNSHOWN).await;
                }
                Ok(())
            }
        }
    }

    /// Says a sentence that was not planned for, if that is possible.
    pub(super) async fn excuse(&self, chat: &ChatKey, topic: Option<MessageKey>, sentence: &str) {
        let outgoing = Outgoing {
            chat: chat.clone(),
            id: None,
            reply: Reply::plain(sentence),
            edits: None,
            topic,
            files: Vec::new(),
        };
        let sending = self.ports.messenger.send(&outgoing);
        if let Err(error) = timed("messenger", limits::SENDING, sending).await {
            counts::error(&error);
            let chat = self.alias(chat);
            tracing::warn!(%error, %chat, "an excuse could not be sent");
        }
    }

    /// Looks up what is to be edited, makes the files and hands all of it to the messenger: the
    /// first file with the words, every further one as a message of its own. Each step has to be
    /// done `within` this time.
    async fn transmit(&self, outgoing: &mut Outgoing, within: Duration) -> Result<()> {
        outgoing.edits = self.target(&outgoing.chat, &outgoing.reply.place).await;
        let mut files = Export::new(outgoing.reply.files.clone());
        let first = files.next(self, &outgoing.chat);
        outgoing.files = timed("store", within, first).await?.into_iter().collect();
        let sending = self.ports.messenger.send(outgoing);
        let message = timed("messenger", within, sending).await?;
        self.note(&outgoing.chat, &outgoing.reply, &message).await;
        while let Some(file) = timed("store", within, files.next(self, &outgoing.chat)).await? {
            let further = Outgoing {
                chat: outgoing.chat.clone(),
                id: None,
                reply: Reply::default(),
                edits: None,
                topic: outgoing.topic.clone(),
                files: vec![file],
            };
            let sending = self.ports.messenger.send(&further);
            timed("messenger", within, sending).await?;
        }
        Ok(())
    }

    /// The message that the reply edits; none where that is not known any more.
    async fn target(&self, chat: &ChatKey, place: &Place) -> Option<MessageKey> {
        match place {
            Place::New => None,
            Place::Message(message) => Some(message.clone()),
            Place::Anchor(anchor) => self.notes.find(chat, anchor).await,
        }
    }

    /// Notes which message the reply became, for whoever edits it.
    async fn note(&self, chat: &ChatKey, reply: &Reply, message: &MessageKey) {
        let place = match &reply.place {
            Place::Anchor(anchor) => Some(anchor),
            Place::New | Place::Message(_) => None,
        };
        if let Some(anchor) = reply.anchor.as_ref().or(place) {
            self.notes.note(chat, anchor, message).await;
        }
    }
}

async fn timed<T>(
    port: &'static str,
    within: Duration,
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
    match tokio::time::timeout(within, work).await {
        Ok(done) => done,
        Err(_) => Err(PortError::new(port, "send", Fault::Unavailable)),
    }
}
