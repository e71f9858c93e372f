//! What a process that ends leaves to whoever goes on with its work.

use std::time::Duration;

use super::Service;
use crate::ports::error::Result;
use crate::ports::state::Saved;

/// As long as messengers keep what nobody took from them: a day.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

impl Service {
    /// Leaves a word under this name for whoever goes on after this process, for a day. It spares
    /// work that was done; it may be lost like any shared copy.
    ///
    /// # Errors
    ///
    /// Those of the shared state.
    pub async fn leave(&self, name: &str, word: &[u8]) -> Result<()> {
        let (common, key) = (&self.inner.ports.common, key(name));
        let seen = common.load(&key).await?.map(|earlier| earlier.version);
        common.save(&key, seen, word, KEPT).await.map(drop)
    }

    /// Takes the word that was left under this name: nobody finds it again.
    ///
    /// # Errors
    ///
    /// Those of the shared state.
    pub async fn left(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let (common, key) = (&self.inner.ports.common, key(name));
        let Some(word) = common.load(&key).await? else {
            return Ok(None);
        };
        let taken = common.clear(&key, word.version).await?;
        Ok((taken != Saved::Lost).then_some(word.value))
    }
}

fn key(name: &str) -> String {
    format!("left/{name}")
}
