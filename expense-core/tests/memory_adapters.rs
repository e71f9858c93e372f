//! Every reference adapter keeps its contract.
#![cfg(feature = "testing")]

use std::sync::Arc;

use expense_core::memory::clock::ManualClock;
use expense_core::ports::clock::Clock;
use expense_core::testing::conformance::Bench;
use expense_core::testing::fixtures::noon;

/// A bench whose adapter goes by a clock that the cases move.
fn bench<P: ?Sized>(make: impl FnOnce(Arc<dyn Clock>) -> Arc<P>) -> Bench<P> {
    let clock = Arc::new(ManualClock::at(noon()));
    Bench::new(make(clock.clone())).with_clock(clock)
}

mod store {
    use super::*;
    use expense_core::memory::store::MemoryStore;
    use expense_core::ports::store::ExpenseStore;
    use expense_core::testing::conformance::{
        jobs::{JobsBench, WorkingStore},
        store::StoreBench,
    };

    async fn fresh_store() -> StoreBench {
        bench::<dyn ExpenseStore>(|clock| Arc::new(MemoryStore::new(clock)))
    }
    expense_core::expense_store_conformance!(fresh_store);

    async fn fresh_jobs() -> JobsBench {
        bench::<dyn WorkingStore>(|clock| Arc::new(MemoryStore::new(clock)))
    }
    expense_core::jobs_conformance!(fresh_jobs);
}

mod replica {
    use super::*;
    use expense_core::memory::replica::{MemoryPrimary, MemoryReplica};
    use expense_core::ports::store::ExpenseStore;
    use expense_core::testing::conformance::replica::ReplicaBench;
    use expense_core::testing::conformance::store::StoreBench;

    async fn fresh_store() -> StoreBench {
        bench::<dyn ExpenseStore>(|_| Arc::new(MemoryPrimary::default()))
    }
    mod primary {
        expense_core::expense_store_conformance!(super::fresh_store);
    }

    async fn fresh_copy() -> ReplicaBench {
        let primary = Arc::new(MemoryPrimary::default());
        ReplicaBench {
            store: primary.clone(),
            primary: primary.clone(),
            replica: Arc::new(MemoryReplica::new(primary)),
            kept: Box::new(()),
        }
    }
    expense_core::replica_conformance!(fresh_copy);
}

mod state {
    use super::*;
    use expense_core::memory::state::MemoryState;
    use expense_core::ports::state::StateStore;
    use expense_core::testing::conformance::state::StateBench;

    async fn fresh_state() -> StateBench {
        bench::<dyn StateStore>(|clock| Arc::new(MemoryState::new(clock, 100)))
    }
    expense_core::state_store_conformance!(fresh_state);
}

mod cache {
    use super::*;
    use expense_core::memory::cache::MemoryCache;
    use expense_core::ports::cache::Cache;
    use expense_core::testing::conformance::cache::CacheBench;

    async fn fresh_cache() -> CacheBench {
        bench::<dyn Cache>(|clock| Arc::new(MemoryCache::new(clock, 100)))
    }
    expense_core::cache_conformance!(fresh_cache);
}

mod lease {
    use super::*;
    use expense_core::memory::lease::MemoryLease;
    use expense_core::ports::lease::Lease;
    use expense_core::testing::conformance::lease::LeaseBench;

    async fn fresh_lease() -> LeaseBench {
        bench::<dyn Lease>(|clock| Arc::new(MemoryLease::new(clock)))
    }
    expense_core::lease_conformance!(fresh_lease);
}

mod rate {
    use super::*;
    use expense_core::memory::rate::{KeptRateLimiter, MemoryRateLimiter};
    use expense_core::memory::state::MemoryState;
    use expense_core::ports::rate::RateLimiter;
    use expense_core::testing::conformance::rate::RateBench;

    async fn fresh_limiter() -> RateBench {
        bench::<dyn RateLimiter>(|clock| Arc::new(MemoryRateLimiter::new(clock)))
    }
    expense_core::rate_limiter_conformance!(fresh_limiter);

    mod kept {
        use super::*;

        /// Two instances over what is kept.
        async fn fresh_limiter() -> RateBench {
            let clock = Arc::new(ManualClock::at(noon()));
            let states = Arc::new(MemoryState::new(clock.clone(), 10));
            let limiter = || Arc::new(KeptRateLimiter::new(states.clone(), clock.clone()));
            RateBench::new(limiter())
                .with_other(limiter())
                .with_clock(clock)
        }
        expense_core::rate_limiter_conformance!(fresh_limiter);
    }
}

mod queue {
    use super::*;
    use expense_core::memory::queue::MemoryQueue;
    use expense_core::ports::queue::UpdateQueue;
    use expense_core::testing::conformance::queue::QueueBench;

