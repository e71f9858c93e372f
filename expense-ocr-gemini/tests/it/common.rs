//! What several tests need.

use std::sync::Arc;

use bytes::Bytes;
use expense_core::domain::text::Description;
use expense_core::memory::clock::ManualClock;
use expense_core::ports::categorizer::Subject;
use expense_core::ports::ocr::{Document, Hints};
use expense_core::ports::speech::Recording;
use expense_core::testing::fixtures::noon;
use expense_ocr_gemini::fake::FakeGemini;
use expense_ocr_gemini::{Config, Gemini};

/// The beginning of a JPEG is enough to be taken for one.
pub(crate) const PHOTO: &[u8] = b"\xFF\xD8\xFF\xE0 a photo of a receipt";
/// The beginning of an Ogg file.
pub(crate) const VOICE: &[u8] = b"OggS\0\x02 somebody speaks";

/// The server and a reader in front of it, at noon of the third of May 2026.
pub(crate) async fn google() -> (FakeGemini, Gemini) {
    let google = FakeGemini::start().await.unwrap();
    let gemini = gemini(google.config());
    (google, gemini)
}

pub(crate) fn gemini(config: Config) -> Gemini {
    Gemini::new(config, Arc::new(ManualClock::at(noon()))).unwrap()
}

pub(crate) fn hints() -> Hints {
    Hints {
        currency: "EUR".parse().unwrap(),
        locale: "en-GB".parse().unwrap(),
        sent_on: noon().date_naive(),
        categories: vec!["Food - Grocery".to_owned(), "Transportation".to_owned()],
    }
}

pub(crate) fn document(parts: &[&'static [u8]]) -> Document {
    Document {
        parts: parts.iter().map(|part| Bytes::from_static(part)).collect(),
        hints: hints(),
    }
}

pub(crate) fn recording(audio: &'static [u8]) -> Recording {
    Recording {
        audio: Bytes::from_static(audio),
        hints: hints(),
    }
}

pub(crate) fn subject(description: &str) -> Subject {
    Subject {
        description: Description::new(description),
        merchant: None,
        categories: hints().categories,
    }
}
