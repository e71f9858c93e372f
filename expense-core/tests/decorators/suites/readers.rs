//! Readers, listeners, categorizers and sources of rates.

use super::*;

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
    fn behind_another(inner: Arc<dyn ReceiptOcr>) -> Arc<dyn ReceiptOcr> {
        Arc::new(FallbackOcr::new(inner.clone(), vec![inner]))
    }
    fn remembered(inner: Arc<dyn ReceiptOcr>) -> Arc<dyn ReceiptOcr> {
        let cache = Arc::new(MemoryCache::new(Arc::new(SystemClock), 100));
        Arc::new(CachedOcr::new(inner, cache, LONG))
    }

    proved! { receipt_ocr_conformance, OcrBench:
        retry = by(Retry::default()),
        timeout = by(Timeout(LONG)),
        meter = by(super::super::meter()),
        quota = by(allowance()),
        waiting = by(queue()),
        fallback = behind_another,
        cached = remembered,
    }
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

    proved! { speech_reader_conformance, SpeechBench:
        retry = by(Retry::default()),
        timeout = by(Timeout(LONG)),
        meter = by(super::super::meter()),
        quota = by(allowance()),
        waiting = by(queue()),
    }
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

    proved! { categorizer_conformance, CategorizerBench:
        retry = by(Retry::default()),
        timeout = by(Timeout(LONG)),
        meter = by(super::super::meter()),
        quota = by(allowance()),
        waiting = by(queue()),
        cached = remembered,
    }
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

    benched! { fx_rates_conformance, FxBench:
        retry = by(Retry::default()),
        timeout = by(Timeout(LONG)),
        meter = by(super::super::meter()),
        cached = bench(|inner| {
            let cache = Arc::new(MemoryCache::new(Arc::new(SystemClock), 100));
            Arc::new(CachedRates::new(inner, cache, LONG))
        }),
    }
}
