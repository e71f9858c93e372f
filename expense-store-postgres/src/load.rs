//! The database filled with what was handed out of a store: all of it or nothing.

mod batch;

use expense_core::memory::record::Record;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use self::batch::Batch;
use crate::config::Config;
use crate::copy::CopyError;
use crate::dump::connect;
use crate::error::Failure;
use crate::migrate::migrate;

/// Records that are written by one statement a table.
const BATCH: usize = 500;

/// Whoever works on the tables is waited for so long, but a large restore takes its time.
const PATIENT: &str = "SET lock_timeout = '30s'; SET statement_timeout = 0;
    SET idle_in_transaction_session_timeout = 0;";

/// All that is filled or emptied, in one order.
const TABLES: &str =
    "ledgers, counters, sessions, lessons, chats, people, outcomes, expenses, tags,
    suggestions, totals, drafts, images, changes, parked, claims, state";

const IS_EMPTY: &str = "SELECT NOT (EXISTS (SELECT FROM ledgers) OR EXISTS (SELECT FROM outcomes)
    OR EXISTS (SELECT FROM people) OR EXISTS (SELECT FROM parked))";

/// Fills the database with these records, in one transaction: others see what it held before, or
/// all of them. Where it holds anything, `replace` must say so; that is given up.
///
/// Whoever uses the database meanwhile waits, and finds by the stamps of the ledgers that what it
/// remembers is over.
///
/// # Errors
///
/// A [`CopyError`] that says what to do, or the first error among the records; the database is as
/// it was then.
pub async fn load<E: From<CopyError>>(
    config: &Config,
    replace: bool,
    records: impl Iterator<Item = Result<Record, E>>,
) -> Result<(), E> {
    let mut db = connect(config).await?;
    migrate(&mut db).await.map_err(CopyError::from)?;
    let filled = fill(config, &mut db, replace, records).await;
    if filled.is_ok() {
        // The planner would find out by itself, later.
        let _ = db.execute(AssertSqlSafe(format!("ANALYZE {TABLES}"))).await;
    }
    // The server ends it as well, and with it what was not committed.
    let _ = db.close().await;
    filled
}

async fn fill<E: From<CopyError>>(
    config: &Config,
    db: &mut PgConnection,
    replace: bool,
    records: impl Iterator<Item = Result<Record, E>>,
) -> Result<(), E> {
    db.execute(PATIENT).await.map_err(failed)?;
    let mut whole = db.begin().await.map_err(failed)?;
    let lock = format!("LOCK TABLE {TABLES} IN ACCESS EXCLUSIVE MODE");
    whole.execute(AssertSqlSafe(lock)).await.map_err(failed)?;
    let empty: bool = sqlx::query_scalar(IS_EMPTY)
        .fetch_one(&mut *whole)
        .await
        .map_err(failed)?;
    if !empty && !replace {
        return Err(CopyError::NotEmpty.into());
    }
    let clear = format!("TRUNCATE {TABLES}");
    whole.execute(AssertSqlSafe(clear)).await.map_err(failed)?;
    let mut waiting = Vec::with_capacity(BATCH);
    for record in records {
        waiting.push(record?);
        if waiting.len() == BATCH {
            put(&mut whole, &waiting).await?;
            waiting.clear();
        }
    }
    put(&mut whole, &waiting).await?;
    whole.execute(TOTALS).await.map_err(failed)?;
    // Copies of sessions that were given out before get no version again.
    sqlx::query("SELECT setval('state_versions', greatest(nextval('state_versions'), $1))")
        .bind(config.clock.now().timestamp_micros())
        .execute(&mut *whole)
        .await
        .map_err(failed)?;
    Ok(whole.commit().await.map_err(failed)?)
}

async fn put(db: &mut PgConnection, records: &[Record]) -> Result<(), CopyError> {
    let mut batch = Batch::default();
    for record in records {
        batch.add(record)?;
    }
    batch.write(db).await.map_err(refused)
}

fn failed(error: sqlx::Error) -> CopyError {
    refused(error.into())
}

fn refused(failure: Failure) -> CopyError {
    match failure {
        Failure::Denied(_) => CopyError::NotOwner,
        // It waited too long for a lock, or two waited for each other.
        Failure::Busy("a statement waited too long") => CopyError::InUse,
        Failure::Conflict(code) if code == "40P01" => CopyError::InUse,
        other => other.into(),
    }
}

const TOTALS: &str =
    "INSERT INTO totals (ledger_id, day, category, currency, converted_into, amount,
        converted, count)
     SELECT ledger_id, day, category, currency, coalesce(converted_into, ''), sum(amount),
        sum(coalesce(converted, 0)), count(*)
     FROM expenses WHERE NOT removed GROUP BY 1, 2, 3, 4, 5";
