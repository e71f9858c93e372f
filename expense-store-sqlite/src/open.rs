//! From a path to a store, or a sentence that says why not.

use std::fs::{DirBuilder, OpenOptions};
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use rusqlite::OpenFlags;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection, SqlitePool};

use crate::config::Config;
use crate::error::{Failure, OpenError};
use crate::migrate::{APPLICATION_ID, migrate, newest, schema};

/// Pages of the write-ahead log after which it is written back: 16 MB.
const CHECKPOINT_PAGES: u32 = 4_000;
/// What the writer keeps of the file in memory, in KiB (negative by SQLite's convention).
const WRITER_CACHE: i32 = -8_000;
/// Statements that are kept ready: all that recording has.
const STATEMENTS: usize = 64;
/// Connections that nobody needs are closed after this time.
const IDLE: Duration = Duration::from_secs(60);

/// What a file is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// There is nothing in it yet.
    Empty,
    /// It is a store of this schema.
    Ours(i64),
    /// It belongs to another program.
    Foreign,
}

/// The connections of a store.
pub(crate) struct Connections {
    /// For commits alone.
    pub(crate) recorder: rusqlite::Connection,
    pub(crate) writer: SqlitePool,
    pub(crate) readers: SqlitePool,
}

/// Opens the file, makes it where it is missing and brings its schema up to date.
pub(crate) async fn open(config: &Config) -> Result<Connections, OpenError> {
    make(&config.path)?;
    check(&config.path, config.busy_timeout).await?;
    let opening = |failure: Failure| failure.opening(config.path.clone());
    connect(config).await.map_err(opening)
}

/// Looks at the file without changing it: only an empty one or one of ours may be opened.
pub(crate) async fn check(path: &Path, busy_timeout: Duration) -> Result<Kind, OpenError> {
    let kind = inspect(path, busy_timeout)
        .await
        .map_err(|failure| failure.opening(path.to_owned()))?;
    match kind {
        Kind::Foreign => Err(OpenError::Foreign(path.to_owned())),
        Kind::Ours(found) if found > newest() => Err(OpenError::Newer {
            path: path.to_owned(),
            found,
            known: newest(),
        }),
        Kind::Empty | Kind::Ours(_) => Ok(kind),
    }
}

async fn inspect(path: &Path, busy_timeout: Duration) -> Result<Kind, Failure> {
    if begins_otherwise(path) {
        return Ok(Kind::Foreign);
    }
    let mut connection = plain(path, busy_timeout).connect().await?;
    let application: i64 = sqlx::query_scalar("PRAGMA application_id")
        .fetch_one(&mut connection)
        .await?;
    let tables: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_schema")
        .fetch_one(&mut connection)
        .await?;
    let kind = match (application, tables) {
        (APPLICATION_ID, _) => Kind::Ours(schema(&mut connection).await?),
        (0, 0) => Kind::Empty,
        _ => Kind::Foreign,
    };
    connection.close().await?;
    Ok(kind)
}

/// Whether the file is no SQLite database at all: those begin with these words.
fn begins_otherwise(path: &Path) -> bool {
    const MAGIC: &[u8] = b"SQLite format 3\0";
    let mut head = Vec::with_capacity(MAGIC.len());
    let read = std::fs::File::open(path).and_then(|file| {
        std::io::Read::read_to_end(
            &mut std::io::Read::take(file, MAGIC.len() as u64),
            &mut head,
        )
    });
    read.is_ok() && !head.is_empty() && head != MAGIC
}

/// The file with its folder, readable by their owner alone.
fn make(path: &Path) -> Result<(), OpenError> {
    if path.is_dir() {
        return Err(OpenError::NotAFile(path.to_owned()));
    }
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder
            .create(folder)
            .map_err(|_| OpenError::Folder(path.to_owned()))?;
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) => Err(match error.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                OpenError::ReadOnly(path.to_owned())
            }
            ErrorKind::StorageFull => OpenError::Full(path.to_owned()),
            kind => OpenError::Other {
                path: path.to_owned(),
                reason: kind.to_string(),
            },
        }),
    }
}

/// A connection that changes nothing by connecting.
pub(crate) fn plain(path: &Path, busy_timeout: Duration) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .foreign_keys(true)
        .busy_timeout(busy_timeout)
        .disable_statement_logging()
}

async fn connect(config: &Config) -> Result<Connections, Failure> {
    let options = plain(&config.path, config.busy_timeout)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let writing = (options.clone())
        .pragma("wal_autocheckpoint", CHECKPOINT_PAGES.to_string())
        // What is erased leaves no trace in the file's free space.
        .pragma("secure_delete", "ON");
    let writer = pool(1, config).connect_with(writing).await?;
    migrate(&mut *writer.acquire().await?).await?;
    let readers =
        pool(config.readers.max(1), config).connect_lazy_with(options.pragma("query_only", "ON"));
    Ok(Connections {
        recorder: recorder(config)?,
        writer,
        readers,
    })
}

/// As durable as the others.
fn recorder(config: &Config) -> rusqlite::Result<rusqlite::Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = rusqlite::Connection::open_with_flags(&config.path, flags)?;
    connection.busy_timeout(config.busy_timeout)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    for (pragma, value) in [
        ("wal_autocheckpoint", i64::from(CHECKPOINT_PAGES)),
        ("cache_size", i64::from(WRITER_CACHE)),
    ] {
        connection.pragma_update(None, pragma, value)?;
    }
    for (pragma, value) in [
        ("synchronous", "FULL"),
        ("foreign_keys", "ON"),
        ("secure_delete", "ON"),
    ] {
        connection.pragma_update(None, pragma, value)?;
    }
    Ok(connection)
}

fn pool(connections: u32, config: &Config) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .max_lifetime(None)
        .idle_timeout(IDLE)
        .acquire_timeout(config.busy_timeout * 4)
        .test_before_acquire(false)
        // SQLite itself ends a transaction that meets a full disk. The rollback that follows fails
        // then, and the connection would refuse to begin another one for ever.
        .before_acquire(|connection, _| {
            let usable = !connection.is_in_transaction();
            Box::pin(async move { Ok(usable) })
        })
}

/// Whether the file is sound in itself: its pages, its indexes and its references.
pub(crate) async fn is_sound(connection: &mut SqliteConnection) -> Result<bool, Failure> {
    let report: String = sqlx::query_scalar("PRAGMA integrity_check(1)")
        .fetch_one(&mut *connection)
        .await?;
    let orphans = sqlx::query("PRAGMA foreign_key_check")
        .fetch_optional(connection)
        .await?;
    Ok(report == "ok" && orphans.is_none())
}
