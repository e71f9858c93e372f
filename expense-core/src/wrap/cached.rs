//! Receipts that were read before.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sha2::{Digest, Sha256};

use super::flights::Flights;
use crate::ports::cache::Cache;
use crate::ports::error::Result;
use crate::ports::ocr::{Document, Hints, Read, Reading, ReceiptOcr};

/// Remembers what was read, by content and hints, and reads an image once even when it is asked
/// for many times at once. Only receipts are remembered: what could not be read, or was not
/// taken for a receipt, deserves another look. A failing cache costs a reading, nothing else.
pub struct CachedOcr {
    inner: Arc<dyn ReceiptOcr>,
    cache: Arc<dyn Cache>,
    ttl: Duration,
    flights: Flights,
}

impl CachedOcr {
    /// This reader, with readings kept for `ttl`.
    #[must_use]
    pub fn new(inner: Arc<dyn ReceiptOcr>, cache: Arc<dyn Cache>, ttl: Duration) -> Self {
        Self {
            inner,
            cache,
            ttl,
            flights: Flights::default(),
        }
    }

    async fn known(&self, key: &str) -> Option<Read> {
        let bytes = self.cache.get(key).await.ok()??;
        serde_json::from_slice(&bytes).ok()
    }

    async fn remember(&self, key: &str, read: &Read) {
        if let (Reading::Receipt(_), Ok(bytes)) = (&read.reading, serde_json::to_vec(read)) {
            // A cache that fails costs another reading, as one that forgets.
            let _ = self.cache.put(key, &bytes, self.ttl).await;
        }
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl ReceiptOcr for CachedOcr {
    async fn read(&self, document: &Document) -> Result<Read> {
        let key = key(document);
        let flight = self.flights.of(&key);
        let _alone = flight.lock().await;
        if let Some(read) = self.known(&key).await {
            return Ok(read);
        }
        let read = self.inner.read(document).await?;
        self.remember(&key, &read).await;
        Ok(read)
    }
}

/// Lengths stand before what they measure, so that no two documents run together.
fn key(document: &Document) -> String {
    let Document { parts, hints } = document;
    let Hints {
        currency,
        locale,
        sent_on,
        categories,
    } = hints;
    let mut hash = Sha256::new();
    let mut add = |bytes: &[u8]| {
        hash.update(bytes.len().to_le_bytes());
        hash.update(bytes);
    };
    for part in parts {
        add(part);
    }
    add(b"hints");
    add(currency.code().as_bytes());
    add(locale.as_str().as_bytes());
    add(sent_on.to_string().as_bytes());
    for category in categories {
        add(category.as_bytes());
    }
    let hex: String = hash
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("read:{hex}")
}
