//! The suite of [`SpeechReader`].

use bytes::Bytes;

use super::Bench;
use super::ocr::hints;
use crate::domain::limits;
use crate::domain::speech::Speech;
use crate::ports::error::Fault;
use crate::ports::speech::{Recording, SpeechReader};

/// What the suite is given.
pub type SpeechBench = Bench<dyn SpeechReader>;

/// Proves a [`SpeechReader`](crate::ports::speech::SpeechReader).
#[macro_export]
macro_rules! speech_reader_conformance {
    ($fresh:path) => {
        $crate::__conformance! { $fresh; speech {
            an_empty_recording_is_a_value,
            a_text_file_is_a_value,
            silence_is_a_value,
            a_damaged_recording_is_a_value,
            oversize_is_denied,
        } }
    };
}

/// A tenth of a second of nothing: WAV, one channel, 8,000 samples of 16 bits a second.
fn silence() -> Vec<u8> {
    let samples = [0; 1_600];
    let mut wav = Vec::new();
    wav.extend_from_slice(b"RIFF\x64\x06\0\0WAVEfmt \x10\0\0\0");
    wav.extend_from_slice(b"\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0");
    wav.extend_from_slice(b"data\x40\x06\0\0");
    wav.extend_from_slice(&samples);
    wav
}

async fn is_no_expense(bench: SpeechBench, audio: Vec<u8>) {
    let recording = Recording {
        audio: audio.into(),
        hints: hints(),
    };
    let heard = bench.port().read(&recording).await;
    let heard = heard.expect("a value, not an error");
    assert!(!matches!(heard.speech, Speech::Expense { .. }), "{heard:?}");
    assert!(!heard.place.is_empty(), "somebody listened");
}

/// Nothing at all.
pub async fn an_empty_recording_is_a_value(bench: SpeechBench) {
    is_no_expense(bench, Vec::new()).await;
}

/// People send files by mistake.
pub async fn a_text_file_is_a_value(bench: SpeechBench) {
    is_no_expense(bench, b"Dear Anna,\nsee you at 5.\n".to_vec()).await;
}

/// It can be heard, and nobody speaks.
pub async fn silence_is_a_value(bench: SpeechBench) {
    is_no_expense(bench, silence()).await;
}

/// Cut off on its way, in the middle of its header.
pub async fn a_damaged_recording_is_a_value(bench: SpeechBench) {
    is_no_expense(bench, silence()[..30].to_vec()).await;
}

/// Whatever is in it.
pub async fn oversize_is_denied(bench: SpeechBench) {
    let recording = Recording {
        audio: Bytes::from(vec![0; limits::RECORDING_BYTES + 1]),
        hints: hints(),
    };
    let error = bench.port().read(&recording).await;
    assert_eq!(error.expect_err("too large").fault, Fault::Denied);
}
