//! Shared copies of sessions.
//!
//! A value lies behind its version and a colon: `1779796800000000:…`. A version is the server's
//! time in microseconds, or one more than the present version's where that is later.

use std::sync::LazyLock;
use std::time::Duration;

use async_trait::async_trait;
use expense_core::ports::error::Result as PortResult;
use expense_core::ports::state::{Saved, StateStore, Version, Versioned};
use redis::Script;

use crate::client::Redis;
use crate::config::millis;
use crate::error::Failure;

static SAVE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("lua/save.lua")));
static CLEAR: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("lua/clear.lua")));

#[async_trait]
impl StateStore for Redis {
    async fn load(&self, key: &str) -> PortResult<Option<Versioned>> {
        let get = redis::Cmd::get(self.key("state", key));
        let kept: Result<Option<Vec<u8>>, Failure> = self.ask(&get).await;
        kept.and_then(|kept| kept.map(versioned).transpose())
            .map_err(|failure| failure.during("state", "load"))
    }

    async fn save(
        &self,
        key: &str,
        seen: Option<Version>,
        value: &[u8],
        ttl: Duration,
    ) -> PortResult<Saved> {
        let mut save = SAVE.key(self.key("state", key));
        save.arg(seen.map_or_else(String::new, |seen| seen.0.to_string()))
            .arg(millis(ttl))
            .arg(value);
        let saved: Result<Option<u64>, Failure> = self.run(&save).await;
        let saved = saved.map_err(|failure| failure.during("state", "save"))?;
        Ok(saved.map_or(Saved::Lost, |version| Saved::Done(Version(version))))
    }

    async fn clear(&self, key: &str, seen: Version) -> PortResult<Saved> {
        let mut clear = CLEAR.key(self.key("state", key));
        clear.arg(seen.0.to_string());
        let cleared: Result<bool, Failure> = self.run(&clear).await;
        match cleared.map_err(|failure| failure.during("state", "clear"))? {
            true => Ok(Saved::Done(seen)),
            false => Ok(Saved::Lost),
        }
    }
}

fn versioned(kept: Vec<u8>) -> Result<Versioned, Failure> {
    let (version, value) = kept
        .iter()
        .position(|byte| *byte == b':')
        .and_then(|colon| kept.split_at_checked(colon))
        .ok_or(Failure::Unknown)?;
    let version = std::str::from_utf8(version).ok();
    let version = version.and_then(|version| version.parse().ok());
    Ok(Versioned {
        version: Version(version.ok_or(Failure::Unknown)?),
        value: value.get(1..).unwrap_or_default().to_vec(),
    })
}
