//! Connections of the pool, each for one answer.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres};

use crate::error::Failure;

/// How much of the connections is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolUse {
    /// Connections at most.
    pub max: u32,
    /// Connections that are open, idle ones included.
    pub open: u32,
    /// Connections that nobody uses.
    pub idle: u32,
    /// Reads that wait for a connection.
    pub waiting: u32,
}

/// Those who read.
pub(crate) struct Readers {
    pool: PgPool,
    /// Who waits for a connection at this moment.
    waiting: AtomicU32,
    patience: Duration,
}

impl Readers {
    /// An answer is waited for so long at most.
    pub(crate) fn new(pool: PgPool, patience: Duration) -> Self {
        Self {
            pool,
            waiting: AtomicU32::new(0),
            patience,
        }
    }

    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }

    pub(crate) fn pool_use(&self) -> PoolUse {
        let idle = u32::try_from(self.pool.num_idle()).unwrap_or(u32::MAX);
        PoolUse {
            max: self.pool.options().get_max_connections(),
            open: self.pool.size(),
            idle,
            waiting: self.waiting.load(Ordering::Relaxed),
        }
    }

    /// Runs this on a connection of the pool, for as long as an answer is waited for.
    pub(crate) async fn with<T>(
        &self,
        run: impl AsyncFnOnce(&mut PgConnection) -> Result<T, Failure> + Send,
    ) -> Result<T, Failure> {
        let mut connection = self.connection().await?;
        let answered = tokio::time::timeout(self.patience, run(&mut connection)).await;
        let answered = answered.unwrap_or(Err(Failure::Silent));
        if answered.as_ref().is_err_and(Failure::ends_connection) {
            connection.close_on_drop();
        }
        answered
    }

    /// One of the pool, as soon as it is free.
    async fn connection(&self) -> Result<PoolConnection<Postgres>, Failure> {
        let _waits = Waits::one_more(&self.waiting);
        self.pool.acquire().await.map_err(|error| match error {
            // It was not for want of a free one.
            sqlx::Error::PoolTimedOut if self.pool.size() == 0 => Failure::Unreachable,
            error => error.into(),
        })
    }
}

/// One who waits, also if they stop waiting half way.
struct Waits<'a>(&'a AtomicU32);

impl<'a> Waits<'a> {
    fn one_more(waiting: &'a AtomicU32) -> Self {
        waiting.fetch_add(1, Ordering::Relaxed);
        Self(waiting)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
