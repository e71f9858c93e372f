//! Every decorator passes the whole suite of its port.

use std::sync::Arc;
use std::time::Duration;

use expense_core::memory::cache::MemoryCache;
use expense_core::memory::clock::{ManualClock, SystemClock};
use expense_core::memory::ocr::ScriptedReader;
use expense_core::memory::rate::MemoryRateLimiter;
use expense_core::ports::rate::Quota;
use expense_core::testing::conformance::Bench;
use expense_core::testing::fixtures::noon;
use expense_core::wrap::breaker::{Breaker, Patience};
use expense_core::wrap::meter::Meter;
use expense_core::wrap::queue::{Pace, RequestQueue};
use expense_core::wrap::quota::Allowance;
use expense_core::wrap::retry::Retry;
use expense_core::wrap::timeout::Timeout;

const LONG: Duration = Duration::from_secs(60);

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at(noon()))
}

fn meter() -> Meter {
    Meter::new(Arc::new(SystemClock))
}

fn breaker() -> Arc<Breaker> {
    Breaker::new("server", Patience::default(), Arc::new(SystemClock))
}

fn allowance() -> Allowance {
    let limiter = Arc::new(MemoryRateLimiter::new(Arc::new(SystemClock)));
    let quota = Quota {
        burst: 100,
        period: LONG,
    };
    Allowance::new(limiter, "reader", quota)
}

fn queue() -> Arc<RequestQueue> {
    let limiter = Arc::new(MemoryRateLimiter::new(Arc::new(SystemClock)));
    let pace = Pace {
        at_once: 2,
        depth: 10,
        per_minute: 100,
        per_day: Some(100),
    };
    RequestQueue::new("model", pace, limiter, Arc::new(SystemClock))
}

/// A module with the suite of the port, run over its memory adapter wrapped like this.
macro_rules! wrapped {
    ($name:ident, $suite:ident, $bench:ty, $inner:expr, $wrap:expr) => {
        mod $name {
            use super::*;

            async fn fresh() -> $bench {
                let clock = clock();
                Bench::new($wrap($inner(clock.clone()))).with_clock(clock)
            }
            expense_core::$suite!(fresh);
        }
    };
}

/// The suite of one port, once for each of these benches.
macro_rules! benched {
    ($suite:ident, $bench:ty: $($name:ident = $fresh:expr,)*) => {$(
        mod $name {
            use super::*;

            async fn fresh() -> $bench {
                $fresh
            }
            expense_core::$suite!(fresh);
        }
    )*};
}

/// The suite of one port over `memory`, once for each way to wrap it.
macro_rules! proved {
    ($suite:ident, $bench:ty: $($name:ident = $wrap:expr,)*) => {
        $(wrapped!($name, $suite, $bench, memory, $wrap);)*
    };
}

mod store {
    use super::*;
    use expense_core::memory::store::MemoryStore;
    use expense_core::ports::store::ExpenseStore;
    use expense_core::testing::conformance::store::StoreBench;
    use expense_core::wrap::{Policy, Wrapped};

    fn memory(clock: Arc<ManualClock>) -> Arc<dyn ExpenseStore> {
        Arc::new(MemoryStore::new(clock))
    }
    fn by<W: Policy + 'static>(
        policy: W,
    ) -> impl FnOnce(Arc<dyn ExpenseStore>) -> Arc<dyn ExpenseStore> {
        |inner| Arc::new(Wrapped::store(inner, policy))
    }

    proved! { expense_store_conformance, StoreBench:
        retry = by(Retry::default()),
        timeout = by(Timeout(LONG)),
        meter = by(super::super::meter()),
    }
}

/// The whole suite, whatever its copies do: they follow, one dies, one never catches up.
mod replica {
    use super::*;
    use expense_core::memory::replica::{MemoryPrimary, MemoryReplica};
    use expense_core::testing::conformance::store::StoreBench;
    use expense_core::wrap::replica::Replica;

    async fn bench(trouble: impl FnOnce(&MemoryReplica)) -> StoreBench {
        let primary = Arc::new(MemoryPrimary::default());
        let copies = [(); 2].map(|()| Arc::new(MemoryReplica::new(primary.clone())));
        let on = || {
            let copies = copies.iter().map(|copy| copy.clone() as _).collect();
            Arc::new(Replica::new(primary.clone(), primary.clone(), copies))
        };
        let (here, there) = (on(), on());
        here.look().await;
        there.look().await;
        trouble(&copies[1]);
        Bench::new(here as _)
            .with_other(there as _)
            .with_clock(clock())
    }

    async fn both_follow() -> StoreBench {
        bench(|_| {}).await
    }
    async fn one_is_gone() -> StoreBench {
        bench(MemoryReplica::die).await
    }
    async fn one_is_behind() -> StoreBench {
        bench(MemoryReplica::pause).await
    }
    async fn unused() -> StoreBench {
        let primary = Arc::new(MemoryPrimary::default());
        let store = Replica::new(primary.clone(), primary, Vec::new());
        Bench::new(Arc::new(store) as _).with_clock(clock())
    }

    mod following {
        expense_core::expense_store_conformance!(super::both_follow);
    }
    mod gone {
        expense_core::expense_store_conformance!(super::one_is_gone);
    }
    mod behind {
        expense_core::expense_store_conformance!(super::one_is_behind);
    }
    mod without {
        expense_core::expense_store_conformance!(super::unused);
    }
}

mod state {
    use super::*;
    use expense_core::memory::state::MemoryState;
    use expense_core::ports::state::StateStore;
    use expense_core::testing::conformance::state::StateBench;
    use expense_core::wrap::{Policy, Wrapped};

