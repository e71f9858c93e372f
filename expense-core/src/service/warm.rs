//! A process that starts knows at once the ledgers that were in use last.
//!
//! Their chats are kept as state, which outlives a process wherever state does; the ledgers
//! themselves come from the store, in one query.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::Inner;
use crate::domain::keys::ChatKey;
use crate::domain::limits;
use crate::ports::error::Result;

const KEY: &str = "ledgers/in-use";

/// Warms the copies, then notes from time to time and at its end which chats are in use.
pub(super) async fn work(inner: &Inner, stop: &CancellationToken) {
    if inner.options.ledgers.ttl.is_zero() {
        return;
    }
    if let Err(error) = inner.warm_ledgers().await {
        tracing::debug!(%error, "ledgers are read when they are asked for");
    }
    while !stop.is_cancelled() {
        let pause = tokio::time::sleep(limits::IN_USE_NOTED);
        let _ = stop.run_until_cancelled(pause).await;
        if let Err(error) = inner.note_in_use().await {
            tracing::debug!(%error, "it was not noted which ledgers are in use");
        }
    }
}

impl Inner {
    async fn warm_ledgers(&self) -> Result<()> {
        let Some(noted) = self.ports.common.load(KEY).await? else {
            return Ok(());
        };
        let Ok(mut chats) = serde_json::from_slice::<Vec<ChatKey>>(&noted.value) else {
            // Another program's.
            return Ok(());
        };
        chats.truncate(limits::LEDGERS_WARMED);
        for ledger in self.ports.store.ledgers(&chats).await? {
            let chat = ledger.chat.clone();
            self.ledgers.offer(&chat, Arc::new(ledger));
        }
        Ok(())
    }

    async fn note_in_use(&self) -> Result<()> {
        let chats = self.ledgers.some(limits::LEDGERS_WARMED);
        let Ok(value) = serde_json::to_vec(&chats) else {
            return Ok(());
        };
        if chats.is_empty() {
            return Ok(());
        }
        let common = &self.ports.common;
        let seen = common.load(KEY).await?.map(|noted| noted.version);
        // Where another instance was quicker, its chats are in use as well.
        common.save(KEY, seen, &value, limits::IN_USE_KEPT).await?;
        Ok(())
    }
}
