//! The configured database, whichever kind it is, handed out and filled as a whole.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use expense_archive::{Header, Writer, Written};
use expense_core::memory::record::Record;

use crate::config::{Config, Database};
use crate::error::Failure;
#[cfg(feature = "postgres")]
use crate::wire::store::postgres;

/// How it is called in a sentence.
pub(super) fn name(config: &Config) -> String {
    match &config.database {
        Database::Sqlite(file) => file.display().to_string(),
        Database::Postgres(_) => "the database of DATABASE_URL".to_owned(),
    }
}

/// An archive of all that it holds at this moment.
pub(super) async fn archive(
    config: &Config,
    to: &Path,
    at: DateTime<Utc>,
) -> Result<Written, Failure> {
    match &config.database {
        #[cfg(feature = "sqlite")]
        Database::Sqlite(file) => archive_file(file, to, at).await,
        #[cfg(feature = "postgres")]
        Database::Postgres(server) => {
            let mut writer = writer(to, at, "postgres", expense_store_postgres::schema())?;
            let put = |record| Ok::<_, Failure>(writer.put(&record)?);
            expense_store_postgres::dump(&postgres(server), put).await?;
            Ok(writer.finish()?)
        }
        // The configuration has refused it.
        #[cfg(not(all(feature = "sqlite", feature = "postgres")))]
        _ => Err(Failure::Refused("this build lacks the database".to_owned())),
    }
}

/// An archive of a SQLite file.
#[cfg(feature = "sqlite")]
pub(super) async fn archive_file(
    file: &Path,
    to: &Path,
    at: DateTime<Utc>,
) -> Result<Written, Failure> {
    let mut writer = writer(to, at, "sqlite", expense_store_sqlite::schema())?;
    let put = |record| Ok::<_, Failure>(writer.put(&record)?);
    expense_store_sqlite::dump(file, put).await?;
    Ok(writer.finish()?)
}

fn writer(to: &Path, at: DateTime<Utc>, database: &str, schema: i64) -> Result<Writer, Failure> {
    let header = Header::new(env!("CARGO_PKG_VERSION"), at, database, schema);
    Ok(Writer::create(to, header)?)
}

/// Puts these records in the place of all that it holds, and says where that is kept now.
pub(super) async fn fill(
    config: &Config,
    at: DateTime<Utc>,
    replace: bool,
    records: impl Iterator<Item = Result<Record, Failure>>,
) -> Result<Option<PathBuf>, Failure> {
    match &config.database {
        #[cfg(feature = "sqlite")]
        Database::Sqlite(file) => {
            let loaded = expense_store_sqlite::load(file, at, replace, records).await?;
            Ok(loaded.kept_aside)
        }
        #[cfg(feature = "postgres")]
        Database::Postgres(server) => {
            let _ = at;
            expense_store_postgres::load(&postgres(server), replace, records).await?;
            Ok(None)
        }
        // The configuration has refused it.
        #[cfg(not(all(feature = "sqlite", feature = "postgres")))]
        _ => Err(Failure::Refused("this build lacks the database".to_owned())),
    }
}
