//! Reading photos and listening to voice notes: a bounded pool beside the line, whose results come back as updates.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use bytes::Bytes;
use futures::FutureExt;
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use super::activity::Underway;
use super::pool::work_off;
use super::{Inner, backoff};
use crate::conversation::event::{Envelope, Event, ReadResult, Scene};
use crate::domain::attachment::{Attachment, Fingerprint};
use crate::domain::draft::{Draft, DraftContent, DraftState, ReceiptDraft};
use crate::domain::keys::UpdateKey;
use crate::domain::ledger::Ledger;
use crate::domain::limits;
use crate::ports::error::{Fault, PortError, Result};
use crate::ports::jobs::{Job, JobKind, Release, Work};
use crate::ports::ocr::{Document, Hints, MAX_DOCUMENT_BYTES, Reading};
use crate::ports::speech::Recording;

/// Reads drafts that wait until `stop`, then finishes what is in hand.
pub(super) async fn work(inner: &Inner, stop: &CancellationToken) {
    inner
        .readings
        .ring(inner.ports.clock.now(), inner.later.enter());
    let look = |free| inner.look_for_drafts(free);
    let read = |(job, underway)| inner.read_draft(job, underway);
    work_off(stop, inner.options.readers, Vec::new(), look, read).await;
}

/// What came of reading a draft once.
struct Found {
    content: Vec<Fingerprint>,
    place: String,
    result: ReadResult,
}

impl Found {
    /// Nothing was found, for this reason.
    fn nothing(result: ReadResult) -> Self {
        Self {
            content: Vec::new(),
            place: String::new(),
            result,
        }
    }
}

impl Inner {
    async fn look_for_drafts(&self, free: usize) -> Vec<(Job, Underway)> {
        self.readings
            .heard(self.ports.clock.now(), limits::LOOK)
            .await;
        let _due = self.readings.answer(self.ports.clock.now());
        let ttl = limits::READING_CLAIM;
        match self.ports.jobs.claim(JobKind::Reading, free, ttl).await {
            Ok(jobs) => {
                if jobs.len() >= free {
                    self.readings
                        .ring(self.ports.clock.now(), self.later.enter());
                }
                let with_underway = |job| (job, self.later.enter());
                jobs.into_iter().map(with_underway).collect()
            }
            Err(error) => {
                tracing::warn!(%error, "drafts to be read can't be looked up");
                // What it claimed all the same is free again when the claim has run out.
                for wait in [backoff::after(2, &error), ttl] {
                    self.readings.ring(self.in_future(wait), self.later.enter());
                }
                Vec::new()
            }
        }
    }

    /// Reads one draft and publishes what came of it. The commit of that ends the claim; a
    /// process that dies before leaves it to run out, and the draft is read again.
    async fn read_draft(&self, job: Job, _underway: Underway) {
        let Work::Reading { draft, settings } = &job.work else {
            return;
        };
        let DraftContent::Receipt(receipt) = &draft.content else {
            return;
        };
        if let Some(wait) = self.must_wait(draft, receipt.round).await {
            self.read_later(&job, wait).await;
            return;
        }
        let published = match self.read_once(receipt, settings, draft).await {
            Ok(found) => {
                self.publish_reading(&job, draft, receipt.round, found)
                    .await
            }
            Err(error) if error.is_transient() && job.attempt < limits::READING_ATTEMPTS => {
                Err(error)
            }
            Err(error) => {
                tracing::error!(%error, attempt = job.attempt, "a receipt could not be read");
                let found = Found::nothing(ReadResult::Failed);
                self.publish_reading(&job, draft, receipt.round, found)
                    .await
            }
        };
        let Err(error) = published else {
            return;
        };
        tracing::warn!(%error, attempt = job.attempt, "a receipt will be read again");
        self.read_later(&job, backoff::after(job.attempt, &error))
            .await;
    }

    /// How long whoever opened the draft has to wait for another request to a model. Counting
    /// that fails holds nobody up.
    async fn must_wait(&self, draft: &Draft, round: u32) -> Option<Duration> {
        let token = format!("{}:{round}", draft.id.as_uuid().simple());
        let at = self.ports.clock.now();
        match self.model_wait(&draft.opened_by, &token, at).await {
            Ok(wait) => wait,
            Err(error) => {
                tracing::warn!(%error, "a request to a model was not counted");
                None
            }
        }
    }

    async fn read_later(&self, job: &Job, after: Duration) {
        let released = self.ports.jobs.release(job, Release::Again { after }).await;
        let after = released.map_or(limits::READING_CLAIM, |()| after);
        self.readings
            .ring(self.in_future(after), self.later.enter());
    }

    /// Fetches and reads, all of it within `limits::READING`; too long is a failed reading.
    async fn read_once(
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
        let mut room = MAX_DOCUMENT_BYTES;
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

    async fn publish_reading(
        &self,
        job: &Job,
        draft: &Draft,
        round: u32,
        found: Found,
    ) -> Result<()> {
        let key = format!("reading:{}:{round}", draft.id.as_uuid().simple());
        let key = UpdateKey::new(key)
            .map_err(|error| PortError::new("service", "read", Fault::Bug).because(error))?;
        let envelope = Envelope {
            key,
            chat: job.chat.clone(),
            who: draft.opened_by.clone(),
            sent_at: self.ports.clock.now(),
            message: None,
            language: None,
            name: None,
            scene: scene(draft),
            event: Event::Read {
                draft: draft.id,
                round,
                content: found.content,
                place: found.place,
                result: found.result,
            },
        };
        self.ports.queue.publish(envelope).await
    }
}

/// Where a draft was sent from: what was read belongs there.
fn scene(draft: &Draft) -> Scene {
    match &draft.content {
        DraftContent::Receipt(receipt) if receipt.topic.is_some() => Scene::Group {
            addressed: true,
            topic: receipt.topic.clone(),
        },
        DraftContent::Receipt(_) | DraftContent::Entry(_) => Scene::Private,
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