    async fn fresh_queue() -> QueueBench {
        bench::<dyn UpdateQueue>(|clock| Arc::new(MemoryQueue::new(clock)))
    }
    expense_core::update_queue_conformance!(fresh_queue);
}

mod ocr {
    use super::*;
    use expense_core::memory::ocr::ScriptedReader;
    use expense_core::testing::conformance::ocr::OcrBench;

    async fn fresh_reader() -> OcrBench {
        Bench::new(Arc::new(ScriptedReader::default()))
    }
    expense_core::receipt_ocr_conformance!(fresh_reader);
}

mod speech {
    use super::*;
    use expense_core::memory::speech::ScriptedSpeech;
    use expense_core::testing::conformance::speech::SpeechBench;

    async fn fresh_reader() -> SpeechBench {
        Bench::new(Arc::new(ScriptedSpeech::default()))
    }
    expense_core::speech_reader_conformance!(fresh_reader);
}

mod categorizer {
    use super::*;
    use expense_core::memory::categorizer::ScriptedCategorizer;
    use expense_core::testing::conformance::categorizer::CategorizerBench;

    async fn fresh_categorizer() -> CategorizerBench {
        let taxi = ScriptedCategorizer::default().with("taxi to the airport", "Transportation");
        Bench::new(Arc::new(taxi))
    }
    expense_core::categorizer_conformance!(fresh_categorizer);
}

mod fx {
    use super::*;
    use expense_core::domain::currency::Currency;
    use expense_core::domain::exchange::{Pair, Rate};
    use expense_core::memory::fx::MemoryRates;
    use expense_core::testing::conformance::fx::FxBench;
    use expense_core::testing::fixtures::day;

    fn pair(from: &str, to: &str) -> Pair {
        let [from, to] = [from, to].map(|code| Currency::from_code(code).expect("a code"));
        Pair::new(from, to).expect("two currencies")
    }

    async fn fresh_rates() -> FxBench {
        let pair_known = pair("USD", "EUR");
        let rates = [("2026-05-01", "0.8868"), ("2026-05-04", "0.88712")];
        let rates = rates.map(|(date, factor)| Rate {
            factor: factor.parse().expect("a rate"),
            source: "rates.test".parse().expect("a source"),
            day: day(date),
        });
        let table = MemoryRates::new(rates[0].source.clone());
        let table = rates.iter().fold(table, |table, rate| {
            table.with(pair_known, rate.day, rate.factor)
        });
        FxBench {
            port: Arc::new(table),
            pair: pair_known,
            rates,
            unknown: pair("XAU", "EUR"),
        }
    }
    expense_core::fx_rates_conformance!(fresh_rates);
}

mod messenger {
    use super::*;
    use expense_core::memory::messenger::Outbox;
    use expense_core::testing::conformance::messenger::MessengerBench;

    async fn fresh_outbox() -> MessengerBench {
        Bench::new(Arc::new(Outbox::default()))
    }
    expense_core::messenger_conformance!(fresh_outbox);
}

mod attachments {
    use super::*;
    use expense_core::domain::limits;
    use expense_core::memory::attachments::MemoryAttachments;
    use expense_core::testing::conformance::attachments::AttachmentsBench;

    async fn fresh_attachments() -> AttachmentsBench {
        let port = MemoryAttachments::default();
        let gone = port.hold("gone");
        port.drop_file(&gone);
        AttachmentsBench {
            small: (port.hold("small"), "small".into()),
            large: port.hold(vec![0; limits::ATTACHMENT_BYTES + 1]),
            gone,
            port: Arc::new(port),
        }
    }
    expense_core::attachments_conformance!(fresh_attachments);
}

mod wake {
    use super::*;
    use expense_core::memory::wake::MemoryWake;
    use expense_core::ports::wake::Wake;
    use expense_core::testing::conformance::wake::WakeBench;

    async fn fresh_wake() -> WakeBench {
        let wake = MemoryWake::default();
        let other = Arc::new(wake.listener());
        Bench::<dyn Wake>::new(Arc::new(wake)).with_other(other)
    }
    expense_core::wake_conformance!(fresh_wake);
}

mod clock {
    use super::*;
    use expense_core::memory::clock::SystemClock;
    use expense_core::memory::steady::{OnwardClock, SteadyClock};

    async fn fresh_steady() -> Bench<dyn Clock> {
        bench::<dyn Clock>(|clock| Arc::new(SteadyClock::over(clock)))
    }
    mod steady {
        expense_core::clock_conformance!(super::fresh_steady);
    }

    async fn fresh_onward() -> Bench<dyn Clock> {
        bench::<dyn Clock>(|clock| Arc::new(OnwardClock::over(clock)))
    }
    mod onward {
        expense_core::clock_conformance!(super::fresh_onward);
    }

    async fn fresh_clock() -> Bench<dyn Clock> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        Bench::new(clock)
    }
    expense_core::clock_conformance!(fresh_clock);
}
