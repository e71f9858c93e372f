//! Whose turn it is to write.
//!
//! Two connections of a store write: the thread that records commits, and a pool of one for
//! claims, parked replies and shared copies. SQLite lets one of them wait by looking again and
//! again, and the busier one would never let go; in a line nobody is passed over.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use sqlx::pool::PoolConnection;
use sqlx::{Sqlite, SqliteConnection, SqlitePool};
use tokio::sync::{Mutex, MutexGuard, OwnedMutexGuard};

use crate::error::Failure;

/// The line in which all who write within this process wait, first come, first served.
#[derive(Clone, Default)]
pub(crate) struct Turn(Arc<Mutex<()>>);

impl Turn {
    /// Waits on a thread that may block.
    pub(crate) fn blocking_take(&self) -> MutexGuard<'_, ()> {
        self.0.blocking_lock()
    }
}

/// The connection for what is not a commit.
pub(crate) struct Writer {
    pool: SqlitePool,
    turn: Turn,
}

/// That connection, in its turn.
pub(crate) struct Writing {
    connection: PoolConnection<Sqlite>,
    _turn: OwnedMutexGuard<()>,
}

impl Writer {
    pub(crate) fn new(pool: SqlitePool, turn: Turn) -> Self {
        Self { pool, turn }
    }

    pub(crate) async fn acquire(&self) -> Result<Writing, Failure> {
        let turn = Arc::clone(&self.turn.0).lock_owned().await;
        Ok(Writing {
            connection: self.pool.acquire().await?,
            _turn: turn,
        })
    }

    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}

impl Deref for Writing {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.connection
    }
}

impl DerefMut for Writing {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }
}
