//! An adapter of one's own, proved in one line: a cache that keeps each value in a file.
//!
//! `cargo test -p expense-examples --example write_an_adapter`

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use expense_core::ports::cache::Cache;
use expense_core::ports::clock::Clock;
use expense_core::ports::error::{Fault, PortError, Result};

/// Keeps values in a directory. A file begins with the microsecond at which it runs out.
struct FileCache {
    directory: PathBuf,
    clock: Arc<dyn Clock>,
    written: AtomicU64,
}

impl FileCache {
    /// The file of a key: its bytes in hexadecimal, so that no two keys share one and none leads
    /// out of the directory. A longer key is not kept: a cache may forget.
    fn file(&self, key: &str) -> Option<PathBuf> {
        let name: String = key.bytes().map(|byte| format!("{byte:02x}")).collect();
        (key.len() <= 100).then(|| self.directory.join(format!("value-{name}")))
    }

    fn find(&self, key: &str) -> std::io::Result<Option<Vec<u8>>> {
        let Some(file) = self.file(key) else {
            return Ok(None);
        };
        let content = match std::fs::read(file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            content => content?,
        };
        let Some((until, value)) = content.split_first_chunk() else {
            return Ok(None);
        };
        let alive = self.clock.now().timestamp_micros() < i64::from_le_bytes(*until);
        Ok(alive.then(|| value.to_vec()))
    }

    fn keep(&self, key: &str, value: &[u8], ttl: Duration) -> std::io::Result<()> {
        let Some(file) = self.file(key) else {
            return Ok(());
        };
        let ttl = i64::try_from(ttl.as_micros()).unwrap_or(i64::MAX);
        let until = self.clock.now().timestamp_micros().saturating_add(ttl);
        // Written aside and renamed, so that nobody ever reads half of it.
        let aside = self.written.fetch_add(1, Ordering::Relaxed);
        let aside = self.directory.join(format!("aside-{aside}"));
        std::fs::write(&aside, [&until.to_le_bytes(), value].concat())?;
        std::fs::rename(aside, file)
    }

    fn drop_file(&self, key: &str) -> std::io::Result<()> {
        match self.file(key).map(std::fs::remove_file) {
            Some(Err(error)) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// A full or missing disk may be back later: callers treat it as a miss.
fn failed(operation: &'static str) -> impl Fn(std::io::Error) -> PortError {
    move |error| {
        PortError::new("cache", operation, Fault::Unavailable).because(error.kind().to_string())
    }
}

// The files are small: an adapter for larger ones would use `spawn_blocking`.
#[async_trait]
impl Cache for FileCache {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        self.find(key).map_err(failed("get"))
    }

    async fn put(&self, key: &str, value: &[u8], ttl: Duration) -> Result<()> {
        self.keep(key, value, ttl).map_err(failed("put"))
    }

    async fn forget(&self, key: &str) -> Result<()> {
        self.drop_file(key).map_err(failed("forget"))
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cache = FileCache {
        directory: std::env::temp_dir(),
        clock: Arc::new(expense_core::memory::clock::SystemClock),
        written: AtomicU64::new(0),
    };
    cache
        .put("greeting", b"hello", Duration::from_secs(60))
        .await?;
    println!("kept: {:?}", cache.get("greeting").await?);
    Ok(cache.forget("greeting").await?)
}

#[cfg(test)]
mod proof {
    use expense_core::memory::clock::ManualClock;
    use expense_core::testing::conformance::cache::CacheBench;
    use expense_core::testing::fixtures::noon;

    use super::*;

    async fn fresh_cache() -> CacheBench {
        let directory = tempfile::tempdir().expect("a directory");
        let clock = Arc::new(ManualClock::at(noon()));
        let cache: Arc<dyn Cache> = Arc::new(FileCache {
            directory: directory.path().to_owned(),
            clock: clock.clone(),
            written: AtomicU64::new(0),
        });
        CacheBench::new(cache).with_clock(clock).keeping(directory)
    }

    // The one line.
    expense_core::cache_conformance!(fresh_cache);
}
