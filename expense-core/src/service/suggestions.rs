//! Seeking categories for expenses that were put nowhere: beside the line, after the reply. What
//! is found comes back as an update; what is not found in time stays under Others.

use tokio_util::sync::CancellationToken;

use super::activity::Underway;
use super::pool::work_off;
use super::readings::Person;
use super::{Inner, backoff};
use crate::conversation::event::{Event, Scene};
use crate::domain::category::OTHERS;
use crate::domain::expense::Expense;
use crate::domain::ledger::Ledger;
use crate::domain::limits;
use crate::ports::categorizer::{Categorizer, Subject};
use crate::ports::error::{Fault, PortError, Result};
use crate::ports::jobs::{Job, JobKind, Release, Work};

/// Seeks what is wanted until `stop`, then finishes what is in hand.
pub(super) async fn work(inner: &Inner, stop: &CancellationToken) {
    let Some(categorizer) = inner.ports.categorizer.clone() else {
        return;
    };
    inner
        .suggestions
        .ring(inner.ports.clock.steady(), inner.later.enter());
    let look = |free| inner.look_for_wishes(free);
    let seek = |(job, underway)| inner.suggest(&*categorizer, job, underway);
    work_off(stop, limits::SUGGESTIONS_AT_ONCE, Vec::new(), look, seek).await;
}

impl Inner {
    async fn look_for_wishes(&self, free: usize) -> Vec<(Job, Underway)> {
        let now = || self.ports.clock.steady();
        self.suggestions.heard(now(), limits::LOOK).await;
        let _due = self.suggestions.answer(now());
        let (kind, ttl) = (JobKind::Suggestion, limits::SUGGESTION_CLAIM);
        match self.claim_jobs(kind, free, ttl).await {
            Ok(jobs) => {
                if jobs.len() >= free {
                    self.suggestions.ring(now(), self.later.enter());
                }
                let with_underway = |job| (job, self.later.enter());
                jobs.into_iter().map(with_underway).collect()
            }
            Err(error) => {
                super::counts::error(&error);
                tracing::warn!(%error, "wishes for categories can't be looked up");
                // What it claimed all the same is free again when the claim has run out.
                for wait in [backoff::after(2, &error), ttl] {
                    self.suggestions
                        .ring(self.in_future(wait), self.later.enter());
                }
                Vec::new()
            }
        }
    }

    async fn suggest(&self, categorizer: &dyn Categorizer, job: Job, _underway: Underway) {
        let Work::Suggestion { expense, settings } = &job.work else {
            return;
        };
        let release = match self.seek(categorizer, &job, expense, settings).await {
            Ok(()) => Release::Done,
            Err(error) => later_or_never(&job, &error),
        };
        let again = match release {
            Release::Done => None,
            Release::Again { after } | Release::NotBegun { after } => Some(after),
        };
        let again = match self.ports.jobs.release(&job, release).await {
            Ok(()) => again,
            Err(_) => Some(limits::SUGGESTION_CLAIM),
        };
        if let Some(after) = again {
            self.suggestions
                .ring(self.in_future(after), self.later.enter());
        }
    }

    /// Asks for a category and publishes the answer.
    async fn seek(
        &self,
        categorizer: &dyn Categorizer,
        job: &Job,
        expense: &Expense,
        ledger: &Ledger,
    ) -> Result<()> {
        let details = &expense.details;
        if expense.removed || details.category != OTHERS {
            return Ok(());
        }
        if let Some(wait) = self.model_wait(&expense.entered_by).await {
            let retry_after = Some(wait);
            return Err(PortError::new(
                "categorizer",
                "suggest",
                Fault::Busy { retry_after },
            ));
        }
        let subject = Subject {
            description: details.description.clone(),
            merchant: details.merchant.clone(),
            categories: ledger
                .living_categories()
                .map(|category| category.name.as_str().to_owned())
                .collect(),
        };
        let Some(found) = categorizer.suggest(&subject).await? else {
            return Ok(());
        };
        let event = Event::Suggested {
            expense: expense.id,
            description: subject.description,
            merchant: subject.merchant,
            category: found.category,
            place: found.place,
        };
        let id = expense.id.as_uuid().simple();
        let key = format!("suggestion:{id}:{}", expense.revision);
        let person = Person {
            chat: job.chat.clone(),
            who: expense.entered_by.clone(),
            scene: Scene::Private,
        };
        let update = self.own_update(key, &person, event)?;
        self.publish(update).await
    }
}

/// Another try, unless it would come too late or was made often enough.
fn later_or_never(job: &Job, error: &PortError) -> Release {
    let after = backoff::after(job.attempt, error);
    let soon = after <= limits::SUGGESTION_PATIENCE;
    if error.is_transient() && soon && job.attempt < limits::SUGGESTION_ATTEMPTS {
        return Release::Again { after };
    }
    super::counts::error(error);
    tracing::warn!(%error, attempt = job.attempt, "a category was not suggested");
    Release::Done
}
