//! A cache whose failures are misses.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use metrics::{Counter, counter};

use crate::ports::cache::Cache;
use crate::ports::error::Result;

/// Turns what fails into what is not there, so that no request fails with its cache, and counts
/// `cache_requests_total{cache, outcome}` under a cache's name: `hit`, `miss` or `error`. Only `forget` still fails: a value
/// that stays although it should be gone is no miss.
pub struct ForgivingCache {
    inner: Arc<dyn Cache>,
    hits: Counter,
    misses: Counter,
    errors: Counter,
}

impl ForgivingCache {
    /// This cache, forgiven, and counted under a name.
    #[must_use]
    pub fn new(cache: &'static str, inner: Arc<dyn Cache>) -> Self {
        let counter =
            |outcome| counter!("cache_requests_total", "cache" => cache, "outcome" => outcome);
        Self {
            inner,
            hits: counter("hit"),
            misses: counter("miss"),
            errors: counter("error"),
        }
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Cache for ForgivingCache {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        let found = self.inner.get(key).await;
        let counter = match &found {
            Ok(Some(_)) => &self.hits,
            Ok(None) => &self.misses,
            Err(_) => &self.errors,
        };
        counter.increment(1);
        Ok(found.unwrap_or_default())
    }

    async fn put(&self, key: &str, value: &[u8], ttl: Duration) -> Result<()> {
        if self.inner.put(key, value, ttl).await.is_err() {
            self.errors.increment(1);
        }
        Ok(())
    }

    async fn forget(&self, key: &str) -> Result<()> {
        self.inner.forget(key).await
    }
}
