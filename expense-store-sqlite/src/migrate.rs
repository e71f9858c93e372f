//! Brings the schema up to date: numbered migrations, each once, all in one transaction.

use sqlx::migrate::Migrator;
use sqlx::{Connection, SqliteConnection};

use crate::error::Failure;

/// Every migration, the newest last. Each sets `user_version` to its own number.
pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!();

/// Marks a file as ours: the bytes "EXPK" in its header.
pub(crate) const APPLICATION_ID: i64 = 1_163_415_627;

/// The newest schema that this version knows: a store has it once it was opened.
#[must_use]
pub fn newest() -> i64 {
    MIGRATIONS
        .iter()
        .map(|migration| migration.version)
        .max()
        .unwrap_or(0)
}

/// The schema of the file; 0 before the first migration.
pub(crate) async fn schema(connection: &mut SqliteConnection) -> Result<i64, Failure> {
    Ok(sqlx::query_scalar("PRAGMA user_version")
        .fetch_one(connection)
        .await?)
}

/// Runs what is missing. Safe when several processes start at once: the first does it.
pub(crate) async fn migrate(connection: &mut SqliteConnection) -> Result<(), Failure> {
    if schema(connection).await? >= newest() {
        return Ok(());
    }
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    if schema(&mut transaction).await? < newest() {
        MIGRATIONS
            .run_direct(None, &mut *transaction, false)
            .await
            .map_err(failed)?;
    }
    Ok(transaction.commit().await?)
}

fn failed(error: sqlx::migrate::MigrateError) -> Failure {
    use sqlx::migrate::MigrateError;
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
        _ => Failure::Unknown("schema"),
    }
}
