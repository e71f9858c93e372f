//! Stores that are archived and filled.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use expense_archive::{Header, Reader, Summary, Writer};
use expense_core::memory::clock::SystemClock;
use expense_core::memory::record::Record;
use expense_core::ports::clock::Clock;
use expense_core::testing::fixtures::noon;
use expense_store_postgres::PostgresStore;
use expense_store_postgres::testing::Database;
use expense_store_sqlite::SqliteStore;

pub(crate) type Anything = Box<dyn Error>;

pub(crate) async fn sqlite(file: &Path) -> Arc<SqliteStore> {
    let config = expense_store_sqlite::Config::new(file);
    Arc::new(SqliteStore::open(config).await.unwrap())
}

pub(crate) async fn postgres(database: &Database) -> Arc<PostgresStore> {
    Arc::new(PostgresStore::open(database.config()).await.unwrap())
}

/// An archive of a file.
pub(crate) async fn archive_sqlite(file: &Path, to: &Path) -> Result<Summary, Anything> {
    let schema = expense_store_sqlite::schema();
    let mut writer = Writer::create(to, Header::new("test", noon(), "sqlite", schema))?;
    let put = |record: Record| Ok::<_, Anything>(writer.put(&record)?);
    expense_store_sqlite::dump(file, put).await?;
    Ok(writer.finish()?.manifest.holds)
}

/// An archive of a database on a server.
pub(crate) async fn archive_postgres(database: &Database, to: &Path) -> Result<Summary, Anything> {
    let schema = expense_store_postgres::schema();
    let mut writer = Writer::create(to, Header::new("test", noon(), "postgres", schema))?;
    let put = |record: Record| Ok::<_, Anything>(writer.put(&record)?);
    expense_store_postgres::dump(&database.config(), put).await?;
    Ok(writer.finish()?.manifest.holds)
}

/// What is in an archive, to be loaded as it is.
pub(crate) fn records(archive: &Path) -> impl Iterator<Item = Result<Record, Anything>> + use<> {
    let reader = Reader::open(archive).unwrap();
    reader.map(|record| Ok(record?))
}

/// The same as a restore loads it.
pub(crate) fn renewed(
    archive: &Path,
    at: DateTime<Utc>,
) -> impl Iterator<Item = Result<Record, Anything>> + use<> {
    records(archive).map(move |record| Ok(record?.renewed(at)))
}

pub(crate) fn now() -> DateTime<Utc> {
    SystemClock.now()
}
