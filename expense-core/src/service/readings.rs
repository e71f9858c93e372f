//! Reading photos and listening to voice notes: a bounded pool beside the line, whose results
//! come back as updates. Who is next is decided by the store, for all processes together.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::activity::Underway;
use super::pool::work_off;
use super::reading::Found;
use super::{Inner, backoff, counts};
use crate::conversation::event::{Envelope, Event, ReadResult, Scene};
use crate::domain::draft::{Draft, DraftContent};
use crate::domain::keys::{ChatKey, UpdateKey, UserKey};
use crate::domain::ledger::Ledger;
use crate::domain::limits;
use crate::ports::error::{Fault, PortError, Result};
use crate::ports::jobs::{Job, JobKind, Release, Work};

/// Reads drafts that wait until `stop`, then finishes what is in hand.
pub(super) async fn work(inner: &Inner, stop: &CancellationToken) {
    inner
        .readings
        .ring(inner.ports.clock.steady(), inner.later.enter());
    let look = |free| inner.look_for_drafts(free);
    let read = |(job, underway)| inner.read_draft(job, underway);
    work_off(stop, inner.options.readers, Vec::new(), look, read).await;
}

impl Inner {
    async fn look_for_drafts(&self, free: usize) -> Vec<(Job, Underway)> {
        self.readings
            .heard(self.ports.clock.steady(), limits::LOOK)
            .await;
        let _due = self.readings.answer(self.ports.clock.steady());
        let (kind, ttl) = (JobKind::Reading, limits::READING_CLAIM);
        match self.claim_jobs(kind, free, ttl).await {
            Ok(jobs) => {
                if jobs.len() >= free {
                    self.readings
                        .ring(self.ports.clock.steady(), self.later.enter());
                }
                let with_underway = |job| (job, self.later.enter());
                jobs.into_iter().map(with_underway).collect()
            }
            Err(error) => {
                counts::error(&error);
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
        let span = self.reading_span(draft.id, job.attempt).await;
        self.line.leave(draft.id);
        if let Some(after) = self.model_wait(&draft.opened_by).await {
            let person = Person::of(&job.chat, draft);
            self.tell_wait(&person, draft.id, None, after).await;
            return self
                .release_reading(&job, Release::NotBegun { after }, after)
                .await;
        }
        let began = self.ports.clock.steady();
        let read = self
            .read_and_publish(&job, draft, settings)
            .instrument(span);
        let Err(error) = read.await else {
            self.line
                .took(self.ports.clock.steady().saturating_sub(began));
            return;
        };
        let after = self.next_try(&job, draft, &error);
        self.release_reading(&job, Release::Again { after }, after)
            .await;
    }

    /// After so many tries the draft is opened without a reading, and after as many more, each of
    /// which failed to say so, it is left alone: it expires. It is opened at once where the readers
    /// ask to be left alone for longer than a reading may take.
    async fn read_and_publish(&self, job: &Job, draft: &Draft, ledger: &Ledger) -> Result<()> {
        let DraftContent::Receipt(receipt) = &draft.content else {
            return Ok(());
        };
        let last = job.attempt >= limits::READING_ATTEMPTS;
        let found = if job.attempt > limits::READING_ATTEMPTS {
            Found::nothing(ReadResult::Failed)
        } else {
            match self.read_once(receipt, ledger, draft).await {
                Ok(found) => found,
                Err(error) if backoff::asked(&error) > limits::READING => {
                    counts::error(&error);
                    tracing::warn!(%error, "readers can't be asked for long");
                    let seconds = backoff::asked(&error).as_secs();
                    Found::nothing(ReadResult::UsedUp { seconds })
                }
                Err(error) if error.is_transient() && !last => return Err(error),
                Err(error) => {
                    counts::error(&error);
                    let chat = self.alias(&job.chat);
                    tracing::error!(%error, attempt = job.attempt, %chat, "a receipt could not be read");
                    Found::nothing(ReadResult::Failed)
                }
            }
        };
        self.publish_reading(job, draft, receipt.round, found).await
    }

    fn next_try(&self, job: &Job, draft: &Draft, error: &PortError) -> Duration {
        counts::error(error);
        let chat = self.alias(&job.chat);
        if job.attempt < 2 * limits::READING_ATTEMPTS {
            tracing::warn!(%error, attempt = job.attempt, %chat, "a receipt will be read again");
            return backoff::after(job.attempt, error);
        }
        tracing::error!(%error, attempt = job.attempt, %chat, "a receipt is left unread");
        let rest = draft.expires_at - self.ports.clock.now();
        rest.to_std().unwrap_or_default()
    }

    async fn release_reading(&self, job: &Job, release: Release, after: Duration) {
        let after = match self.ports.jobs.release(job, release).await {
            Ok(()) => after,
            Err(_) => limits::READING_CLAIM,
        };
        self.readings
            .ring(self.in_future(after), self.later.enter());
    }

    /// An update of the service's own.
    pub(super) fn own_update(
        &self,
        key: String,
        person: &Person,
        event: Event,
    ) -> Result<Envelope> {
        let key = UpdateKey::new(key)
            .map_err(|error| PortError::new("service", "update", Fault::Bug).because(error))?;
        Ok(Envelope {
            key,
            chat: person.chat.clone(),
            who: person.who.clone(),
            sent_at: self.ports.clock.now(),
            message: None,
            language: None,
            name: None,
            scene: person.scene.clone(),
            trace: None,
            event,
        })
    }

    async fn publish_reading(
        &self,
        job: &Job,
        draft: &Draft,
        round: u32,
        found: Found,
    ) -> Result<()> {
        let event = Event::Read {
            draft: draft.id,
            round,
            content: found.content,
            place: found.place,
            result: found.result,
        };
        let key = format!("reading:{}:{round}", draft.id.as_uuid().simple());
        let update = self.own_update(key, &Person::of(&job.chat, draft), event)?;
        self.publish(update).await
    }
}

/// Whom an update of the service's own is about, and where they are answered.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) chat: ChatKey,
    pub(super) who: UserKey,
    pub(super) scene: Scene,
}

impl Person {
    /// Who opened this draft: what becomes of it belongs where it was sent from.
    pub(super) fn of(chat: &ChatKey, draft: &Draft) -> Self {
        Self {
            chat: chat.clone(),
            who: draft.opened_by.clone(),
            scene: scene(draft),
        }
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
