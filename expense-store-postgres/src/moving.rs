//! A ledger goes on under another chat, and takes in what that chat has begun.

use std::sync::LazyLock;

use expense_core::domain::category::{DEFAULT_CATEGORIES, OTHERS};
use sqlx::PgConnection;

use crate::columns::{Changes, Columns, Drafts, Expenses, Images, Suggestions, Tags};
use crate::error::Failure;
use crate::read;
use crate::writes::Moving;

/// Brings the ledger from one chat to another, within the transaction of its commit.
pub(crate) async fn go(db: &mut PgConnection, moving: &Moving<'_>) -> Result<(), Failure> {
    let ledger = moving.ledger;
    // From here on nobody begins a ledger there.
    let lead = sqlx::query(
        "INSERT INTO chats (chat, ledger_id) VALUES ($1, $2) ON CONFLICT (chat) DO NOTHING",
    );
    let led = lead.bind(moving.to).bind(ledger).execute(&mut *db).await?;
    if led.rows_affected() == 0 {
        take_over(db, ledger, moving.to).await?;
    }
    let rename = sqlx::query("UPDATE ledgers SET chat = $2 WHERE ledger_id = $1");
    let rename = rename.bind(ledger).bind(moving.to);
    rename.execute(db).await?;
    Ok(())
}

/// The chat led to a ledger already: it may have begun that one itself, or have been left by it.
async fn take_over(db: &mut PgConnection, ledger: i64, chat: &str) -> Result<(), Failure> {
    let other: Option<i64> = sqlx::query_scalar(
        "SELECT ledger_id FROM chats WHERE chat = $1 AND ledger_id <> $2 FOR UPDATE",
    )
    .bind(chat)
    .bind(ledger)
    .fetch_optional(&mut *db)
    .await?;
    let Some(other) = other else {
        return Ok(());
    };
    // From here on nobody commits to what is taken in.
    sqlx::query("SELECT FROM counters WHERE ledger_id = $1 FOR UPDATE")
        .bind(other)
        .execute(&mut *db)
        .await?;
    if read::is_at(db, other, chat).await? {
        take_in(db, ledger, other).await?;
    }
    let lead = sqlx::query("UPDATE chats SET ledger_id = $2 WHERE chat = $1");
    lead.bind(chat).bind(ledger).execute(db).await?;
    Ok(())
}

async fn take_in(db: &mut PgConnection, ledger: i64, begun: i64) -> Result<(), Failure> {
    for statement in TAKE_IN.iter() {
        sqlx::query(statement.as_str())
            .bind(ledger)
            .bind(begun)
            .execute(&mut *db)
            .await?;
    }
    Ok(())
}

/// Copies the rows of the ledger $2 into the ledger $1, with these columns and what becomes of
/// some of them. A row never changes its ledger in its place: where tables are distributed by
/// ledger, it would have to change its server.
fn copied(table: &str, columns: &[&str], changed_to: &[(&str, &str)]) -> String {
    let value = |column: &&str| {
        let changed = changed_to.iter().find(|(name, _)| name == column);
        changed.map_or_else(|| format!("t.{column}"), |(_, value)| (*value).to_owned())
    };
    let values: Vec<String> = columns.iter().map(value).collect();
    let (columns, values) = (columns.join(", "), values.join(", "));
    format!(
        "INSERT INTO {table} (ledger_id, {columns}) OVERRIDING SYSTEM VALUE
         SELECT $1, {values} FROM {table} AS t WHERE t.ledger_id = $2
         ON CONFLICT DO NOTHING"
    )
}

/// The columns that this table's rows are written with, beside the ledger.
fn columns<C: Columns>() -> Vec<&'static str> {
    let names = C::COLUMNS.iter().map(|(name, _)| *name);
    names.filter(|name| *name != "ledger_id").collect()
}

const PLACE: &str = "t.place + (SELECT last_place FROM counters WHERE ledger_id = $1)";
const NUMBER: &str = "t.number + (SELECT last_number FROM counters WHERE ledger_id = $1)";
const RATE_DUE: &str = "CASE WHEN NOT t.removed
        AND t.currency <> (SELECT currency FROM ledgers WHERE ledger_id = $1)
        AND t.converted_into IS DISTINCT FROM (SELECT currency FROM ledgers WHERE ledger_id = $1)
    THEN coalesce(t.rate_due, t.recorded_at) END";

/// Into the ledger $1 comes all of the ledger $2, behind what it has. The categories that every
/// ledger begins with are the same in both; another of the second becomes `OTHERS`.
static TAKE_IN: LazyLock<Vec<String>> = LazyLock::new(|| {
    let (shared, others) = (DEFAULT_CATEGORIES.len(), OTHERS.0);
    let category = format!("CASE WHEN t.category <= {shared} THEN t.category ELSE {others} END");
    let mut drafts = columns::<Drafts<'_>>();
    drafts.push("turn");
    let copies = [
        copied("tags", &columns::<Tags<'_>>(), &[("number", NUMBER)]),
        copied(
            "expenses",
            &columns::<Expenses<'_>>(),
            &[
                ("number", NUMBER),
                ("category", &category),
                ("rate_due", RATE_DUE),
            ],
        ),
        format!(
            "INSERT INTO totals (ledger_id, day, category, currency, converted_into, amount,
                converted, count)
             SELECT $1, t.day, {category}, t.currency, t.converted_into, sum(t.amount),
                sum(t.converted), sum(t.count)
             FROM totals AS t WHERE t.ledger_id = $2 GROUP BY 2, 3, 4, 5
             ON CONFLICT (ledger_id, day, category, currency, converted_into) DO UPDATE SET
                amount = totals.amount + excluded.amount, count = totals.count + excluded.count,
                converted = totals.converted + excluded.converted"
        ),
        copied("drafts", &drafts, &[("place", PLACE)]),
        copied("changes", &columns::<Changes<'_>>(), &[("place", PLACE)]),
        copied("suggestions", &columns::<Suggestions>(), &[]),
        copied("images", &columns::<Images<'_>>(), &[]),
        copied("outcomes", &["at", "key", "orphaned", "outcome"], &[]),
        copied("parked", &["place", "first", "chat", "key", "replies"], &[]),
        "UPDATE chats SET ledger_id = $1 WHERE ledger_id = $2".to_owned(),
        "UPDATE counters AS c SET last_number = c.last_number + begun.last_number,
            last_place = c.last_place + begun.last_place,
            sweep_at = least(c.sweep_at, begun.sweep_at)
         FROM (SELECT last_number, last_place, sweep_at FROM counters WHERE ledger_id = $2) AS begun
         WHERE c.ledger_id = $1"
            .to_owned(),
    ];
    let gone = |table| format!("DELETE FROM {table} WHERE ledger_id = $2");
    copies.into_iter().chain(GONE.map(gone)).collect()
});

/// Of the ledger that was taken in nothing stays behind.
const GONE: [&str; 14] = [
    "tags",
    "expenses",
    "totals",
    "drafts",
    "changes",
    "suggestions",
    "images",
    "outcomes",
    "parked",
    "claims",
    "lessons",
    "sessions",
    "ledgers",
    "counters",
];
