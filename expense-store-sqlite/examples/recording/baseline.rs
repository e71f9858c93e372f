//! The rows that the store recorded, inserted again one a transaction.

use std::path::Path;
use std::time::Instant;

use expense_store_sqlite::{Config, SqliteStore};
use sqlx::{ConnectOptions, Row};

use crate::{BASELINE_ROWS, Outcome, connection, per_second};

const COLUMNS: usize = 21;

/// Copies rows from one file to another of the same schema, each in its own transaction.
pub(crate) async fn measure(recorded: &Path, to: &Path) -> Outcome<u64> {
    SqliteStore::open(Config::new(to)).await?.close().await;
    let mut db = connection(to).connect().await?;
    sqlx::query("ATTACH ?1 AS recorded")
        .bind(recorded.to_string_lossy())
        .execute(&mut db)
        .await?;
    sqlx::query("INSERT INTO ledgers SELECT * FROM recorded.ledgers")
        .execute(&mut db)
        .await?;
    let rows = sqlx::query("SELECT * FROM recorded.expenses ORDER BY recorded_at LIMIT ?1")
        .bind(i64::try_from(BASELINE_ROWS)?)
        .fetch_all(&mut db)
        .await?;
    sqlx::query("DETACH recorded").execute(&mut db).await?;

    let begin = Instant::now();
    for row in &rows {
        let mut insert = sqlx::query(
            "INSERT INTO expenses VALUES
             (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        );
        for column in 0..COLUMNS {
            insert = match column {
                0 | 1 | 3 | 5..=7 | 9 | 14 | 16 | 20 => {
                    insert.bind(row.try_get::<Option<i64>, _>(column)?)
                }
                2 | 4 | 15 | 17 => insert.bind(row.try_get::<Option<Vec<u8>>, _>(column)?),
                _ => insert.bind(row.try_get::<Option<String>, _>(column)?),
            };
        }
        insert.execute(&mut db).await?;
    }
    Ok(per_second(rows.len(), begin))
}
