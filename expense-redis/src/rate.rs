//! Rate limits: an exact sliding window, by the server's clock.

use std::sync::LazyLock;
use std::time::Duration;

use async_trait::async_trait;
use expense_core::ports::error::Result as PortResult;
use expense_core::ports::rate::{Quota, RateLimiter, Take, Verdict};
use redis::{Cmd, Script};

use crate::client::Redis;
use crate::config::LONGEST;
use crate::error::Failure;
use crate::script::Lua;

/// The most refused tokens that are remembered in a bucket.
const REFUSED_TOKENS: u32 = 256;

/// Takes a list of: two keys, six arguments.
pub(crate) static TAKE: LazyLock<Lua> = LazyLock::new(|| Lua::new(include_str!("lua/take.lua"), 2));
static RESTAMP: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("lua/restamp.lua")));

#[async_trait]
impl RateLimiter for Redis {
    async fn take(&self, take: &Take, quota: Quota) -> PortResult<Verdict> {
        let key = self.key("rate", &take.bucket);
        let at = take.at.map(|at| at.timestamp_micros().max(1));
        let token = take.token.as_deref().map(member);
        let mut wanted = Cmd::new();
        wanted.arg(format!("{key}:refused")).arg(&key);
        wanted.arg(quota.burst.max(1)).arg(micros(quota.period));
        wanted.arg(at.map_or_else(String::new, |at| at.to_string()));
        wanted.arg(token.as_deref().unwrap_or_default());
        wanted.arg(REFUSED_TOKENS).arg(kept(quota.period));
        let wait: Result<i64, Failure> = self.take(wanted).await;
        let wait = wait.map_err(|failure| failure.during("rate", "take"))?;
        Ok(match u64::try_from(wait) {
            Ok(wait) => Verdict::Limited {
                retry_after: Duration::from_micros(wait),
            },
            Err(_) => Verdict::Allowed,
        })
    }

    async fn restamp(&self, take: &Take, quota: Quota) -> PortResult<()> {
        let Some(token) = take.token.as_deref() else {
            return Ok(());
        };
        let mut script = RESTAMP.key(self.key("rate", &take.bucket));
        script.arg(member(token)).arg(kept(quota.period));
        let stamped: Result<(), Failure> = self.run(&script).await;
        stamped.map_err(|failure| failure.during("rate", "restamp"))
    }
}

/// The name of what a token took.
fn member(token: &str) -> String {
    format!("token {token}")
}

/// For how many milliseconds what was taken is kept: it may come again, and late.
fn kept(period: Duration) -> u64 {
    micros(period).div_ceil(500)
}

/// Rounded up: a period is never shorter than it was asked for.
fn micros(period: Duration) -> u64 {
    let micros = period.min(LONGEST).as_nanos().div_ceil(1_000);
    u64::try_from(micros).unwrap_or(u64::MAX)
}
