//! Holding a lease for as long as it is renewed, and knowing in time when it may be another's.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::ports::clock::Clock;
use crate::ports::error::Result;
use crate::ports::lease::Lease;

/// One name, held by this process or waited for.
///
/// A holder that dies is replaced within the term: the lease is taken for nine tenths of it,
/// renewed every fifth, and whoever waits looks every twentieth. A holder that can't renew, or was
/// paused, stops to believe in it after eight tenths, so that what it began still ends before
/// another can begin. Nobody holds what can't be asked for. All of it goes by how much time has
/// passed: whoever sets the machine's clock ends no turn, and prolongs none.
pub struct Tenure {
    lease: Arc<dyn Lease>,
    clock: Arc<dyn Clock>,
    name: String,
    holder: String,
    term: Duration,
    /// Until when the lease is surely ours, by what has passed.
    until: Mutex<Option<Duration>>,
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
        tracing::warn!(
            lease = self.name,
            "the lease may be another's: this process stands by"
        );
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
        let asked = self.clock.steady();
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

    async fn take(&self, asked: Duration) -> Result<bool> {
        let ttl = self.term * 9 / 10;
        let taken = self.lease.take(&self.name, &self.holder, ttl).await?;
        // Counted from before it was asked for: the backend counts from later on.
        *self.until() = taken.map(|_| asked + self.term * 8 / 10);
        Ok(taken.is_some())
    }

    fn left(&self) -> Duration {
        let until = *self.until();
        let left = until.map(|until| until.saturating_sub(self.clock.steady()));
        left.unwrap_or_default()
    }

    fn until(&self) -> std::sync::MutexGuard<'_, Option<Duration>> {
        self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use rstest::rstest;

    use super::*;
    use crate::memory::clock::ManualClock;
    use crate::memory::lease::MemoryLease;
    use crate::ports::error::{Fault, PortError};
    use crate::ports::lease::Fence;
    use crate::testing::fixtures::noon;
    use crate::testing::mocks::MockLease;
    use crate::testing::simulation::SimulatedClock;

    const TERM: Duration = Duration::from_secs(20);

    fn tenure(lease: &Arc<MemoryLease>, clock: &Arc<dyn Clock>, holder: &str) -> Tenure {
        Tenure::new(lease.clone(), clock.clone(), "poller", holder, TERM)
    }

    async fn passes<T>(time: Duration, work: impl Future<Output = T>) {
        let done = tokio::time::timeout(time, work).await;
        assert!(done.is_err(), "it went on for {time:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn who_renews_stays_and_who_dies_is_replaced_within_the_term() {
        let clock: Arc<dyn Clock> = Arc::new(SimulatedClock::beginning(noon()));
        let lease = Arc::new(MemoryLease::new(clock.clone()));
        let (first, second) = (tenure(&lease, &clock, "a"), tenure(&lease, &clock, "b"));
        first.won().await;
        tokio::select! {
            () = first.lost() => panic!("it renewed"),
            () = second.won() => panic!("the first one renewed"),
            () = tokio::time::sleep(TERM * 50) => {}
        }
        let died = clock.now();
        second.won().await;
        let took = (clock.now() - died).to_std().unwrap();
        assert!(took <= TERM, "{took:?}");
        assert!(second.holds() && !first.holds());
        // It wakes up, and can't take anything away any more.
        first.lost().await;
        first.release().await;
        passes(TERM, async { tokio::join!(first.won(), second.lost()) }).await;
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_back_is_replaced_at_once() {
        let clock: Arc<dyn Clock> = Arc::new(SimulatedClock::beginning(noon()));
        let lease = Arc::new(MemoryLease::new(clock.clone()));
        let (first, second) = (tenure(&lease, &clock, "a"), tenure(&lease, &clock, "b"));
        first.won().await;
        first.release().await;
        assert!(!first.holds());
        tokio::time::timeout(TERM / 20, second.won()).await.unwrap();
    }

    /// The time passes although its timers do not.
    #[tokio::test]
    async fn who_was_paused_knows_it_before_anybody_else_holds() {
        let manual = Arc::new(ManualClock::at(noon()));
        let clock: Arc<dyn Clock> = manual.clone();
        let lease = Arc::new(MemoryLease::new(clock.clone()));
        let (first, second) = (tenure(&lease, &clock, "a"), tenure(&lease, &clock, "b"));
        first.won().await;
        manual.advance(TERM * 17 / 20);
        assert!(!first.holds());
        passes(Duration::from_millis(1), second.won()).await;
        // It does not even try to have it back before it has dropped what it did.
        first.lost().await;
        manual.advance(TERM / 10);
        second.won().await;
    }

    #[rstest]
    #[case::forwards(TimeDelta::hours(1))]
    #[case::back(TimeDelta::hours(-1))]
    #[tokio::test]
    async fn a_clock_that_is_set_neither_ends_a_turn_nor_prolongs_it(#[case] by: TimeDelta) {
        let manual = Arc::new(ManualClock::at(noon()));
        let clock: Arc<dyn Clock> = manual.clone();
        let lease = Arc::new(MemoryLease::new(clock.clone()));
        let (first, second) = (tenure(&lease, &clock, "a"), tenure(&lease, &clock, "b"));
        first.won().await;
        manual.set(noon() + by);
        assert!(first.holds());
        passes(Duration::from_millis(1), second.won()).await;
        manual.advance(TERM);
        assert!(!first.holds());
        second.won().await;
    }

    #[tokio::test(start_paused = true)]
    async fn who_can_not_renew_stops_before_the_lease_runs_out() {
        let clock: Arc<dyn Clock> = Arc::new(SimulatedClock::beginning(noon()));
        let mut gone = MockLease::new();
        gone.expect_take()
            .times(1)
            .returning(|_, _, _| Ok(Some(Fence(1))));
        gone.expect_take()
            .returning(|_, _, _| Err(PortError::new("lease", "take", Fault::Unavailable)));
        let tenure = Tenure::new(Arc::new(gone), clock.clone(), "poller", "a", TERM);
        tenure.won().await;
        tenure.lost().await;
        let took = (clock.now() - noon()).to_std().unwrap();
        assert!(took >= TERM * 3 / 4 && took < TERM * 9 / 10, "{took:?}");
        passes(TERM, tenure.won()).await;
    }
}
