//! Work in the store that another process may do: whoever makes it rings for all.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;

use super::Inner;
use crate::ports::jobs::JobKind;
use crate::ports::wake::Wake;

/// Rings the bells of this process for what is rung for elsewhere, until `stop`.
pub(super) async fn work(inner: &Inner, wake: &dyn Wake, stop: &CancellationToken) {
    while let Some((kind, from)) = stop.run_until_cancelled(wake.heard()).await {
        let bell = match kind {
            JobKind::Reading => &inner.readings,
            JobKind::Suggestion => &inner.suggestions,
            // Whoever makes it does it.
            JobKind::Reply | JobKind::Sweep | JobKind::Rate => continue,
        };
        bell.ring(inner.in_passing(from), inner.later.enter());
    }
}

impl Inner {
    /// There is work from this instant on, here or elsewhere.
    pub(super) fn ring_for(&self, kind: JobKind, from: DateTime<Utc>) {
        let (part, then) = (self.options.part, self.in_passing(from));
        match (kind, part.reads()) {
            (JobKind::Reading, true) => self.readings.ring(then, self.later.enter()),
            (JobKind::Suggestion, true) => self.suggestions.ring(then, self.later.enter()),
            // Nobody here would ever look.
            _ => {}
        }
        if let Some(wake) = &self.ports.wake {
            wake.ring(kind, from);
        }
    }

    /// How much will have passed at this instant, as far as the clock is not set until then.
    pub(super) fn in_passing(&self, instant: DateTime<Utc>) -> Duration {
        let clock = &self.ports.clock;
        let left = (instant - clock.now()).to_std().unwrap_or_default();
        clock.steady().saturating_add(left)
    }
}
