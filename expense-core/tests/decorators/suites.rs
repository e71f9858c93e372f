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
    wrapped!(
        retry,
        expense_store_conformance,
        StoreBench,
        memory,
        by(Retry::default())
    );
    wrapped!(
        timeout,
        expense_store_conformance,
        StoreBench,
        memory,
        by(Timeout(LONG))
    );
    wrapped!(
        meter,
        expense_store_conformance,
        StoreBench,
        memory,
        by(super::super::meter())
    );
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
    wrapped!(
        retry,
        state_store_conformance,
        StateBench,
        memory,
        by(Retry::default())
    );
    wrapped!(
        timeout,
        state_store_conformance,
        StateBench,
        memory,
        by(Timeout(LONG))
    );
    wrapped!(
        meter,
        state_store_conformance,
        StateBench,
        memory,
        by(super::super::meter())
    );
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
    fn forgiven(inner: Arc<dyn Cache>) -> Arc<dyn Cache> {
        Arc::new(ForgivingCache::new(inner))
    }
    wrapped!(metering, cache_conformance, CacheBench, memory, metered);
    wrapped!(forgiving, cache_conformance, CacheBench, memory, forgiven);
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
    wrapped!(
        timeout,
        messenger_conformance,
        MessengerBench,
        memory,
        by(Timeout(LONG))
    );
    wrapped!(
        meter,
        messenger_conformance,
        MessengerBench,
        memory,
        by(super::super::meter())
    );
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

    mod retry {
        async fn fresh() -> super::AttachmentsBench {
            super::by(super::Retry::default())
        }
        expense_core::attachments_conformance!(fresh);
    }

    mod timeout {
        async fn fresh() -> super::AttachmentsBench {
            super::by(super::Timeout(super::LONG))
        }
        expense_core::attachments_conformance!(fresh);
    }
}

mod ocr {
    use super::*;
    use expense_core::ports::ocr::ReceiptOcr;
    use expense_core::testing::conformance::ocr::OcrBench;
    use expense_core::wrap::cached::CachedOcr;
    use expense_core::wrap::fallback::FallbackOcr;
    use expense_core::wrap::{Policy, Wrapped};

    fn memory(_: Arc<ManualClock>) -> Arc<dyn ReceiptOcr> {
        Arc::new(ScriptedReader::default())
    }
    fn by<W: Policy + 'static>(
        policy: W,
    ) -> impl FnOnce(Arc<dyn ReceiptOcr>) -> Arc<dyn ReceiptOcr> {
        |inner| Arc::new(Wrapped::ocr(inner, policy))
    }
    fn allowed(inner: Arc<dyn ReceiptOcr>) -> Arc<dyn ReceiptOcr> {
        Arc::new(Wrapped::ocr(inner, allowance()))
    }
    fn queued(inner: Arc<dyn ReceiptOcr>) -> Arc<dyn ReceiptOcr> {
        Arc::new(Wrapped::ocr(inner, queue()))
    }
    fn behind_another(inner: Arc<dyn ReceiptOcr>) -> Arc<dyn ReceiptOcr> {
        Arc::new(FallbackOcr::new(inner.clone(), vec![inner]))
    }
    fn remembered(inner: Arc<dyn ReceiptOcr>) -> Arc<dyn ReceiptOcr> {
        let cache = Arc::new(MemoryCache::new(Arc::new(SystemClock), 100));
        Arc::new(CachedOcr::new(inner, cache, LONG))
    }
    wrapped!(
        retry,
        receipt_ocr_conformance,
        OcrBench,
        memory,
        by(Retry::default())
    );
    wrapped!(
        timeout,
        receipt_ocr_conformance,
        OcrBench,
        memory,
        by(Timeout(LONG))
    );
    wrapped!(
        meter,
        receipt_ocr_conformance,
        OcrBench,
        memory,
        by(super::super::meter())
    );
    wrapped!(quota, receipt_ocr_conformance, OcrBench, memory, allowed);
    wrapped!(
        queue_before,
        receipt_ocr_conformance,
        OcrBench,
        memory,
        queued
    );
    wrapped!(
        fallback,
        receipt_ocr_conformance,
        OcrBench,
        memory,
        behind_another
    );
    wrapped!(
        cached,
        receipt_ocr_conformance,
        OcrBench,
        memory,
        remembered
    );
}

mod speech {
    use super::*;
    use expense_core::memory::speech::ScriptedSpeech;
    use expense_core::ports::speech::SpeechReader;
    use expense_core::testing::conformance::speech::SpeechBench;
    use expense_core::wrap::{Policy, Wrapped};

