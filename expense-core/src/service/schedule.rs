//! What falls due becomes an update with a key of its own: once a ledger, job and period.

use futures::stream::{self, StreamExt};
use tokio_util::sync::CancellationToken;

use super::tenure::Tenure;
use super::{Inner, backoff};
use crate::conversation::event::{Envelope, Event, Scene, Tick};
use crate::domain::keys::{UpdateKey, UserKey};
use crate::domain::limits;
use crate::ports::error::{Fault, PortError, Result};
use crate::ports::jobs::{Job, JobKind, Release};

const LEASE: &str = "schedule";

/// Looks for what is due until `stop`, in one process at a time.
pub(super) async fn work(inner: &Inner, stop: &CancellationToken) {
    let tenure = inner.tenure(LEASE);
    while !stop.is_cancelled() {
        if stop.run_until_cancelled(tenure.won()).await.is_none() {
            break;
        }
        tokio::select! {
            biased;
            // What was claimed and not published is free again when the claim has run out.
            () = tenure.lost() => {}
            () = keep(inner, &tenure, stop) => {}
        }
    }
    // Another process takes over at once instead of when the lease runs out.
    tenure.release().await;
}

async fn keep(inner: &Inner, tenure: &Tenure, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = inner.look_at_schedule(tenure).await {
            super::counts::error(&error);
            tracing::warn!(%error, "the schedule was not looked at");
        }
        let pause = tokio::time::sleep(limits::SCHEDULE_LOOK);
        let _ = stop.run_until_cancelled(pause).await;
    }
}

impl Inner {
    /// This name among the processes that share a store.
    pub(super) fn tenure(&self, name: &str) -> Tenure {
        let (lease, clock) = (self.ports.lease.clone(), self.ports.clock.clone());
        Tenure::new(
            lease,
            clock,
            name,
            self.options.instance.as_str(),
            self.options.lease,
        )
    }

    async fn look_at_schedule(&self, tenure: &Tenure) -> Result<()> {
        while tenure.holds() {
            let (at_once, ttl) = (limits::SWEEPS_AT_ONCE, limits::SWEEP_PERIOD);
            let jobs = self.claim_jobs(JobKind::Sweep, at_once, ttl).await?;
            let last = jobs.len() < at_once;
            stream::iter(jobs)
                .for_each_concurrent(limits::SWEEPS_AT_ONCE, |job| self.sweep(job, tenure))
                .await;
            if last {
                break;
            }
        }
        Ok(())
    }

    /// Publishes the sweep of one ledger. A claim whose sweep was published twice in a period
    /// does nothing the second time: the key is the same.
    async fn sweep(&self, job: Job, tenure: &Tenure) {
        if !tenure.holds() {
            // Its claim runs out, and whoever keeps the schedule then finds it.
            return;
        }
        let published = match self.tick(&job) {
            Ok(envelope) => self.publish(envelope).await,
            Err(error) => Err(error),
        };
        if let Err(error) = published {
            super::counts::error(&error);
            tracing::warn!(%error, "a ledger is swept later");
            let after = backoff::after(job.attempt, &error);
            // Otherwise the claim runs out.
            let _ = self
                .ports
                .jobs
                .release(&job, Release::Again { after })
                .await;
        }
    }

    fn tick(&self, job: &Job) -> Result<Envelope> {
        let now = self.ports.clock.now();
        let period = now.format("%Y-%m-%dT%H");
        let bug = |error| PortError::new("service", "tick", Fault::Bug).because(error);
        let key = UpdateKey::new(format!("tick:sweep:{}:{period}", job.ledger.as_i64()));
        Ok(Envelope {
            key: key.map_err(bug)?,
            chat: job.chat.clone(),
            who: UserKey::new("service:schedule").map_err(bug)?,
            sent_at: now,
            message: None,
            language: None,
            name: None,
            scene: Scene::Private,
            trace: None,
            event: Event::Tick(Tick::Sweep),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::keys::LedgerId;
    use crate::memory::attachments::MemoryAttachments;
    use crate::memory::clock::ManualClock;
    use crate::memory::in_process::in_process;
    use crate::memory::messenger::Outbox;
    use crate::memory::store::MemoryStore;
    use crate::ports::jobs::Work;
    use crate::service::{Options, Service};
    use crate::testing::fixtures;
    use crate::testing::mocks::{MockJobs, MockUpdateQueue};

    /// What it claimed before it was paused is left to whoever keeps the schedule now.
    #[tokio::test]
    async fn a_paused_holder_that_wakes_up_late_publishes_nothing() {
        let clock = Arc::new(ManualClock::at(fixtures::noon()));
        let mut jobs = MockJobs::new();
        let paused = clock.clone();
        jobs.expect_claim().times(1).returning(move |_| {
            paused.advance(limits::LEASE);
            Ok(vec![sweep(); limits::SWEEPS_AT_ONCE])
        });
        let ports = in_process(
            Arc::new(MemoryStore::new(clock.clone())),
            Arc::new(Outbox::default()),
            Arc::new(MemoryAttachments::default()),
            clock,
        );
        let ports = crate::service::Ports {
            jobs: Arc::new(jobs),
            // It would panic.
            queue: Arc::new(MockUpdateQueue::new()),
            ..ports
        };
        let service = Service::new(ports, Options::default());
        let tenure = service.inner.tenure(LEASE);
        tenure.won().await;
        service.inner.look_at_schedule(&tenure).await.unwrap();
        assert!(!tenure.holds());
    }

    fn sweep() -> Job {
        let chat = fixtures::chat("home");
        Job {
            claim: uuid::Uuid::nil(),
            attempt: 1,
            ledger: LedgerId::of(&chat),
            chat,
            work: Work::Sweep,
        }
    }
}
