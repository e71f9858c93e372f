//! Brings the schema up to date: numbered migrations, each once, one instance at a time.

use std::sync::LazyLock;

use sqlx::PgConnection;
use sqlx::migrate::{MigrateError, Migrator};

use crate::error::{Failure, OpenError};

/// Every migration, the newest last.
pub(crate) static MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| {
    let mut migrations = sqlx::migrate!();
    // Another program of this kind may share the database.
    migrations.dangerous_set_table_name("expense_migrations");
    migrations
});

/// The newest schema that this version knows: a database has it once a store was opened on it.
#[must_use]
pub fn newest() -> i64 {
    let versions = MIGRATIONS.iter().map(|migration| migration.version);
    versions.max().unwrap_or(0)
}

/// Runs what is missing. Instances that start together wait for the first by an advisory lock.
/// Where nothing is missing, no right to change the schema is needed.
pub(crate) async fn migrate(connection: &mut PgConnection) -> Result<(), OpenError> {
    let found = schema(connection).await.map_err(Failure::opening)?;
    if found == newest() {
        return Ok(());
    }
    MIGRATIONS
        .run_direct(None, connection, false)
        .await
        .map_err(failed)
}

/// The newest migration that was run; 0 before the first.
pub(crate) async fn schema(connection: &mut PgConnection) -> Result<i64, Failure> {
    let known: bool = sqlx::query_scalar("SELECT to_regclass('expense_migrations') IS NOT NULL")
        .fetch_one(&mut *connection)
        .await?;
    if !known {
        return Ok(0);
    }
    let newest = "SELECT coalesce(max(version), 0) FROM expense_migrations WHERE success";
    Ok(sqlx::query_scalar(newest).fetch_one(connection).await?)
}

fn failed(error: MigrateError) -> OpenError {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
            Failure::from(error).opening()
        }
        MigrateError::VersionMissing(found) => OpenError::Newer {
            found,
            known: newest(),
        },
        _ => OpenError::Changed,
    }
}
