//! Finding the rates that expenses lack: a bounded pool beside the line, whose results come back
//! as updates. Nobody waits for it, not even the end of the process.

use std::time::Duration;

use chrono::Days;
use tokio_util::sync::CancellationToken;

use super::activity::Activity;
use super::pool::work_off;
use super::{Inner, backoff};
use crate::conversation::event::{Envelope, Event, Scene};
use crate::conversation::write::Write;
use crate::domain::currency::Currency;
use crate::domain::exchange::{Conversion, Pair, Rate};
use crate::domain::expense::Expense;
use crate::domain::keys::{UpdateKey, UserKey};
use crate::domain::limits;
use crate::ports::error::{Fault, PortError, Result};
use crate::ports::fx::FxRates;
use crate::ports::jobs::{Job, JobKind, Release, Work};
use crate::ports::store::Commit;

/// Finds rates until `stop`; what is in hand then is given back.
pub(super) async fn work(inner: &Inner, fx: &dyn FxRates, stop: &CancellationToken) {
    let look = |free| inner.look_for_rates(free);
    let find = |job: Job| async move {
        let finding = stop.run_until_cancelled(inner.find_rate(fx, &job));
        if let Some(after) = finding.await.unwrap_or(Some(Duration::ZERO)) {
            // Otherwise the claim runs out.
            let again = Release::Again { after };
            let _ = inner.ports.jobs.release(&job, again).await;
        }
    };
    work_off(stop, limits::RATES_AT_ONCE, Vec::new(), look, find).await;
}

impl Inner {
    /// Wakes whoever finds rates where a commit made work for them.
    pub(super) fn wake_rates(&self, commit: &Commit) {
        let home = commit.ledger.settings.currency;
        let lacks = |write: &Write| match write {
            Write::AddExpense(expense) => expense.lacks_rate(home),
            Write::AmendExpense { after, .. } => after.lacks_rate(home),
            Write::PutSettings(settings) => settings.currency != home,
            _ => false,
        };
        if self.ports.fx.is_some() && commit.writes.iter().any(lacks) {
            self.look_for_more_rates();
        }
    }

    fn look_for_more_rates(&self) {
        // An activity of its own: whoever waits for the service to be idle does not wait for it.
        self.rates
            .ring(self.ports.clock.steady(), Activity::new().enter());
    }

    async fn look_for_rates(&self, free: usize) -> Vec<Job> {
        self.rates
            .heard(self.ports.clock.steady(), limits::LOOK)
            .await;
        let _due = self.rates.answer(self.ports.clock.steady());
        let (kind, ttl) = (JobKind::Rate, limits::RATE_CLAIM);
        match self.claim_jobs(kind, free, ttl).await {
            Ok(jobs) => {
                if jobs.len() >= free {
                    self.look_for_more_rates();
                }
                jobs
            }
            Err(error) => {
                super::counts::error(&error);
                tracing::warn!(%error, "expenses without a rate can't be looked up");
                Vec::new()
            }
        }
    }

    /// Finds the rate of one expense and publishes it. Gives back when to try again; `None` where
    /// the rate was found: the commit that brings it ends the claim, and a process that dies
    /// before leaves it to run out.
    async fn find_rate(&self, fx: &dyn FxRates, job: &Job) -> Option<Duration> {
        let Work::Rate { expense, into } = &job.work else {
            return None;
        };
        let found = match self.ask_rate(fx, expense, *into).await {
            Ok(Some(rate)) => self.publish_rate(job, expense, *into, rate).await.map(Some),
            Ok(None) => Ok(None),
            Err(error) => Err(error),
        };
        match found {
            Ok(Some(())) => None,
            Ok(None) => Some(pause(job.attempt, None)),
            Err(error) => {
                super::counts::error(&error);
                tracing::warn!(%error, attempt = job.attempt, "a rate will be looked for again");
                Some(pause(job.attempt, Some(&error)))
            }
        }
    }

    /// The rate of the day of the purchase, if there is one by now and it is of use.
    async fn ask_rate(
        &self,
        fx: &dyn FxRates,
        expense: &Expense,
        into: Currency,
    ) -> Result<Option<Rate>> {
        let (money, day) = (expense.details.money, expense.details.date);
        let Some(pair) = Pair::new(money.currency(), into) else {
            return Ok(None);
        };
        // The day has begun somewhere on earth, or it has no rate yet.
        let begun = self.ports.clock.now().date_naive() + Days::new(1);
        if day > begun {
            return Ok(None);
        }
        let asking = tokio::time::timeout(limits::RATE_SEARCH, fx.rate(pair, day));
        let rate = asking.await.unwrap_or_else(|elapsed| {
            Err(PortError::new("fx", "rate", Fault::Unavailable).because(elapsed))
        })?;
        let fits = |rate: &Rate| Conversion::new(money, into, rate.clone()).is_ok();
        Ok(rate.filter(fits))
    }

    async fn publish_rate(
        &self,
        job: &Job,
        expense: &Expense,
        into: Currency,
        rate: Rate,
    ) -> Result<()> {
        let bug = |error| PortError::new("service", "rate", Fault::Bug).because(error);
        let (id, revision) = (expense.id, expense.revision);
        let key = format!("rate:{}:{revision}:{into}", id.as_uuid().simple());
        let envelope = Envelope {
            key: UpdateKey::new(key).map_err(bug)?,
            chat: job.chat.clone(),
            who: UserKey::new("service:rates").map_err(bug)?,
            sent_at: self.ports.clock.now(),
            message: None,
            language: None,
            name: None,
            scene: Scene::Private,
            trace: None,
            event: Event::Rated {
                expense: id,
                revision,
                into,
                rate,
            },
        };
        self.publish(envelope).await
    }
}

/// How long to wait after so many tries: ever longer for more than a week, then for a month.
fn pause(attempt: u32, error: Option<&PortError>) -> Duration {
    if attempt >= limits::RATE_ATTEMPTS {
        return limits::RATE_REST;
    }
    let (first, last) = (limits::FIRST_RATE_RETRY, limits::LAST_RATE_RETRY);
    backoff::growing(attempt, first, last).max(error.map_or(Duration::ZERO, backoff::asked))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::first(1, None, 60)]
    #[case::third(3, None, 16 * 60)]
    #[case::at_most_a_day(12, None, 24 * 60 * 60)]
    #[case::as_asked(1, Some(7_200), 7_200)]
    #[case::not_earlier(3, Some(1), 16 * 60)]
    #[case::rests(13, None, 30 * 24 * 60 * 60)]
    #[case::rests_ever_after(4_000, Some(1), 30 * 24 * 60 * 60)]
    fn waits(#[case] attempt: u32, #[case] asked_s: Option<u64>, #[case] seconds: u64) {
        let retry_after = asked_s.map(Duration::from_secs);
        let busy = PortError::new("fx", "rate", Fault::Busy { retry_after });
        let error = asked_s.map(|_| &busy);
        assert_eq!(pause(attempt, error), Duration::from_secs(seconds));
    }
}
