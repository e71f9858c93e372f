//! What happens in a chat, in no transport's words.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::action::Action;
use crate::domain::attachment::{Attachment, Fingerprint};
use crate::domain::currency::Currency;
use crate::domain::exchange::Rate;
use crate::domain::keys::{ChatKey, DraftId, ExpenseId, MessageKey, UpdateKey, UserKey};
use crate::domain::person::PersonName;
use crate::domain::receipt::Receipt;
use crate::domain::speech::Speech;
use crate::domain::text::Description;
use crate::domain::trace::Trace;

/// One update on its way from a transport to its decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// The idempotency key: what it causes is recorded once, however often it is delivered.
    pub key: UpdateKey,
    /// The chat that it belongs to; updates of one chat keep their order.
    pub chat: ChatKey,
    /// Who caused it.
    pub who: UserKey,
    /// When it was sent, by the transport's clock: "yesterday" means the sender's.
    pub sent_at: DateTime<Utc>,
    /// The message that it is, or that its button hangs on.
    pub message: Option<MessageKey>,
    /// The BCP 47 language of the person's application, for a ledger's first settings.
    pub language: Option<String>,
    /// What the platform calls the person, for a ledger that several people share.
    pub name: Option<PersonName>,
    /// Among whom it was said.
    pub scene: Scene,
    /// The trace that it belongs to, where whoever handed it on keeps one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<Trace>,
    /// What happened.
    pub event: Event,
}

/// Among whom something is said.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Scene {
    /// The person alone with the bot.
    #[default]
    Private,
    /// Several people share the chat and its ledger.
    Group {
        /// The bot was meant: by a command, a mention, a reply to it or a button of it. What is
        /// said to others is left alone.
        addressed: bool,
        /// The topic of the chat that it was said in, where the answer belongs, too.
        topic: Option<MessageKey>,
    },
}

/// What happened.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// Somebody wrote something, a command included.
    Text {
        /// As written.
        text: String,
        /// The buttons of the message that it replies to, by which that message is known.
        reply_to: Option<Vec<Action>>,
    },
    /// Somebody changed a message of theirs.
    Edited {
        /// How it reads now.
        text: String,
    },
    /// Somebody changed what stands below a photo, a file or a recording of theirs.
    Recaptioned {
        /// Which one.
        file: Fingerprint,
        /// How it reads now.
        caption: String,
    },
    /// Somebody sent a photo, an image file or a PDF.
    Photo {
        /// What can be fetched.
        attachment: Attachment,
        /// What stands below it.
        caption: String,
        /// The album that it is a part of.
        album: Option<MessageKey>,
    },
    /// Somebody said something aloud.
    Voice {
        /// What can be fetched.
        attachment: Attachment,
        /// How long it is, in whole seconds, where the transport knows it.
        seconds: Option<u32>,
        /// What stands below it.
        caption: String,
    },
    /// The bot was added to this chat.
    Arrived,
    /// The bot was removed from this chat, or the person blocked it: nothing can be said here.
    Departed,
    /// This chat goes on under another key, and its ledger goes with it.
    Moved {
        /// The key from now on.
        to: ChatKey,
    },
    /// Somebody pressed a button of the message named by the envelope.
    Press(Action),
    /// A reader came back.
    Read {
        /// The draft that was read.
        draft: DraftId,
        /// The round of reading, as the draft named it.
        round: u32,
        /// The content's fingerprints, one a part that could be fetched.
        content: Vec<Fingerprint>,
        /// Where it was read, in words.
        place: String,
        /// What came of it.
        result: ReadResult,
    },
    /// The rate that an expense lacked was found.
    Rated {
        /// The expense.
        expense: ExpenseId,
        /// Its revision when it was looked for.
        revision: u32,
        /// What its ledger counted in then.
        into: Currency,
        /// The rate.
        rate: Rate,
    },
    /// A draft waits for its reading longer than usual.
    Waits {
        /// The draft.
        draft: DraftId,
        /// Its place among all that wait, from 1; `None` where it waits for its own person, who
        /// sent many at once.
        place: Option<u32>,
        /// About how long it will take, in seconds.
        seconds: u64,
    },
    /// A category was suggested for an expense that was put nowhere.
    Suggested {
        /// The expense.
        expense: ExpenseId,
        /// The description by which it was suggested.
        description: Description,
        /// The merchant by which it was suggested.
        merchant: Option<Description>,
        /// The name of the category.
        category: String,
        /// Who suggests it, in words.
        place: String,
    },
    /// Something is due.
    Tick(Tick),
    /// Too much at once: it gets its answer and does nothing.
    Limited {
        /// Whole seconds until the next message is welcome.
        retry_after_s: u64,
    },
    /// Its sender may not use the bot: it gets its one answer and does nothing. A group that is
    /// not let in hears how it could be.
    Denied {
        /// Whether an owner was asked to let them in.
        asked: bool,
    },
    /// Somebody sent the code by which the first owner makes themselves known.
    Code {
        /// Whether it was that code, and they were the first.
        right: bool,
    },
    /// Something that this product has no use for.
    Unsupported,
}

/// What came of reading a draft's photos or listening to its recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReadResult {
    /// A receipt, as far as it could be read.
    Receipt(Box<Receipt>),
    /// A voice note that somebody listened to.
    Heard(Speech),
    /// Something else.
    NotAReceipt,
    /// Too little could be read.
    Illegible,
    /// Reading failed or took too long.
    Failed,
    /// So many wait to be read that this one was not.
    Busy,
    /// Whoever reads may read no more for a while.
    UsedUp {
        /// For about how many seconds.
        seconds: u64,
    },
    /// No reader is configured, or it has no models yet.
    NoReader,
}

/// Work that is due by time, one envelope a ledger, job and period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Tick {
    /// Drafts that nobody answered expire and outcomes that nobody asks for any more go.
    Sweep,
}

impl Scene {
    /// The topic that an answer belongs to.
    #[must_use]
    pub fn topic(&self) -> Option<&MessageKey> {
        match self {
            Self::Private => None,
            Self::Group { topic, .. } => topic.as_ref(),
        }
    }

    /// Whether it was said to others.
    #[must_use]
    pub fn is_aside(&self) -> bool {
        matches!(
            self,
            Self::Group {
                addressed: false,
                ..
            }
        )
    }
}

impl fmt::Debug for Event {
    /// Names the kind alone: what people write never reaches a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text { .. } => "Text",
            Self::Edited { .. } => "Edited",
            Self::Recaptioned { .. } => "Recaptioned",
            Self::Photo { .. } => "Photo",
            Self::Voice { .. } => "Voice",
            Self::Arrived => "Arrived",
            Self::Departed => "Departed",
            Self::Moved { .. } => "Moved",
            Self::Press(_) => "Press",
            Self::Read { .. } => "Read",
            Self::Rated { .. } => "Rated",
            Self::Waits { .. } => "Waits",
            Self::Suggested { .. } => "Suggested",
            Self::Tick(_) => "Tick",
            Self::Limited { .. } => "Limited",
            Self::Denied { .. } => "Denied",
            Self::Code { .. } => "Code",
            Self::Unsupported => "Unsupported",
        })
    }
}
