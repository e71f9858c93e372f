//! Work that many want at the same time and one does.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::Mutex as AsyncMutex;

/// One lock a key, kept as long as anybody holds it.
#[derive(Debug, Default)]
pub(super) struct Flights {
    by_key: Mutex<HashMap<String, Weak<AsyncMutex<()>>>>,
}

impl Flights {
    /// What those who want the same at the same time share: whoever holds it does the work, the
    /// others find it done.
    pub(super) fn of(&self, key: &str) -> Arc<AsyncMutex<()>> {
        let mut flights = self.by_key.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = flights.get(key).and_then(Weak::upgrade) {
            return flight;
        }
        flights.retain(|_, flight| flight.strong_count() > 0);
        let flight = Arc::default();
        flights.insert(key.to_owned(), Arc::downgrade(&flight));
        flight
    }
}
