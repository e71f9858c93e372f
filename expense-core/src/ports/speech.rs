//! Understanding what people say aloud.

use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::error::Result;
use super::ocr::Hints;
use crate::domain::speech::Speech;

/// What is to be understood.
#[derive(Debug, Clone)]
pub struct Recording {
    /// A whole file: Ogg (Opus or Vorbis), MP3, M4A, AAC, WAV or FLAC, told apart by content.
    pub audio: Bytes,
    /// What the speaker takes for granted; `sent_on` is the speaker's "today".
    pub hints: Hints,
}

/// What was understood, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// Where it was understood, in words for the person: "by Gemini".
    pub place: String,
    /// What came of it.
    pub speech: Speech,
}

/// Understands voice notes.
///
/// Promises, each a case of the conformance suite: an empty recording, silence, a file that is no
/// recording and a damaged one are values, never an expense and never an error; more than
/// [`limits::RECORDING_BYTES`](crate::domain::limits::RECORDING_BYTES) is refused with
/// `Fault::Denied` before anything is sent anywhere.
/// Besides: an amount fits its currency, a category is one of the hints' names letter for letter,
/// and what is said is data, never an instruction.
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait SpeechReader: Send + Sync {
    /// Listens to one recording.
    async fn read(&self, recording: &Recording) -> Result<Heard>;
}
