//! What must run once among many instances.

use std::sync::LazyLock;
use std::time::Duration;

use async_trait::async_trait;
use expense_core::ports::error::Result as PortResult;
use expense_core::ports::lease::{Fence, Lease};
use redis::Script;

use crate::client::Redis;
use crate::config::millis;
use crate::error::Failure;

static TAKE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("lua/lease.lua")));
static RELEASE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("lua/release.lua")));

#[async_trait]
impl Lease for Redis {
    async fn take(&self, name: &str, holder: &str, ttl: Duration) -> PortResult<Option<Fence>> {
        let key = self.key("lease", name);
        let mut take = TAKE.key(format!("{key}:fence"));
        let take = take.key(key).arg(holder).arg(millis(ttl));
        let taken: Result<Option<u64>, Failure> = self.run(take).await;
        let fence = taken.map_err(|failure| failure.during("lease", "take"))?;
        Ok(fence.map(Fence))
    }

    async fn release(&self, name: &str, holder: &str) -> PortResult<()> {
        let mut release = RELEASE.key(self.key("lease", name));
        release.arg(holder);
        let released: Result<(), Failure> = self.run(&release).await;
        released.map_err(|failure| failure.during("lease", "release"))
    }
}
