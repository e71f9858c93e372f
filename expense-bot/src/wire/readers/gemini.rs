//! Google's model: one client and one queue for all that it does.

use std::sync::Arc;

use expense_core::ports::clock::Clock;
use expense_core::ports::ocr::ReceiptOcr;
use expense_core::ports::rate::Quota;
use expense_core::service::{Options, Ports};
use expense_core::wrap::Wrapped;
use expense_core::wrap::categories::CachedCategorizer;
use expense_core::wrap::forgiving::ForgivingCache;
use expense_core::wrap::meter::Meter;
use expense_core::wrap::queue::{Pace, RequestQueue};
use expense_core::wrap::retry::Retry;
use expense_ocr_gemini::{Gemini, SetupError};

use super::KEPT;
use crate::config::{self, Config};
use crate::error::Failure;
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
    let mut settings = expense_ocr_gemini::Config::new(config.key.clone())?;
    if let Some(api) = &config.api {
        settings.base_url = api.clone();
    }
    if let Some(model) = &config.model {
        settings.model.clone_from(model);
    }
    Ok(Arc::new(Gemini::new(settings, clock)?))
}

/// Listens and suggests where it is configured, and gives the reader of receipts back.
pub(super) fn add(
    config: &Config,
    ports: &mut Ports,
    options: &mut Options,
) -> Result<Option<Arc<dyn ReceiptOcr>>, Failure> {
    let Some(config) = &config.readers.gemini else {
        return Ok(None);
    };
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
    let known = Arc::new(ForgivingCache::new("categories", ports.cache.clone()));
    let words = CachedCategorizer::new(words, known, KEPT);
    ports.speech = Some(Arc::new(speech));
    ports.categorizer = Some(Arc::new(words));
    options.readers = options.readers.max(config.concurrency);
    options.model_quota = Some(Quota {
        burst: A_PERSON,
        period: MINUTE,
    });
    Ok(Some(ocr))
}
