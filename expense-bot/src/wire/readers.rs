//! Who reads photos and voice notes and who suggests categories, in which order and how much.

use std::sync::Arc;
use std::time::Duration;

use expense_core::memory::cache::MemoryCache;
use expense_core::ports::ocr::ReceiptOcr;
use expense_core::service::{Options, Ports};
use expense_core::wrap::cached::CachedOcr;
use expense_core::wrap::fallback::FallbackOcr;

use crate::config::Config;
use crate::error::Failure;

/// Readings that are remembered, and for how long: a photo sent twice is read once.
const READINGS: usize = 100;
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// Puts the configured readers behind the ports. Without any a photo's draft asks for the amount.
pub(crate) fn add(
    config: &Config,
    ports: &mut Ports,
    options: &mut Options,
) -> Result<(), Failure> {
    let mut chain: Vec<Arc<dyn ReceiptOcr>> = Vec::new();
    #[cfg(feature = "gemini")]
    if let Some(gemini) = &config.readers.gemini {
        chain.push(gemini::add(gemini, ports, options)?);
    }
    #[cfg(feature = "ocr-local")]
    if config.readers.local {
        chain.push(local::timed(config, ports));
    }
    let mut chain = chain.into_iter();
    let Some(first) = chain.next() else {
        return Ok(());
    };
    let chain = Arc::new(FallbackOcr::new(first, chain.collect()));
    // A known image costs nothing, not even a count.
    let readings = Arc::new(MemoryCache::new(ports.clock.clone(), READINGS));
    ports.ocr = Some(Arc::new(CachedOcr::new(chain, readings, KEPT)));
    Ok(())
}

#[cfg(feature = "ocr-local")]
pub(crate) mod local {
    //! The reader on this machine.

    use std::num::NonZeroUsize;
    use std::sync::Arc;
    use std::time::Duration;

    use expense_core::ports::ocr::ReceiptOcr;
    use expense_core::service::Ports;
    use expense_core::wrap::Wrapped;
    use expense_core::wrap::meter::Meter;
    use expense_core::wrap::timeout::Timeout;
    use expense_ocr_local::LocalReader;

    use crate::config::Config;
    use crate::models;

    /// How long it may take for one receipt: less than `limits::READING`.
    const READING: Duration = Duration::from_secs(80);

    /// The reader on this machine. It needs its models when it reads, not before.
    pub(crate) fn reader(config: &Config) -> LocalReader {
        LocalReader::with_parallel(models::folder(config), NonZeroUsize::MIN)
    }

    /// The same, with a time for each photo, so that the next one has its turn, and counted.
    pub(super) fn timed(config: &Config, ports: &Ports) -> Arc<dyn ReceiptOcr> {
        let timely = Wrapped::ocr(Arc::new(reader(config)), Timeout(READING));
        let meter = Meter::new(ports.clock.clone());
        Arc::new(Wrapped::ocr(Arc::new(timely), meter))
    }
}

#[cfg(feature = "gemini")]
pub(crate) mod gemini {
    //! Google's model: one client and one queue for all that it does.

    use std::sync::Arc;

    use expense_core::ports::clock::Clock;
    use expense_core::ports::ocr::ReceiptOcr;
    use expense_core::ports::rate::Quota;
    use expense_core::service::{Options, Ports};
    use expense_core::wrap::Wrapped;
    use expense_core::wrap::categories::CachedCategorizer;
    use expense_core::wrap::meter::Meter;
    use expense_core::wrap::queue::{Pace, RequestQueue};
    use expense_core::wrap::retry::Retry;
    use expense_ocr_gemini::{Config, Gemini, SetupError};

    use super::KEPT;
    use crate::config;
    use crate::wire::MINUTE;

    /// Requests that wait for their turn, beyond those that are under way.
    const DEPTH: usize = 1_000;
    /// Requests a minute that one person may cause.
    const A_PERSON: u32 = 10;

    /// The client, by itself.
    pub(crate) fn client(
        config: &config::Gemini,
        clock: Arc<dyn Clock>,
    ) -> Result<Arc<Gemini>, SetupError> {
        let mut settings = Config::new(config.key.clone())?;
        if let Some(api) = &config.api {
            settings.base_url = api.clone();
        }
        if let Some(model) = &config.model {
            settings.model.clone_from(model);
        }
        Ok(Arc::new(Gemini::new(settings, clock)?))
    }

    /// Listens and suggests, and gives the reader of receipts back.
    pub(super) fn add(
        config: &config::Gemini,
        ports: &mut Ports,
        options: &mut Options,
    ) -> Result<Arc<dyn ReceiptOcr>, SetupError> {
        let clock = || ports.clock.clone();
        let gemini = client(config, clock())?;
        let pace = Pace {
            at_once: config.concurrency,
            depth: DEPTH,
            per_minute: config.per_minute,
            per_day: Some(config.per_day),
        };
        let queue = RequestQueue::new("gemini", pace, ports.limiter.clone(), clock());
        // The client has a time limit of its own; every try waits for its turn and is counted.
        let ocr = Arc::new(Wrapped::ocr(gemini.clone(), queue.clone()));
        // Two requests that hang leave time for the reader behind: `limits::READING` is for all.
        let twice = Retry {
            attempts: 2,
            ..Retry::default()
        };
        let ocr = Arc::new(Wrapped::ocr(ocr, twice));
        let ocr = Arc::new(Wrapped::ocr(ocr, Meter::new(clock())));
        let speech = Arc::new(Wrapped::speech(gemini.clone(), queue.clone()));
        let speech = Arc::new(Wrapped::speech(speech, Retry::default()));
        let speech = Wrapped::speech(speech, Meter::new(clock()));
        let words = Arc::new(Wrapped::categorizer(gemini, queue));
        let words = Arc::new(Wrapped::categorizer(words, Retry::default()));
        let words = Arc::new(Wrapped::categorizer(words, Meter::new(clock())));
        let words = CachedCategorizer::new(words, ports.cache.clone(), KEPT);
        ports.speech = Some(Arc::new(speech));
        ports.categorizer = Some(Arc::new(words));
        options.readers = options.readers.max(config.concurrency);
        options.model_quota = Some(Quota {
            burst: A_PERSON,
            period: MINUTE,
        });
        Ok(ocr)
    }
}