    fn memory(_: Arc<ManualClock>) -> Arc<dyn SpeechReader> {
        Arc::new(ScriptedSpeech::default())
    }
    fn by<W: Policy + 'static>(
        policy: W,
    ) -> impl FnOnce(Arc<dyn SpeechReader>) -> Arc<dyn SpeechReader> {
        |inner| Arc::new(Wrapped::speech(inner, policy))
    }
    /// The suite of voice notes, by this policy.
    macro_rules! policy {
        ($name:ident, $policy:expr) => {
            wrapped!(
                $name,
                speech_reader_conformance,
                SpeechBench,
                memory,
                by($policy)
            );
        };
    }
    policy!(retry, Retry::default());
    policy!(timeout, Timeout(LONG));
    policy!(meter, super::super::meter());
    policy!(quota, allowance());
    policy!(waiting, queue());
}

mod categorizer {
    use super::*;
    use expense_core::memory::categorizer::ScriptedCategorizer;
    use expense_core::ports::categorizer::Categorizer;
    use expense_core::testing::conformance::categorizer::CategorizerBench;
    use expense_core::wrap::categories::CachedCategorizer;
    use expense_core::wrap::{Policy, Wrapped};

    fn memory(_: Arc<ManualClock>) -> Arc<dyn Categorizer> {
        let taxi = ScriptedCategorizer::default().with("taxi to the airport", "Transportation");
        Arc::new(taxi)
    }
    fn by<W: Policy + 'static>(
        policy: W,
    ) -> impl FnOnce(Arc<dyn Categorizer>) -> Arc<dyn Categorizer> {
        |inner| Arc::new(Wrapped::categorizer(inner, policy))
    }
    fn remembered(inner: Arc<dyn Categorizer>) -> Arc<dyn Categorizer> {
        let cache = Arc::new(MemoryCache::new(Arc::new(SystemClock), 100));
        Arc::new(CachedCategorizer::new(inner, cache, LONG))
    }
    /// The suite of suggestions, wrapped like this.
    macro_rules! layer {
        ($name:ident, $wrap:expr) => {
            wrapped!(
                $name,
                categorizer_conformance,
                CategorizerBench,
                memory,
                $wrap
            );
        };
    }
    layer!(retry, by(Retry::default()));
    layer!(timeout, by(Timeout(LONG)));
    layer!(meter, by(super::super::meter()));
    layer!(quota, by(allowance()));
    layer!(waiting, by(queue()));
    layer!(cached, remembered);
}

mod fx {
    use super::*;
    use expense_core::domain::currency::Currency;
    use expense_core::domain::exchange::{Pair, Rate};
    use expense_core::memory::fx::MemoryRates;
    use expense_core::ports::fx::FxRates;
    use expense_core::testing::conformance::fx::FxBench;
    use expense_core::testing::fixtures::{conversion, day, money};
    use expense_core::wrap::cached_rates::CachedRates;
    use expense_core::wrap::{Policy, Wrapped};

    fn bench(wrap: impl FnOnce(Arc<dyn FxRates>) -> Arc<dyn FxRates>) -> FxBench {
        let pair = Pair::new(Currency::USD, Currency::EUR).expect("two currencies");
        let rate = conversion(money("1", "USD"), "EUR", "0.8868").rate;
        let rates = ["2026-05-01", "2026-05-04"].map(|date| Rate {
            day: day(date),
            ..rate.clone()
        });
        let table = MemoryRates::new(rate.source)
            .with(pair, rates[0].day, rate.factor)
            .with(pair, rates[1].day, rate.factor);
        FxBench {
            port: wrap(Arc::new(table)),
            pair,
            rates,
            unknown: Pair::new(Currency::EUR, Currency::USD).expect("two currencies"),
        }
    }

    fn by(policy: impl Policy + 'static) -> FxBench {
        bench(|inner| Arc::new(Wrapped::fx(inner, policy)))
    }

    macro_rules! proved {
        ($name:ident, $fresh:expr) => {
            mod $name {
                use super::*;

                async fn fresh() -> FxBench {
                    $fresh
                }
                expense_core::fx_rates_conformance!(fresh);
            }
        };
    }

    proved!(retry, by(Retry::default()));
    proved!(timeout, by(Timeout(LONG)));
    proved!(meter, by(super::super::meter()));
    proved!(
        cached,
        bench(|inner| {
            let cache = Arc::new(MemoryCache::new(Arc::new(SystemClock), 100));
            Arc::new(CachedRates::new(inner, cache, LONG))
        })
    );
}
