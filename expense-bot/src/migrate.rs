//! `migrate`: the schema of the database.

use std::io::{self, Write};

use crate::config::{Config, Database};
use crate::error::Failure;
use crate::wire::store::Store;

/// Brings the schema up to date, and the tables of ledgers into so many partitions where that is
/// asked for.
pub(crate) async fn run(config: &Config, partitions: Option<u32>) -> Result<(), Failure> {
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
