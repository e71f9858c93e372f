//! Categories that were suggested before.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::cached::Name;
use crate::domain::text::{Description, fold};
use crate::ports::cache::Cache;
use crate::ports::categorizer::{Categorizer, Subject, Suggestion};
use crate::ports::error::Result;

/// Remembers what was suggested for a description, folded, and a merchant out of these
/// categories; that nothing fits, too. A ledger whose categories change asks anew. A failing
/// cache costs a request, nothing else.
pub struct CachedCategorizer {
    inner: Arc<dyn Categorizer>,
    cache: Arc<dyn Cache>,
    ttl: Duration,
}

impl CachedCategorizer {
    /// This categorizer, with suggestions kept for `ttl`.
    #[must_use]
    pub fn new(inner: Arc<dyn Categorizer>, cache: Arc<dyn Cache>, ttl: Duration) -> Self {
        Self { inner, cache, ttl }
    }

    async fn known(&self, key: &str) -> Option<Option<Suggestion>> {
        let bytes = self.cache.get(key).await.ok()??;
        serde_json::from_slice(&bytes).ok()
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Categorizer for CachedCategorizer {
    async fn suggest(&self, subject: &Subject) -> Result<Option<Suggestion>> {
        let key = key(subject);
        if let Some(known) = self.known(&key).await {
            return Ok(known);
        }
        let suggestion = self.inner.suggest(subject).await?;
        if let Ok(bytes) = serde_json::to_vec(&suggestion) {
            // A cache that fails costs another request, as one that forgets.
            let _ = self.cache.put(&key, &bytes, self.ttl).await;
        }
        Ok(suggestion)
    }
}

fn key(subject: &Subject) -> String {
    let Subject {
        description,
        merchant,
        categories,
    } = subject;
    let merchant = merchant.as_ref().map_or("", Description::as_str);
    let mut name = Name::of("suggestion");
    name.add(fold(description.as_str()).as_bytes());
    name.add(fold(merchant).as_bytes());
    for category in categories {
        name.add(category.as_bytes());
    }
    name.finish()
}
