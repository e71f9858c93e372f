//! A reader that was told what is said in each recording.

use std::collections::HashMap;

use async_trait::async_trait;
use bytes::Bytes;

use crate::domain::limits;
use crate::domain::speech::Speech;
use crate::ports::error::{Fault, PortError, Result};
use crate::ports::speech::{Heard, Recording, SpeechReader};

/// [`SpeechReader`] that answers by a recording's content; in what it does not know nobody speaks.
#[derive(Debug, Default)]
pub struct ScriptedSpeech {
    speeches: HashMap<Bytes, Speech>,
}

impl ScriptedSpeech {
    /// The place that it names.
    pub const PLACE: &'static str = "from a script";

    /// The same reader, which knows one more recording.
    #[must_use]
    pub fn with(mut self, audio: impl Into<Bytes>, speech: Speech) -> Self {
        self.speeches.insert(audio.into(), speech);
        self
    }
}

#[async_trait]
impl SpeechReader for ScriptedSpeech {
    async fn read(&self, recording: &Recording) -> Result<Heard> {
        if recording.audio.len() > limits::RECORDING_BYTES {
            return Err(PortError::new("speech", "read", Fault::Denied)
                .because("the recording is larger than allowed"));
        }
        let known = self.speeches.get(&recording.audio);
        Ok(Heard {
            place: Self::PLACE.to_owned(),
            speech: known.cloned().unwrap_or(Speech::Nothing),
        })
    }
}