    fn memory(clock: Arc<ManualClock>) -> Arc<dyn StateStore> {
        Arc::new(MemoryState::new(clock, 100))
    }
    fn by<W: Policy + 'static>(
        policy: W,
    ) -> impl FnOnce(Arc<dyn StateStore>) -> Arc<dyn StateStore> {
        |inner| Arc::new(Wrapped::state(inner, policy))
    }

    proved! { state_store_conformance, StateBench:
        retry = by(Retry::default()),
        timeout = by(Timeout(LONG)),
        meter = by(super::super::meter()),
        breaker = by(super::super::breaker()),
    }
}

mod cache {
    use super::*;
    use expense_core::ports::cache::Cache;
    use expense_core::testing::conformance::cache::CacheBench;
    use expense_core::wrap::Wrapped;
    use expense_core::wrap::forgiving::ForgivingCache;

    fn memory(clock: Arc<ManualClock>) -> Arc<dyn Cache> {
        Arc::new(MemoryCache::new(clock, 1_000))
    }
    fn metered(inner: Arc<dyn Cache>) -> Arc<dyn Cache> {
        Arc::new(Wrapped::cache(inner, meter()))
    }
    fn broken(inner: Arc<dyn Cache>) -> Arc<dyn Cache> {
        Arc::new(Wrapped::cache(inner, breaker()))
    }
    fn forgiven(inner: Arc<dyn Cache>) -> Arc<dyn Cache> {
        Arc::new(ForgivingCache::new("test", inner))
    }

    proved! { cache_conformance, CacheBench:
        metering = metered,
        forgiving = forgiven,
        breaking = broken,
    }
}

mod lease {
    use super::*;
    use expense_core::memory::lease::MemoryLease;
    use expense_core::ports::lease::Lease;
    use expense_core::wrap::{Policy, Wrapped};

    fn memory(clock: Arc<ManualClock>) -> Arc<dyn Lease> {
        Arc::new(MemoryLease::new(clock))
    }
    fn by<W: Policy + 'static>(policy: W) -> impl FnOnce(Arc<dyn Lease>) -> Arc<dyn Lease> {
        |inner| Arc::new(Wrapped::lease(inner, policy))
    }

    proved! { lease_conformance, Bench<dyn Lease>:
        timeout = by(Timeout(LONG)),
        meter = by(super::super::meter()),
    }
}

mod limiter {
    use super::*;
    use expense_core::ports::error::{Fault, PortError};
    use expense_core::ports::rate::RateLimiter;
    use expense_core::testing::mocks::MockRateLimiter;
    use expense_core::wrap::stand_in::StandInLimiter;
    use expense_core::wrap::{Policy, Wrapped};

    fn memory(clock: Arc<ManualClock>) -> Arc<dyn RateLimiter> {
        Arc::new(MemoryRateLimiter::new(clock))
    }
    fn by<W: Policy + 'static>(
        policy: W,
    ) -> impl FnOnce(Arc<dyn RateLimiter>) -> Arc<dyn RateLimiter> {
        |inner| Arc::new(Wrapped::limiter(inner, policy))
    }
    fn with_a_stand_in(inner: Arc<dyn RateLimiter>) -> Arc<dyn RateLimiter> {
        let idle = Arc::new(MemoryRateLimiter::new(clock()));
        Arc::new(StandInLimiter::new(inner, idle))
    }
    fn standing_in(inner: Arc<dyn RateLimiter>) -> Arc<dyn RateLimiter> {
        let mut gone = MockRateLimiter::new();
        let error = |operation| PortError::new("rate", operation, Fault::Unavailable);
        gone.expect_take().returning(move |_, _| Err(error("take")));
        gone.expect_restamp()
            .returning(move |_, _| Err(error("restamp")));
        Arc::new(StandInLimiter::new(Arc::new(gone), inner))
    }

    proved! { rate_limiter_conformance, Bench<dyn RateLimiter>:
        breaker = by(super::super::breaker()),
        meter = by(super::super::meter()),
        beside_another = with_a_stand_in,
        for_another = standing_in,
    }
}

mod messenger {
    use super::*;
    use expense_core::memory::messenger::Outbox;
    use expense_core::ports::messenger::Messenger;
    use expense_core::testing::conformance::messenger::MessengerBench;
    use expense_core::wrap::{Policy, Wrapped};

    fn memory(_: Arc<ManualClock>) -> Arc<dyn Messenger> {
        Arc::new(Outbox::default())
    }
    fn by<W: Policy + 'static>(policy: W) -> impl FnOnce(Arc<dyn Messenger>) -> Arc<dyn Messenger> {
        |inner| Arc::new(Wrapped::messenger(inner, policy))
    }

    proved! { messenger_conformance, MessengerBench:
        timeout = by(Timeout(LONG)),
        meter = by(super::super::meter()),
    }
}

mod attachments {
    use super::*;
    use expense_core::domain::limits;
    use expense_core::memory::attachments::MemoryAttachments;
    use expense_core::testing::conformance::attachments::AttachmentsBench;
    use expense_core::wrap::{Policy, Wrapped};

    fn by(policy: impl Policy + 'static) -> AttachmentsBench {
        let port = MemoryAttachments::default();
        let gone = port.hold("gone");
        port.drop_file(&gone);
        AttachmentsBench {
            small: (port.hold("small"), "small".into()),
            large: port.hold(vec![0; limits::ATTACHMENT_BYTES + 1]),
            gone,
            port: Arc::new(Wrapped::attachments(Arc::new(port), policy)),
        }
    }

    benched! { attachments_conformance, AttachmentsBench:
        retry = by(Retry::default()),
        timeout = by(Timeout(LONG)),
    }
}

mod readers;
