//! A cache in memory.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;

use super::expiring::Expiring;
use super::{later, locked};
use crate::ports::cache::Cache;
use crate::ports::clock::Clock;
use crate::ports::error::Result;

/// [`Cache`] in one process.
pub struct MemoryCache {
    values: Mutex<Expiring<Vec<u8>>>,
    clock: Arc<dyn Clock>,
}

impl MemoryCache {
    /// Holds at most `capacity` values; beyond that the one next to expire is forgotten.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, capacity: usize) -> Self {
        Self {
            values: Mutex::new(Expiring::new(capacity)),
            clock,
        }
    }
}

#[async_trait]
impl Cache for MemoryCache {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        Ok(locked(&self.values).get(self.clock.now(), key).cloned())
    }

    async fn put(&self, key: &str, value: &[u8], ttl: Duration) -> Result<()> {
        let now = self.clock.now();
        locked(&self.values).put(now, key, value.to_vec(), later(now, ttl));
        Ok(())
    }

    async fn forget(&self, key: &str) -> Result<()> {
        locked(&self.values).remove(key);
        Ok(())
    }
}
