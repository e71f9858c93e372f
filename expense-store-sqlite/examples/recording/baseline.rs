//! What one writer without batches reaches: rows that the store recorded are inserted again into
//! a file of the same schema, with prepared statements on a connection like the store's own.
//!
//! Twice, since "the same rows" can be read in two ways: the expense's row alone, which spares
//! this side half of the work, and all rows that recording a message leaves behind.

use std::path::Path;

use expense_store_sqlite::{Config, SqliteStore};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::measure::{Figure, Stretch};
use crate::{BASELINE, Outcome};

/// The expense's row alone, one a transaction.
pub(crate) async fn row(recorded: &Path, to: &Path) -> Outcome<Figure> {
    repeat(recorded, to, |db, message| put(db, &message.expense)).await
}

/// All rows of a message in one transaction.
pub(crate) async fn rows(recorded: &Path, to: &Path) -> Outcome<Figure> {
    repeat(recorded, to, |db, message| {
        db.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        for row in [&message.outcome, &message.expense, &message.change] {
            put(db, row)?;
        }
        put(db, &message.total)?;
        put(db, &message.counters)?;
        db.prepare_cached("COMMIT")?.execute([])?;
        Ok(())
    })
    .await
}

/// A statement and its values.
struct Row {
    statement: String,
    values: Vec<Value>,
}

/// What recording one message wrote.
struct Message {
    outcome: Row,
    expense: Row,
    change: Row,
    total: Row,
    counters: Row,
}

fn put(db: &Connection, row: &Row) -> rusqlite::Result<()> {
    let mut statement = db.prepare_cached(&row.statement)?;
    statement.execute(params_from_iter(&row.values))?;
    Ok(())
}

async fn repeat(
    recorded: &Path,
    to: &Path,
    write: impl Fn(&Connection, &Message) -> rusqlite::Result<()>,
) -> Outcome<Figure> {
    let messages = messages(&Connection::open(recorded)?)?;
    let db = prepared(recorded, to).await?;
    let stretch = Stretch::begin();
    for message in &messages {
        write(&db, message)?;
    }
    Ok(stretch.end(messages.len()))
}

/// A file with the same ledgers, and a connection to it that is set like the one that records.
async fn prepared(recorded: &Path, to: &Path) -> Outcome<Connection> {
    SqliteStore::open(Config::new(to)).await?.close().await;
    let db = Connection::open(to)?;
    db.execute("ATTACH ?1 AS recorded", [recorded.to_str()])?;
    db.execute("INSERT INTO ledgers SELECT * FROM recorded.ledgers", [])?;
    db.execute("DETACH recorded", [])?;
    db.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;
         PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -8000;",
    )?;
    Ok(db)
}

const EXPENSES: &str = "SELECT * FROM expenses ORDER BY recorded_at, ledger_id LIMIT ?1";
/// The outcomes of a ledger were kept in the order of its expenses' numbers.
const OUTCOMES: &str = "SELECT o.ledger_id, o.key, o.at, o.orphaned, o.outcome
     FROM expenses AS e JOIN
        (SELECT *, row_number() OVER (PARTITION BY ledger_id ORDER BY rowid) AS place FROM outcomes)
        AS o ON o.ledger_id = e.ledger_id AND o.place = e.number
     ORDER BY e.recorded_at, e.ledger_id LIMIT ?1";
const CHANGES: &str = "SELECT c.* FROM expenses AS e
     JOIN changes AS c ON c.ledger_id = e.ledger_id AND c.id = e.change
     ORDER BY e.recorded_at, e.ledger_id LIMIT ?1";
const TOTALS: &str = "SELECT ledger_id, day, category, currency, minor FROM expenses
     ORDER BY recorded_at, ledger_id LIMIT ?1";
const COUNTERS: &str = "SELECT ledger_id, number FROM expenses
     ORDER BY recorded_at, ledger_id LIMIT ?1";

const ADD_TOTAL: &str = "INSERT INTO totals VALUES (?1, ?2, ?3, ?4, '', 0, ?5, 0, 0, 1)
     ON CONFLICT (ledger_id, day, category, currency, converted_into)
     DO UPDATE SET low = low + excluded.low, count = count + 1";
const COUNT: &str = "UPDATE ledgers SET last_number = ?2, last_place = ?2 WHERE ledger_id = ?1";

fn messages(recorded: &Connection) -> Outcome<Vec<Message>> {
    let outcomes = select(recorded, OUTCOMES, |n| insert("outcomes", n))?;
    let expenses = select(recorded, EXPENSES, |n| insert("expenses", n))?;
    let changes = select(recorded, CHANGES, |n| insert("changes", n))?;
    let totals = select(recorded, TOTALS, |_| ADD_TOTAL.to_owned())?;
    let counters = select(recorded, COUNTERS, |_| COUNT.to_owned())?;
    let rows = outcomes.into_iter().zip(expenses).zip(changes);
    let messages = rows.zip(totals).zip(counters);
    let messages = messages.map(
        |((((outcome, expense), change), total), counters)| Message {
            outcome,
            expense,
            change,
            total,
            counters,
        },
    );
    Ok(messages.collect())
}

fn insert(table: &str, columns: usize) -> String {
    let places = vec!["?"; columns].join(", ");
    format!("INSERT INTO {table} VALUES ({places})")
}

/// The rows of a query, each with the statement that writes as many values.
fn select(
    recorded: &Connection,
    query: &str,
    statement: impl Fn(usize) -> String,
) -> Outcome<Vec<Row>> {
    let mut query = recorded.prepare(query)?;
    let statement = statement(query.column_count());
    let rows = query.query_map([BASELINE], |row| {
        let values = (0..row.as_ref().column_count()).map(|column| row.get(column));
        Ok(Row {
            statement: statement.clone(),
            values: values.collect::<rusqlite::Result<_>>()?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
