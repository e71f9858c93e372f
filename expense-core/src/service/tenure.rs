//! Holding a lease for as long as it is renewed, and knowing in time when it may be another's.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::ports::clock::Clock;
use crate::ports::error::Result;
use crate::ports::lease::Lease;

/// One name, held by this process or waited for.
///
/// A holder that dies is replaced within the term: the lease is taken for nine tenths of it,
/// renewed every fifth, and whoever waits looks every twentieth. A holder that can't renew, or was
/// paused, stops to believe in it after eight tenths, so that what it began still ends before
/// another can begin. Nobody holds what can't be asked for.
pub struct Tenure {
    lease: Arc<dyn Lease>,
    clock: Arc<dyn Clock>,
    name: String,
    holder: String,
    term: Duration,
    /// Until when the lease is surely ours.
    until: Mutex<Option<DateTime<Utc>>>,
    troubled: AtomicBool,
}

impl Tenure {
    /// Nothing is held yet. The holder's name is one that no other process has.
    #[must_use]
    pub fn new(
        lease: Arc<dyn Lease>,
        clock: Arc<dyn Clock>,
        name: impl Into<String>,
        holder: impl Into<String>,
        term: Duration,
    ) -> Self {
        Self {
            lease,
            clock,
            name: name.into(),
            holder: holder.into(),
            term,
            until: Mutex::default(),
            troubled: AtomicBool::new(false),
        }
    }

    /// Whether the lease is surely ours at this moment.
    #[must_use]
    pub fn holds(&self) -> bool {
        !self.left().is_zero()
    }

    /// Waits until the lease is ours.
    pub async fn won(&self) {
        while !self.renewed().await {
            tokio::time::sleep(self.term / 20).await;
        }
    }

    /// Renews the lease and returns when it is not surely ours any more. What was begun under it
    /// has to be dropped then.
    pub async fn lost(&self) {
        let mut pause = self.term / 5;
        loop {
            tokio::time::sleep(pause.min(self.left())).await;
            // A process that was paused has slept longer than it knows.
            let left = self.left();
            if left.is_zero() {
                break;
            }
            pause = match tokio::time::timeout(left, self.renewed()).await {
                Ok(true) => self.term / 5,
                _ => self.term / 20,
            };
        }
        tracing::warn!(lease = self.name, "the lease may be another's: this process stands by");
    }

    /// Gives the lease back: another takes over at once.
    pub async fn release(&self) {
        if self.until().take().is_none() {
            return;
        }
        if let Err(error) = self.lease.release(&self.name, &self.holder).await {
            tracing::warn!(%error, lease = self.name, "a lease was not given back: it runs out");
        }
    }

    async fn renewed(&self) -> bool {
        let asked = self.clock.now();
        let taken = self.take(asked).await;
        let troubled = taken.is_err();
        if self.troubled.swap(troubled, Ordering::Relaxed) != troubled {
            match &taken {
                Err(error) => tracing::warn!(%error, lease = self.name, "a lease can't be taken"),
                Ok(_) => tracing::info!(lease = self.name, "leases can be taken again"),
            }
        }
        taken.unwrap_or(false)
    }

    async fn take(&self, asked: DateTime<Utc>) -> Result<bool> {
        let ttl = self.term * 9 / 10;
        let taken = self.lease.take(&self.name, &self.holder, ttl).await?;
        let sure = TimeDelta::from_std(self.term * 8 / 10).unwrap_or(TimeDelta::MAX);
        // Counted from before it was asked for: the backend counts from later on.
        *self.until() = taken.and_then(|_| asked.checked_add_signed(sure));
        Ok(taken.is_some())
    }

    fn left(&self) -> Duration {
        let until = *self.until();
        let left = until.and_then(|until| (until - self.clock.now()).to_std().ok());
        left.unwrap_or_default()
    }

    fn until(&self) -> std::sync::MutexGuard<'_, Option<DateTime<Utc>>> {
        self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
