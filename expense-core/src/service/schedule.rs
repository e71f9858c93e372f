//! What falls due becomes an update with a key of its own: once a ledger, job and period.

use futures::stream::{self, StreamExt};
use tokio_util::sync::CancellationToken;

use super::{Inner, backoff};
use crate::conversation::event::{Envelope, Event, Scene, Tick};
use crate::domain::keys::{UpdateKey, UserKey};
use crate::domain::limits;
use crate::ports::error::{Fault, PortError, Result};
use crate::ports::jobs::{Job, JobKind, Release};

const LEASE: &str = "schedule";

/// Looks for what is due until `stop`, in one process at a time.
pub(super) async fn work(inner: &Inner, stop: &CancellationToken) {
    let holder = inner.options.instance.as_str();
    while !stop.is_cancelled() {
        if let Err(error) = inner.look_at_schedule(holder).await {
            super::counts::error(&error);
            tracing::warn!(%error, "the schedule was not looked at");
        }
        let pause = tokio::time::sleep(limits::SCHEDULE_LOOK);
        let _ = stop.run_until_cancelled(pause).await;
    }
    // Another process takes over at once instead of when the lease runs out.
    let _ = inner.ports.lease.release(LEASE, holder).await;
}

impl Inner {
    async fn look_at_schedule(&self, holder: &str) -> Result<()> {
        let lease = &self.ports.lease;
        while lease
            .take(LEASE, holder, limits::SCHEDULE_LEASE)
            .await?
            .is_some()
        {
            let (at_once, ttl) = (limits::SWEEPS_AT_ONCE, limits::SWEEP_PERIOD);
            let jobs = self.ports.jobs.claim(JobKind::Sweep, at_once, ttl).await?;
            let last = jobs.len() < at_once;
            stream::iter(jobs)
                .for_each_concurrent(limits::SWEEPS_AT_ONCE, |job| self.sweep(job))
                .await;
            if last {
                break;
            }
        }
        Ok(())
    }

    /// Publishes the sweep of one ledger. A claim whose sweep was published twice in a period
    /// does nothing the second time: the key is the same.
    async fn sweep(&self, job: Job) {
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
