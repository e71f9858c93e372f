//! Values that may be forgotten.

use std::time::Duration;

use async_trait::async_trait;
use expense_core::ports::cache::Cache;
use expense_core::ports::error::Result as PortResult;
use redis::{Cmd, SetExpiry, SetOptions};

use crate::client::Redis;
use crate::config::millis;

#[async_trait]
impl Cache for Redis {
    async fn get(&self, key: &str) -> PortResult<Option<Vec<u8>>> {
        let get = Cmd::get(self.key("cache", key));
        let found = self.ask(&get).await;
        found.map_err(|failure| failure.during("cache", "get"))
    }

    async fn put(&self, key: &str, value: &[u8], ttl: Duration) -> PortResult<()> {
        let until = SetOptions::default().with_expiration(SetExpiry::PX(millis(ttl)));
        let put = Cmd::set_options(self.key("cache", key), value, until);
        let done = self.put(put).await;
        done.map_err(|failure| failure.during("cache", "put"))
    }

    async fn forget(&self, key: &str) -> PortResult<()> {
        let forget = Cmd::del(self.key("cache", key));
        let done = self.ask(&forget).await;
        done.map_err(|failure| failure.during("cache", "forget"))
    }
}
