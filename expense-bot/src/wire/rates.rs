//! Where exchange rates come from.

use std::sync::Arc;
use std::time::Duration;

use expense_core::memory::cache::MemoryCache;
use expense_core::service::Ports;
use expense_core::wrap::Wrapped;
use expense_core::wrap::cached_rates::CachedRates;
use expense_core::wrap::forgiving::ForgivingCache;
use expense_core::wrap::meter::Meter;
use expense_core::wrap::retry::Retry;
use expense_fx_http::{Config, HttpRates};
use url::Url;

use crate::error::Failure;

/// Rates that are remembered, and for how long: the rate of a day does not change any more.
const RATES: usize = 10_000;
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Puts the service at this address behind the ports.
pub(crate) fn add(address: &Url, ports: &mut Ports) -> Result<(), Failure> {
    // The client has a time limit of its own; what is known costs no request.
    let patient = Arc::new(Wrapped::fx(Arc::new(client(address)?), Retry::default()));
    let cache = Arc::new(MemoryCache::new(ports.clock.clone(), RATES));
    let cache = Arc::new(ForgivingCache::new("rates", cache));
    let known = Arc::new(CachedRates::new(patient, cache, KEPT));
    let metered = Wrapped::fx(known, Meter::new(ports.clock.clone()));
    ports.fx = Some(Arc::new(metered));
    Ok(())
}

/// The service at this address, by itself.
pub(crate) fn client(address: &Url) -> Result<HttpRates, Failure> {
    let wrong = |why: String| Failure::Refused(format!("FX_API_URL: {why}"));
    let config = Config::new(address.as_str()).map_err(|error| wrong(error.to_string()))?;
    HttpRates::new(config).map_err(|error| wrong(error.to_string()))
}
