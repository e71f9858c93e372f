//! Leases in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::steady::SteadyClock;
use super::{later, locked};
use crate::ports::clock::Clock;
use crate::ports::error::Result;
use crate::ports::lease::{Fence, Lease};

/// [`Lease`] in one process. One fence rises for all names, so that a name that nobody holds
/// leaves nothing behind.
pub struct MemoryLease {
    inner: Mutex<Inner>,
    clock: SteadyClock,
}

#[derive(Default)]
struct Inner {
    last: u64,
    held: HashMap<String, Held>,
}

struct Held {
    holder: String,
    fence: Fence,
    until: DateTime<Utc>,
}

impl MemoryLease {
    /// Nothing is held yet.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            inner: Mutex::default(),
            clock: SteadyClock::over(clock),
        }
    }
}

#[async_trait]
impl Lease for MemoryLease {
    async fn take(&self, name: &str, holder: &str, ttl: Duration) -> Result<Option<Fence>> {
        let now = self.clock.now();
        let until = later(now, ttl);
        let mut inner = locked(&self.inner);
        inner.held.retain(|_, held| held.until > now);
        if let Some(held) = inner.held.get_mut(name) {
            if held.holder != holder {
                return Ok(None);
            }
            held.until = until;
            return Ok(Some(held.fence));
        }
        inner.last += 1;
        let fence = Fence(inner.last);
        let held = Held {
            holder: holder.to_owned(),
            fence,
            until,
        };
        inner.held.insert(name.to_owned(), held);
        Ok(Some(fence))
    }

    async fn release(&self, name: &str, holder: &str) -> Result<()> {
        locked(&self.inner)
            .held
            .retain(|held_name, held| held_name != name || held.holder != holder);
        Ok(())
    }
}
