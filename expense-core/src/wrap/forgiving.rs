//! A cache whose failures are misses.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::ports::cache::Cache;
use crate::ports::error::Result;

/// Turns what fails into what is not there, so that no request fails with its cache, and counts
/// `cache_requests_total{result}`: `hit`, `miss` or `error`. Only `forget` still fails: a value
/// that stays although it should be gone is no miss.
pub struct ForgivingCache {
    inner: Arc<dyn Cache>,
}

impl ForgivingCache {
    /// This cache, forgiven.
    #[must_use]
    pub fn new(inner: Arc<dyn Cache>) -> Self {
        Self { inner }
    }
}

fn count(result: &'static str) {
    metrics::counter!("cache_requests_total", "result" => result).increment(1);
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Cache for ForgivingCache {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        let found = self.inner.get(key).await;
        count(match &found {
            Ok(Some(_)) => "hit",
            Ok(None) => "miss",
            Err(_) => "error",
        });
        Ok(found.unwrap_or_default())
    }

    async fn put(&self, key: &str, value: &[u8], ttl: Duration) -> Result<()> {
        if self.inner.put(key, value, ttl).await.is_err() {
            count("error");
        }
        Ok(())
    }

    async fn forget(&self, key: &str) -> Result<()> {
        self.inner.forget(key).await
    }
}
