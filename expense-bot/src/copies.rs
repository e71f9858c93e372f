//! `migrate`, `backup` and `restore`: the database as a whole.

use std::io::{self, Write};
use std::path::Path;

use crate::config::{Config, Database};
use crate::error::Failure;
use crate::wire::store::Store;

/// Brings the schema up to date, and the tables of ledgers into so many partitions where that is
/// asked for.
pub(crate) async fn migrate(config: &Config, partitions: Option<u32>) -> Result<(), Failure> {
    if let Some(partitions) = partitions {
        return partition(config, partitions).await;
    }
    let store = Store::open(config).await?;
    store.close().await;
    let mut out = io::stdout().lock();
    match &config.database {
        Database::Sqlite(file) => writeln!(out, "{} is up to date.", file.display())?,
        Database::Postgres(_) => writeln!(out, "The database of DATABASE_URL is up to date.")?,
    }
    Ok(())
}

async fn partition(config: &Config, partitions: u32) -> Result<(), Failure> {
    match &config.database {
        #[cfg(feature = "postgres")]
        Database::Postgres(server) => {
            let settings = crate::wire::store::postgres(server);
            let rewritten = expense_store_postgres::partition(&settings, partitions).await?;
            let shape = match partitions {
                0 => "one table each".to_owned(),
                _ => format!("{partitions} partitions each"),
            };
            Ok(writeln!(
                io::stdout(),
                "The database of DATABASE_URL is up to date, its tables of ledgers have {shape}: \
                 {rewritten} of them were rewritten."
            )?)
        }
        _ => Err(Failure::Refused(format!(
            "--partitions {partitions} is for PostgreSQL: name a server in DATABASE_URL, or leave \
             it out"
        ))),
    }
}

/// Copies the database, also while it is in use. An existing file is never replaced.
#[cfg(feature = "sqlite")]
pub(crate) async fn backup(config: &Config, to: &Path) -> Result<(), Failure> {
    let file = file(config, "pg_dump --format=custom")?;
    expense_store_sqlite::backup(file, to).await?;
    let (to, file) = (to.display(), file.display());
    Ok(writeln!(io::stdout(), "{to} is a whole copy of {file}.")?)
}

/// Puts a copy in the database's place and says where the one that was there is now.
#[cfg(feature = "sqlite")]
pub(crate) async fn restore(config: &Config, from: &Path) -> Result<(), Failure> {
    let file = file(config, "pg_restore --clean")?;
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let replaced = expense_store_sqlite::restore(from, file, true).await?;
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{} is restored from {}.",
        file.display(),
        from.display()
    )?;
    if let Some(kept) = replaced.kept_aside {
        writeln!(out, "What was there before is kept as {}.", kept.display())?;
    }
    Ok(())
}

/// The file of the ledgers; for a server, which of its own tools does the work.
#[cfg(feature = "sqlite")]
fn file<'a>(config: &'a Config, tool: &str) -> Result<&'a Path, Failure> {
    match &config.database {
        Database::Sqlite(file) => Ok(file),
        Database::Postgres(_) => Err(Failure::Refused(format!(
            "DATABASE_URL names a PostgreSQL server: use its own tools, for example `{tool}`"
        ))),
    }
}

#[cfg(not(feature = "sqlite"))]
pub(crate) async fn backup(_: &Config, _: &Path) -> Result<(), Failure> {
    Err(Failure::lacks("sqlite"))
}

#[cfg(not(feature = "sqlite"))]
pub(crate) async fn restore(_: &Config, _: &Path) -> Result<(), Failure> {
    Err(Failure::lacks("sqlite"))
}
