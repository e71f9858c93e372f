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

fn key(document: &Document) -> String {
    let Document { parts, hints } = document;
    let Hints {
        currency,
        locale,
        sent_on,
        categories,
    } = hints;
    let mut name = Name::of("read");
    for part in parts {
        name.add(part);
    }
    name.add(b"hints");
    name.add(currency.code().as_bytes());
    name.add(locale.as_str().as_bytes());
    name.add(sent_on.to_string().as_bytes());
    for category in categories {
        name.add(category.as_bytes());
    }
    name.finish()
}

/// The name of a cached answer, by all that it depends on.
pub(super) struct Name {
    kind: &'static str,
    hash: Sha256,
}

impl Name {
    /// An answer of this kind, which depends on nothing yet.
    pub(super) fn of(kind: &'static str) -> Self {
        let hash = Sha256::new();
        Self { kind, hash }
    }

    /// The length stands before what it measures, so that no two names run together.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.hash.update(bytes.len().to_le_bytes());
        self.hash.update(bytes);
    }

    pub(super) fn finish(self) -> String {
        let digest = self.hash.finalize();
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{}:{hex}", self.kind)
    }
}
