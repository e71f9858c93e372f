//! `migrate`: the schema of the database.

use std::io::{self, Write};

use crate::config::{Config, Database};
use crate::error::Failure;
use crate::wire::store::Store;

/// Brings the schema up to date.
pub(crate) async fn run(config: &Config) -> Result<(), Failure> {
    let store = Store::open(config).await?;
    store.close().await;
    let mut out = io::stdout().lock();
    match &config.database {
        Database::Sqlite(file) => writeln!(out, "{} is up to date.", file.display())?,
        Database::Postgres(_) => writeln!(out, "The database of DATABASE_URL is up to date.")?,
    }
    Ok(())
}
