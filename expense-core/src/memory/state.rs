//! State in memory.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;

use super::expiring::Expiring;
use super::{later, locked};
use crate::ports::clock::Clock;
use crate::ports::error::Result;
use crate::ports::state::{Saved, StateStore, Version, Versioned};

/// [`StateStore`] in one process. One count of versions serves all keys, so that none is used
/// twice although what has gone leaves nothing behind.
pub struct MemoryState {
    inner: Mutex<Inner>,
    clock: Arc<dyn Clock>,
}

struct Inner {
    last: u64,
    values: Expiring<Versioned>,
}

impl MemoryState {
    /// Holds at most `capacity` values; beyond that the one next to expire is gone early.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, capacity: usize) -> Self {
        let inner = Inner {
            last: 0,
            values: Expiring::new(capacity),
        };
        Self {
            inner: Mutex::new(inner),
            clock,
        }
    }
}

#[async_trait]
impl StateStore for MemoryState {
    async fn load(&self, key: &str) -> Result<Option<Versioned>> {
        Ok(locked(&self.inner)
            .values
            .get(self.clock.now(), key)
            .cloned())
    }

    async fn save(
        &self,
        key: &str,
        seen: Option<Version>,
        value: &[u8],
        ttl: Duration,
    ) -> Result<Saved> {
        let now = self.clock.now();
        let mut inner = locked(&self.inner);
        if inner.values.get(now, key).map(|value| value.version) != seen {
            return Ok(Saved::Lost);
        }
        inner.last += 1;
        let version = Version(inner.last);
        let value = Versioned {
            version,
            value: value.to_vec(),
        };
        inner.values.put(now, key, value, later(now, ttl));
        Ok(Saved::Done(version))
    }

    async fn clear(&self, key: &str, seen: Version) -> Result<Saved> {
        let mut inner = locked(&self.inner);
        let version = inner
            .values
            .get(self.clock.now(), key)
            .map(|value| value.version);
        if version != Some(seen) {
            return Ok(Saved::Lost);
        }
        inner.values.remove(key);
        Ok(Saved::Done(seen))
    }
}
