//! One copy: whether it is used.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use super::{BEHIND, CAUGHT_UP, PATIENCE, REST};
use crate::ports::error::{Fault, PortError, Result};
use crate::ports::replica::{Lag, Mark, ReadReplica};

/// A copy and whether it is used. It is left out by a failure and taken back by a look.
pub(super) struct Member {
    name: String,
    copy: Arc<dyn ReadReplica>,
    used: AtomicBool,
    /// Looks until it may be taken back.
    rest: AtomicU32,
}

impl Member {
    /// The copy at this place of the list.
    pub(super) fn new(place: usize, copy: Arc<dyn ReadReplica>) -> Self {
        Self {
            name: place.to_string(),
            copy,
            used: AtomicBool::new(false),
            rest: AtomicU32::new(0),
        }
    }

    pub(super) fn is_used(&self) -> bool {
        self.used.load(Ordering::Acquire)
    }

    /// What it answers in time.
    pub(super) async fn ask<T, F>(&self, ask: impl FnOnce(Arc<dyn ReadReplica>) -> F) -> Option<T>
    where
        F: Future<Output = Result<T>>,
    {
        match in_time(ask(Arc::clone(&self.copy))).await {
            Ok(answer) => Some(answer),
            // It lives, and this one statement stood in the way of its replay.
            Err(error) if matches!(error.fault, Fault::Busy { .. }) => None,
            Err(error) => {
                // It may look well all the same: others have to wait for it no more than now and
                // then.
                self.rest.store(REST, Ordering::Relaxed);
                self.leave_out(Some(&error));
                None
            }
        }
    }

    /// Finds out how far it is behind.
    pub(super) async fn look(&self, mark: Mark) {
        match in_time(self.copy.lag(mark)).await {
            Ok(lag) => {
                self.show(lag);
                let bound = if self.is_used() { BEHIND } else { CAUGHT_UP };
                if lag.time <= bound {
                    self.take_back();
                } else {
                    self.leave_out(None);
                }
            }
            Err(error) => self.leave_out(Some(&error)),
        }
        let used = u8::from(self.is_used());
        metrics::gauge!("replica_in_use", "replica" => self.name.clone()).set(used);
    }

    fn show(&self, lag: Lag) {
        // More than 4 GiB are shown as 4 GiB.
        let bytes = u32::try_from(lag.bytes).unwrap_or(u32::MAX);
        metrics::gauge!("replica_lag_bytes", "replica" => self.name.clone()).set(bytes);
        metrics::gauge!("replica_lag_seconds", "replica" => self.name.clone()).set(lag.time);
    }

    fn leave_out(&self, error: Option<&PortError>) {
        if !self.used.swap(false, Ordering::AcqRel) {
            return;
        }
        let replica = self.name.as_str();
        match error {
            Some(error) => {
                let cause = error.source.as_deref().map(tracing::field::display);
                tracing::warn!(replica, %error, cause, "a read replica is left out: it fails");
            }
            None => tracing::warn!(replica, "a read replica is left out: it is too far behind"),
        }
    }

    fn take_back(&self) {
        let one_less = |rest: u32| rest.checked_sub(1);
        let rests = self
            .rest
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less);
        if rests.is_err() && !self.used.swap(true, Ordering::AcqRel) {
            tracing::info!(replica = self.name, "a read replica is used");
        }
    }
}

async fn in_time<T>(answer: impl Future<Output = Result<T>>) -> Result<T> {
    match tokio::time::timeout(PATIENCE, answer).await {
        Ok(answer) => answer,
        Err(elapsed) => {
            let silent = PortError::new("replica", "answer", Fault::Unavailable);
            Err(silent.because(elapsed))
        }
    }
}
