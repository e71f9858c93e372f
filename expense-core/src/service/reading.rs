//! One reading: fetch what was sent, and have it read or listened to.

use std::panic::AssertUnwindSafe;

use bytes::Bytes;
use futures::FutureExt;
use sha2::{Digest, Sha256};

use super::Inner;
use crate::conversation::event::ReadResult;
use crate::domain::attachment::{Attachment, Fingerprint};
use crate::domain::draft::{Draft, DraftState, ReceiptDraft};
use crate::domain::ledger::Ledger;
use crate::domain::limits;
use crate::ports::error::{Fault, PortError, Result};
use crate::ports::ocr::{Document, Hints, Reading};
use crate::ports::speech::Recording;

/// What came of reading a draft once.
pub(super) struct Found {
    pub(super) content: Vec<Fingerprint>,
    pub(super) place: String,
    pub(super) result: ReadResult,
}

impl Found {
    /// Nothing was found, for this reason.
    pub(super) fn nothing(result: ReadResult) -> Self {
        Self {
            content: Vec::new(),
            place: String::new(),
            result,
        }
    }
}

impl Inner {
    /// Fetches and reads, all of it within `limits::READING`; too long is a failed reading.
    pub(super) async fn read_once(
        &self,
        receipt: &ReceiptDraft,
        ledger: &Ledger,
        draft: &Draft,
    ) -> Result<Found> {
        let mut found = Found::nothing(ReadResult::Failed);
        let hints = self.hints(ledger, draft);
        let reading = async {
            match receipt.voice {
                None => self.see(&receipt.parts, hints, &mut found.content).await,
                Some(_) => self.hear(&receipt.parts, hints, &mut found.content).await,
            }
        };
        // A photo that makes a reader panic counts as one that can't be read.
        let reading = AssertUnwindSafe(reading).catch_unwind();
        let reading = tokio::time::timeout(limits::READING, reading).await;
        let panicked = |_| Err(PortError::new("service", "read", Fault::Bug));
        match reading.map(|read| read.unwrap_or_else(panicked)) {
            Ok(Ok((place, result))) => {
                found.place = place;
                found.result = result;
            }
            Ok(Err(error)) => return Err(error),
            Err(_) => tracing::warn!("reading a receipt took too long"),
        }
        Ok(found)
    }

    /// Reads photos: where, and what came of it.
    async fn see(
        &self,
        parts: &[Attachment],
        hints: Hints,
        fingerprints: &mut Vec<Fingerprint>,
    ) -> Result<(String, ReadResult)> {
        let Some(ocr) = &self.ports.ocr else {
            return Ok((String::new(), ReadResult::NoReader));
        };
        let parts = self.fetch(parts, fingerprints).await?;
        let read = ocr.read(&Document { parts, hints }).await?;
        Ok((read.place, result(read.reading)))
    }

    /// Listens to a recording: where, and what came of it.
    async fn hear(
        &self,
        parts: &[Attachment],
        hints: Hints,
        fingerprints: &mut Vec<Fingerprint>,
    ) -> Result<(String, ReadResult)> {
        let Some(speech) = &self.ports.speech else {
            return Ok((String::new(), ReadResult::NoReader));
        };
        let parts = self.fetch(parts, fingerprints).await?;
        let audio = parts.into_iter().next().unwrap_or_default();
        let heard = speech.read(&Recording { audio, hints }).await?;
        Ok((heard.place, ReadResult::Heard(heard.speech)))
    }

    /// The parts' content, and its fingerprints as far as it could be fetched.
    async fn fetch(
        &self,
        parts: &[Attachment],
        fingerprints: &mut Vec<Fingerprint>,
    ) -> Result<Vec<Bytes>> {
        let mut contents = Vec::with_capacity(parts.len());
        let mut room = limits::DOCUMENT_BYTES;
        for part in parts {
            let content = self.ports.attachments.fetch(part).await?;
            fingerprints.push(fingerprint(&content).await);
            room = room
                .checked_sub(content.len())
                .ok_or_else(|| PortError::new("attachments", "fetch", Fault::Denied))?;
            contents.push(content);
        }
        Ok(contents)
    }

    fn hints(&self, ledger: &Ledger, draft: &Draft) -> Hints {
        let sent = match draft.state {
            DraftState::Waiting { from } => from,
            _ => self.ports.clock.now(),
        };
        Hints {
            currency: ledger.settings.currency,
            locale: ledger.settings.locale.clone(),
            sent_on: ledger.settings.zone.civil_date(sent),
            categories: ledger
                .living_categories()
                .map(|category| category.name.as_str().to_owned())
                .collect(),
        }
    }
}

fn result(reading: Reading) -> ReadResult {
    match reading {
        Reading::Receipt(receipt) => ReadResult::Receipt(receipt),
        Reading::NotAReceipt => ReadResult::NotAReceipt,
        Reading::Illegible => ReadResult::Illegible,
        Reading::NoReader => ReadResult::NoReader,
    }
}

/// SHA-256 of the content, in steps that leave room for others.
async fn fingerprint(content: &[u8]) -> Fingerprint {
    let mut hash = Sha256::new();
    for chunk in content.chunks(1 << 20) {
        hash.update(chunk);
        tokio::task::yield_now().await;
    }
    let digits = hash
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Fingerprint(digits)
}
