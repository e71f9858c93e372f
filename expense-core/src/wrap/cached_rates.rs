//! Exchange rates that were asked for before.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::NaiveDate;

use super::flights::Flights;
use crate::domain::exchange::{Pair, Rate};
use crate::ports::cache::Cache;
use crate::ports::error::Result;
use crate::ports::fx::FxRates;

/// How long an answer is kept that may still change: that there is no rate, or only one of an
/// earlier day. A day's own rate is often told late in its afternoon.
pub const UNSETTLED: Duration = Duration::from_secs(60 * 60);

/// Remembers rates by pair and day, and asks once even when many want the same at once. A rate
/// of the very day is kept for the whole time, anything else for [`UNSETTLED`] at most. A failing
/// cache costs a question, nothing else.
pub struct CachedRates {
    inner: Arc<dyn FxRates>,
    cache: Arc<dyn Cache>,
    ttl: Duration,
    flights: Flights,
}

impl CachedRates {
    /// These rates, kept for `ttl`.
    #[must_use]
    pub fn new(inner: Arc<dyn FxRates>, cache: Arc<dyn Cache>, ttl: Duration) -> Self {
        Self {
            inner,
            cache,
            ttl,
            flights: Flights::default(),
        }
    }

    async fn known(&self, key: &str) -> Option<Option<Rate>> {
        let bytes = self.cache.get(key).await.ok()??;
        serde_json::from_slice(&bytes).ok()
    }

    async fn remember(&self, key: &str, rate: Option<&Rate>, on: NaiveDate) {
        let settled = rate.is_some_and(|rate| rate.day == on);
        let ttl = if settled {
            self.ttl
        } else {
            self.ttl.min(UNSETTLED)
        };
        if let Ok(bytes) = serde_json::to_vec(&rate) {
            // A cache that fails costs another question, as one that forgets.
            let _ = self.cache.put(key, &bytes, ttl).await;
        }
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl FxRates for CachedRates {
    async fn rate(&self, pair: Pair, on: NaiveDate) -> Result<Option<Rate>> {
        let key = format!("rate:{}:{}:{on}", pair.from(), pair.to());
        let flight = self.flights.of(&key);
        let _alone = flight.lock().await;
        if let Some(rate) = self.known(&key).await {
            return Ok(rate);
        }
        let rate = self.inner.rate(pair, on).await?;
        self.remember(&key, rate.as_ref(), on).await;
        Ok(rate)
    }
}
