//! Leases, limits, shared state and queues with a flaw.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use expense_core::domain::keys::UpdateKey;
use expense_core::memory::lease::MemoryLease;
use expense_core::memory::queue::MemoryQueue;
use expense_core::memory::rate::MemoryRateLimiter;
use expense_core::memory::state::MemoryState;
use expense_core::ports::error::Result;
use expense_core::ports::lease::{Fence, Lease};
use expense_core::ports::queue::{Buried, Delivery, DeliveryId, Settle, UpdateQueue};
use expense_core::ports::rate::{Quota, RateLimiter, Take, Verdict};
use expense_core::ports::state::{Saved, StateStore, Version, Versioned};
use expense_core::testing::conformance::{Bench, lease, queue, rate, state};

use crate::{clock, fails};

/// Raises no fence.
struct FlatLease(MemoryLease);

#[async_trait]
impl Lease for FlatLease {
    async fn take(&self, name: &str, holder: &str, ttl: Duration) -> Result<Option<Fence>> {
        Ok(self.0.take(name, holder, ttl).await?.map(|_| Fence(1)))
    }

    async fn release(&self, name: &str, holder: &str) -> Result<()> {
        self.0.release(name, holder).await
    }
}

#[tokio::test]
async fn a_lease_whose_fence_never_rises() {
    let clock = clock();
    let port: Arc<dyn Lease> = Arc::new(FlatLease(MemoryLease::new(clock.clone())));
    let bench = Bench::new(port).with_clock(clock);
    assert!(fails(lease::the_fence_rises_when_the_holder_changes(bench)).await);
}

/// Counts in periods that begin on the minute.
struct FixedWindow(MemoryRateLimiter);

#[async_trait]
impl RateLimiter for FixedWindow {
    async fn take(&self, take: &Take, quota: Quota) -> Result<Verdict> {
        let minute = take.at.map_or(0, |at| at.timestamp() / 60);
        let take = Take {
            bucket: format!("{} {minute}", take.bucket),
            ..take.clone()
        };
        self.0.take(&take, quota).await
    }

    async fn restamp(&self, take: &Take, quota: Quota) -> Result<()> {
        self.0.restamp(take, quota).await
    }
}

/// Forgets that something took effect later.
struct Hasty(MemoryRateLimiter);

#[async_trait]
impl RateLimiter for Hasty {
    async fn take(&self, take: &Take, quota: Quota) -> Result<Verdict> {
        self.0.take(take, quota).await
    }

    async fn restamp(&self, _: &Take, _: Quota) -> Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_limit_that_counts_from_when_it_was_asked() {
    let clock = clock();
    let port: Arc<dyn RateLimiter> = Arc::new(Hasty(MemoryRateLimiter::new(clock.clone())));
    let bench = Bench::new(port).with_clock(clock);
    assert!(fails(rate::what_took_effect_later_counts_from_then(bench)).await);
}

#[tokio::test]
async fn a_limit_of_fixed_windows() {
    let clock = clock();
    let port = FixedWindow(MemoryRateLimiter::new(clock.clone()));
    let port: Arc<dyn RateLimiter> = Arc::new(port);
    let bench = Bench::new(port).with_clock(clock);
    assert!(fails(rate::never_more_than_the_burst_within_any_period(bench)).await);
}

/// The last save wins.
struct Careless(MemoryState);

#[async_trait]
impl StateStore for Careless {
    async fn load(&self, key: &str) -> Result<Option<Versioned>> {
        self.0.load(key).await
    }

    async fn save(
        &self,
        key: &str,
        _: Option<Version>,
        value: &[u8],
        ttl: Duration,
    ) -> Result<Saved> {
        let seen = self.0.load(key).await?.map(|found| found.version);
        self.0.save(key, seen, value, ttl).await
    }

    async fn clear(&self, key: &str, seen: Version) -> Result<Saved> {
        self.0.clear(key, seen).await
    }
}

#[tokio::test]
async fn a_state_store_where_the_last_save_wins() {
    let port: Arc<dyn StateStore> = Arc::new(Careless(MemoryState::new(clock(), 100)));
    assert!(fails(state::racing_saves_have_one_winner(Bench::new(port))).await);
}

/// What is wrong with a queue.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flaw {
    /// It gives up on an update when it is asked to try again.
    LosesRetries,
    /// It takes a lost worker for a failed try.
    BlamesUpdates,
    /// It says that it revived an update, and that is all.
    OnlySaysRevived,
}

struct Flawed(MemoryQueue, Flaw);

#[async_trait]
impl UpdateQueue for Flawed {
    async fn publish(&self, envelope: expense_core::conversation::event::Envelope) -> Result<()> {
        self.0.publish(envelope).await
    }

    async fn claim(&self, limit: usize, wait: Duration) -> Result<Vec<Delivery>> {
        let claimed = self.0.claim(limit, wait).await?;
        if self.1 == Flaw::BlamesUpdates {
            for delivery in &claimed {
                let after = Duration::ZERO;
                self.0.settle(delivery.id, Settle::Retry { after }).await?;
            }
        }
        Ok(claimed)
    }

    async fn settle(&self, id: DeliveryId, settle: Settle) -> Result<()> {
        let settle = match settle {
            Settle::Retry { .. } if self.1 == Flaw::LosesRetries => Settle::Done,
            other => other,
        };
        self.0.settle(id, settle).await
    }

    async fn buried(&self, limit: usize) -> Result<Vec<Buried>> {
        self.0.buried(limit).await
    }

    async fn revive(&self, key: &UpdateKey) -> Result<bool> {
        if self.1 == Flaw::OnlySaysRevived {
            let buried = self.0.buried(usize::MAX).await?;
            return Ok(buried.iter().any(|buried| buried.envelope.key == *key));
        }
        self.0.revive(key).await
    }
}

fn flawed(flaw: Flaw) -> Bench<dyn UpdateQueue> {
    let clock = clock();
    let port: Arc<dyn UpdateQueue> = Arc::new(Flawed(MemoryQueue::new(clock.clone()), flaw));
    Bench::new(port).with_clock(clock)
}

#[tokio::test]
async fn a_queue_that_loses_retries() {
    let bench = flawed(Flaw::LosesRetries);
    let case = queue::a_retry_comes_back_after_its_time_before_later_ones(bench);
    assert!(fails(case).await);
}

#[tokio::test]
async fn a_queue_that_blames_updates_for_their_workers() {
    let bench = flawed(Flaw::BlamesUpdates);
    assert!(fails(queue::losing_its_workers_is_no_fault_of_an_update(bench)).await);
}

#[tokio::test]
async fn a_queue_that_only_says_that_it_revived() {
    let bench = flawed(Flaw::OnlySaysRevived);
    assert!(fails(queue::a_revived_update_begins_anew(bench)).await);
}
