//! Who reads photos and voice notes and who suggests categories, in which order and how much.

#[cfg(feature = "gemini")]
pub(crate) mod gemini;
#[cfg(feature = "ocr-local")]
pub(crate) mod local;

use std::sync::Arc;
use std::time::Duration;

use expense_core::memory::cache::MemoryCache;
use expense_core::service::{Options, Ports};
use expense_core::wrap::cached::CachedOcr;
use expense_core::wrap::fallback::FallbackOcr;
use expense_core::wrap::forgiving::ForgivingCache;

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
    let gemini = gemini::add(config, ports, options)?;
    let mut chain = gemini.into_iter().chain(local::timed(config, ports));
    let Some(first) = chain.next() else {
        return Ok(());
    };
    let chain = Arc::new(FallbackOcr::new(first, chain.collect()));
    // A known image costs nothing, not even a count.
    let readings = Arc::new(MemoryCache::new(ports.clock.clone(), READINGS));
    let readings = Arc::new(ForgivingCache::new("readings", readings));
    ports.ocr = Some(Arc::new(CachedOcr::new(chain, readings, KEPT)));
    Ok(())
}

#[cfg(not(feature = "gemini"))]
mod gemini {
    //! A build without it.

    use std::sync::Arc;

    use expense_core::ports::ocr::ReceiptOcr;
    use expense_core::service::{Options, Ports};

    use crate::config::Config;
    use crate::error::Failure;

    /// Nobody: a key is a mistake of the configuration.
    pub(super) fn add(
        _: &Config,
        _: &mut Ports,
        _: &mut Options,
    ) -> Result<Option<Arc<dyn ReceiptOcr>>, Failure> {
        Ok(None)
    }
}

#[cfg(not(feature = "ocr-local"))]
mod local {
    //! A build without it.

    use std::sync::Arc;

    use expense_core::ports::ocr::ReceiptOcr;
    use expense_core::service::Ports;

    use crate::config::Config;

    /// Nobody: `OCR=local` is a mistake of the configuration.
    pub(super) fn timed(_: &Config, _: &Ports) -> Option<Arc<dyn ReceiptOcr>> {
        None
    }
}
