//! Copies of ledgers that instances share, so that the store is asked once for all of them.
//!
//! Whoever misses one claims it, asks the store and puts it there; the others look again, for a
//! bounded time, and then ask the store themselves. Whatever fails here is a miss.

use std::sync::Arc;

use super::Inner;
use crate::domain::keys::ChatKey;
use crate::domain::ledger::Ledger;
use crate::domain::limits;
use crate::ports::error::Result;
use crate::ports::state::{Saved, Version};

/// How the bytes of a copy are written. Those that begin otherwise are another program's: a miss.
const FORMAT: u8 = b'1';

/// What a look into the shared cache came to.
enum Look {
    Hit(Arc<Ledger>),
    Miss,
    Failed,
}

/// Who asks the store.
enum Claim {
    /// This instance, under this version.
    Ours(Version),
    Theirs,
    Failed,
}

impl Inner {
    /// Whether other instances see this one's copies.
    pub(super) fn shares_ledgers(&self) -> bool {
        self.options.ledgers.are_shared()
    }

    /// The chat's ledger from the shared cache, or from the store: `true` says which.
    pub(super) async fn shared_ledger(
        &self,
        chat: &ChatKey,
    ) -> Result<(Option<Arc<Ledger>>, bool)> {
        let mut pause = limits::LEDGER_LOOK;
        for _ in 0..limits::LEDGER_LOOKS {
            match self.look_for_ledger(chat).await {
                Look::Hit(ledger) => return Ok((Some(ledger), false)),
                Look::Miss => {}
                Look::Failed => break,
            }
            match self.claim_ledger(chat).await {
                Claim::Ours(claim) => return self.fill_ledger(chat, claim).await,
                Claim::Theirs => tokio::time::sleep(pause).await,
                Claim::Failed => break,
            }
            pause *= 2;
        }
        Ok((self.stored_ledger(chat).await?, true))
    }

    async fn fill_ledger(
        &self,
        chat: &ChatKey,
        claim: Version,
    ) -> Result<(Option<Arc<Ledger>>, bool)> {
        // Somebody may have put it there between the look and the claim.
        let found = match self.look_for_ledger(chat).await {
            Look::Hit(ledger) => Ok((Some(ledger), false)),
            _ => self.stored_ledger(chat).await.map(|found| (found, true)),
        };
        // A claim that stays runs out.
        let _ = self.ports.states.clear(&claim_key(chat), claim).await;
        found
    }

    async fn look_for_ledger(&self, chat: &ChatKey) -> Look {
        let found = self.ports.cache.get(&copy_key(chat)).await;
        let ledger = found.map(|bytes| decoded(&bytes?));
        let outcome = match &ledger {
            Ok(Some(_)) => "hit",
            Ok(None) => "miss",
            Err(_) => "error",
        };
        metrics::counter!("cache_requests_total", "cache" => "ledgers_shared", "outcome" => outcome)
            .increment(1);
        match ledger {
            Ok(Some(ledger)) => {
                let ledger = Arc::new(ledger);
                self.ledgers.put(chat, &ledger);
                Look::Hit(ledger)
            }
            Ok(None) => Look::Miss,
            Err(_) => Look::Failed,
        }
    }

    async fn claim_ledger(&self, chat: &ChatKey) -> Claim {
        let (key, ttl) = (claim_key(chat), limits::LEDGER_CLAIM);
        match self.ports.states.save(&key, None, b"", ttl).await {
            Ok(Saved::Done(version)) => Claim::Ours(version),
            Ok(Saved::Lost) => Claim::Theirs,
            Err(_) => Claim::Failed,
        }
    }

    /// Shows the others what the store says.
    pub(super) async fn share_ledger(&self, chat: &ChatKey, ledger: &Ledger) {
        if !self.shares_ledgers() {
            return;
        }
        if let Some(bytes) = encoded(ledger) {
            let (key, ttl) = (copy_key(chat), self.options.ledgers.ttl);
            // What the others don't find they ask the store for.
            let _ = self.ports.cache.put(&key, &bytes, ttl).await;
        }
    }

    /// Drops every copy that this instance can reach. One that stays elsewhere is found to be
    /// behind when something is decided by it, and goes after its time.
    pub(super) async fn drop_ledger(&self, chat: &ChatKey) {
        self.ledgers.drop(chat);
        if self.shares_ledgers() {
            let _ = self.ports.cache.forget(&copy_key(chat)).await;
        }
    }
}

fn encoded(ledger: &Ledger) -> Option<Vec<u8>> {
    let mut bytes = vec![FORMAT];
    serde_json::to_writer(&mut bytes, ledger).ok()?;
    Some(bytes)
}

fn decoded(bytes: &[u8]) -> Option<Ledger> {
    let (&format, kept) = bytes.split_first()?;
    (format == FORMAT).then(|| serde_json::from_slice(kept).ok())?
}

fn copy_key(chat: &ChatKey) -> String {
    format!("ledger/{}", chat.as_str())
}

fn claim_key(chat: &ChatKey) -> String {
    format!("ledger/{}", chat.as_str())
}
