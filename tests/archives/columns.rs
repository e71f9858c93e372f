//! No column is forgotten: what is kept in a new one must come along in an archive.

use std::collections::BTreeMap;

use expense_store_postgres::testing::Database;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use crate::stores::sqlite;

/// Tables of which archives hold nothing: what can be computed, what is over after a restore, and
/// what the databases keep for themselves.
const LEFT_OUT: [&str; 8] = [
    "_sqlx_migrations",
    "claims",
    "expense_migrations",
    "images",
    "sqlite_sequence",
    "state",
    "state_version",
    "totals",
];

/// All other tables with the columns that `dump` and `load` of that store know.
const SQLITE: [&str; 12] = [
    "categories: category ledger_id merged_into name",
    "changes: at by effects id ledger_id place undone",
    "drafts: album content expense expires_at id ledger_id line message opened_by paid_by place \
     read_from revision said sent_on state turn",
    "expenses: category change converted converted_into currency day description draft entered_by \
     id ledger_id line merchant message minor number paid_by rate rate_day rate_due rate_source \
     recorded_at removed revision said search sent_on",
    "ledgers: chat currency language last_number last_place ledger_id locale revision session \
     session_version sweep_at zone",
    "lessons: category ledger_id place words",
    "members: ledger_id member name who",
    "moved: chat ledger_id",
    "outcomes: at key ledger_id orphaned outcome",
    "parked: chat first key ledger_id place replies",
    "people: name role since who",
    "suggestions: expense ledger_id since",
];
const POSTGRES: [&str; 12] = [
    "changes: at by effects id ledger_id place undone",
    "chats: chat ledger_id",
    "counters: last_number last_place ledger_id revision session_version stamp sweep_at",
    "drafts: album content expense expires_at id ledger_id line message opened_by paid_by place \
     read_from revision said sent_on state turn",
    "expenses: amount category change converted converted_into currency day description draft \
     entered_by id ledger_id line merchant message number paid_by rate rate_day rate_due \
     rate_source recorded_at removed revision said search sent_on",
    "ledgers: categories chat currency language ledger_id locale members zone",
    "lessons: category ledger_id place words",
    "outcomes: at key ledger_id orphaned outcome",
    "parked: chat first key ledger_id place replies",
    "people: name role since who",
    "sessions: ledger_id session",
    "suggestions: expense ledger_id since",
];

const ADVICE: &str = "a table or a column is new: bring it into a record of \
    expense_core::memory::record, into dump.rs and load.rs of the stores, then into this list \
    (tags belong to their expenses)";

#[tokio::test]
async fn archives_know_every_column_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("expenses.sqlite");
    sqlite(&file).await.close().await;
    let options = SqliteConnectOptions::new().filename(&file);
    let mut db = options.connect().await.unwrap();
    let columns = sqlx::query_as(
        "SELECT t.name, c.name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c
         WHERE t.type = 'table'",
    );
    let columns = columns.fetch_all(&mut db).await.unwrap();
    db.close().await.unwrap();
    assert_eq!(listed(columns), SQLITE, "{ADVICE}");
}

#[tokio::test]
async fn archives_know_every_column_of_the_server() {
    let database = Database::fresh().await;
    let columns = sqlx::query_as(
        "SELECT c.relname::text, a.attname::text FROM pg_class AS c
         JOIN pg_attribute AS a ON a.attrelid = c.oid
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
            AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped",
    );
    let mut db = database.stranger().await;
    let columns = columns.fetch_all(&mut db).await.unwrap();
    assert_eq!(listed(columns), POSTGRES, "{ADVICE}");
}

fn listed(columns: Vec<(String, String)>) -> Vec<String> {
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (table, column) in columns {
        if !LEFT_OUT.contains(&table.as_str()) && table != "tags" {
            tables.entry(table).or_default().push(column);
        }
    }
    let tables = tables.into_iter().map(|(table, mut columns)| {
        columns.sort();
        format!("{table}: {}", columns.join(" "))
    });
    tables.collect()
}
