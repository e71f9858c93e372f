//! A cache whose failures are misses.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::ports::cache::Cache;
use crate::ports::error::Result;

/// Turns what fails into what is not there, so that no request fails with its cache, and counts
/// `cache_requests_total{cache, outcome}` under this cache's name: `hit`, `miss` or `error`. Only `forget` still fails: a value
/// that stays although it should be gone is no miss.
pub struct ForgivingCache {
    inner: Arc<dyn Cache>,
    name: &'static str,
}

impl ForgivingCache {
    /// This cache, forgiven, and counted under a name.
    #[must_use]
    pub fn new(name: &'static str, inner: Arc<dyn Cache>) -> Self {
        Self { inner, name }
    }

    fn count(&self, outcome: &'static str) {
        metrics::counter!("cache_requests_total", "cache" => self.name, "outcome" => outcome)
            .increment(1);
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Cache for ForgivingCache {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        let found = self.inner.get(key).await;
        self.count(match &found {
            Ok(Some(_)) => "hit",
            Ok(None) => "miss",
            Err(_) => "error",
        });
        Ok(found.unwrap_or_default())
    }

    async fn put(&self, key: &str, value: &[u8], ttl: Duration) -> Result<()> {
        if self.inner.put(key, value, ttl).await.is_err() {
            self.count("error");
        }
        Ok(())
    }

    async fn forget(&self, key: &str) -> Result<()> {
        self.inner.forget(key).await
    }
}
