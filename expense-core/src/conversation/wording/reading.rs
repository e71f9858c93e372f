//! Reading photos and listening to voice notes: what is said meanwhile and when it failed.

use std::borrow::Cow;

use crate::conversation::event::ReadResult;
use crate::domain::draft::ReceiptDraft;
use crate::domain::limits;
use crate::domain::speech::Speech;

/// A draft waits for its reading.
pub(crate) fn waits(receipt: &ReceiptDraft) -> &'static str {
    match receipt.voice {
        None => "Reading your receipt…",
        Some(_) => "Listening to your voice note…",
    }
}

/// How long that will take: at which place among all, or behind others of the same person.
pub(crate) fn wait(place: Option<u32>, seconds: u64) -> String {
    let time = about(seconds);
    match place {
        Some(place) => format!("You are number {place}; {time}."),
        None => format!("You sent many at once; this one takes {time}."),
    }
}

/// So many seconds, as far as it matters.
fn about(seconds: u64) -> String {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    match seconds {
        0..MINUTE => "less than a minute".to_owned(),
        MINUTE..90 => "about a minute".to_owned(),
        90..HOUR => format!("about {} minutes", (seconds + MINUTE / 2) / MINUTE),
        _ if seconds < HOUR + HOUR / 2 => "about an hour".to_owned(),
        _ => format!("about {} hours", seconds.saturating_add(HOUR / 2) / HOUR),
    }
}

/// It is asked for while it goes on.
pub(crate) fn already(receipt: &ReceiptDraft) -> &'static str {
    match receipt.voice {
        None => "I am reading this photo already.",
        Some(_) => "I am listening to this already.",
    }
}

/// It is asked for once too often.
pub(crate) fn often_enough(receipt: &ReceiptDraft) -> String {
    let done = match receipt.voice {
        None => "read this photo",
        Some(_) => "listened to this",
    };
    format!("I have {done} several times; please write the amount instead, for example 12.50.")
}

/// A voice note that nobody listens to.
pub(crate) fn too_long() -> String {
    format!(
        "This voice note is longer than {} minutes. Please send a shorter one, or write the \
         expense, for example 12.50 lunch.",
        limits::VOICE_SECONDS / 60
    )
}

/// What came of reading, as far as it matters for what is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Something was found.
    Read,
    /// It is something else.
    NotAReceipt,
    /// Too little can be read.
    Illegible,
    /// It failed.
    Failed,
    /// Too many wait.
    Busy,
    /// No more is read for so many seconds.
    UsedUp(u64),
    /// Nobody reads here.
    NoReader,
    /// It is shown once more, and nothing was found in it so far.
    Unread,
}

impl Outcome {
    pub(crate) fn of(result: &ReadResult) -> Self {
        match result {
            ReadResult::Receipt(_) | ReadResult::Heard(Speech::Expense { .. }) => Self::Read,
            ReadResult::NotAReceipt | ReadResult::Heard(Speech::Other { .. }) => Self::NotAReceipt,
            ReadResult::Illegible | ReadResult::Heard(Speech::Nothing) => Self::Illegible,
            ReadResult::Failed => Self::Failed,
            ReadResult::Busy => Self::Busy,
            ReadResult::UsedUp { seconds } => Self::UsedUp(*seconds),
            ReadResult::NoReader => Self::NoReader,
        }
    }

    /// For a draft that is shown once more.
    pub(crate) fn so_far(receipt: &ReceiptDraft) -> Self {
        match receipt.read_at {
            Some(_) => Self::Read,
            None => Self::Unread,
        }
    }

    /// The button that has it read once more, where that may help.
    pub(crate) fn another_try(self, receipt: &ReceiptDraft) -> Option<&'static str> {
        match self {
            Self::Failed | Self::Busy => Some("Try again"),
            Self::UsedUp(_) | Self::NoReader | Self::Unread => Some(match receipt.voice {
                None => "Read again",
                Some(_) => "Listen again",
            }),
            Self::Read | Self::NotAReceipt | Self::Illegible => None,
        }
    }

    pub(crate) fn sentence(self, receipt: &ReceiptDraft) -> Cow<'static, str> {
        let sentence = match (self, receipt.voice.is_some()) {
            (Self::UsedUp(seconds), is_voice) => {
                let (read, what) = match is_voice {
                    false => ("read", "the photo"),
                    true => ("listen", "the voice note"),
                };
                let wait = about(seconds);
                return format!(
                    "So much was read today that I can {read} again only in {wait}; {what} is kept."
                )
                .into();
            }
            (Self::Read, false) => "I found no amount.",
            (Self::Read, true) => "I heard no amount.",
            (Self::NotAReceipt, false) => "This does not look like a receipt.",
            (Self::NotAReceipt, true) => "I heard of no expense.",
            (Self::Illegible, false) => "I can't read this photo.",
            (Self::Illegible, true) => "I can't understand this voice note.",
            (Self::Failed, false) => "Reading this photo failed; the photo is kept.",
            (Self::Failed, true) => "Listening to this failed; the voice note is kept.",
            (Self::Busy, false) => "Too many photos wait to be read now; this one is kept.",
            (Self::Busy, true) => "Too many wait to be listened to now; this one is kept.",
            (Self::NoReader, false) => "I can't read photos here yet; the photo is kept.",
            (Self::NoReader, true) => "I can't listen to voice notes here; this one is kept.",
            (Self::Unread, _) => "No amount is known yet.",
        };
        sentence.into()
    }
}
