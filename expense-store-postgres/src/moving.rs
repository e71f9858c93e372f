//! A ledger goes on under another chat, and takes in what that chat has begun.

use std::sync::LazyLock;

use expense_core::domain::category::{DEFAULT_CATEGORIES, OTHERS};
use sqlx::PgConnection;

use crate::error::Failure;
use crate::writes::Moving;

/// Brings the ledger from one chat to another, within the transaction of its commit.
pub(crate) async fn go(db: &mut PgConnection, moving: &Moving<'_>) -> Result<(), Failure> {
    let ledger = moving.ledger;
    // From here on nobody commits to what is taken in.
    let begun: Option<i64> = sqlx::query_scalar(
        "SELECT c.ledger_id FROM counters AS c JOIN ledgers AS l ON l.ledger_id = c.ledger_id
         WHERE l.chat = $1 AND l.ledger_id <> $2 FOR UPDATE OF c",
    )
    .bind(moving.to)
    .bind(ledger)
    .fetch_optional(&mut *db)
    .await?;
    if let Some(begun) = begun {
        take_in(db, ledger, begun).await?;
    }
    let lead = sqlx::query("DELETE FROM moved WHERE chat = $1").bind(moving.to);
    lead.execute(&mut *db).await?;
    if moving.from != moving.to {
        let lead = sqlx::query(
            "INSERT INTO moved (chat, ledger_id) VALUES ($1, $2)
             ON CONFLICT (chat) DO UPDATE SET ledger_id = excluded.ledger_id",
        );
        let lead = lead.bind(moving.from).bind(ledger);
        lead.execute(&mut *db).await?;
    }
    let rename = sqlx::query("UPDATE ledgers SET chat = $2 WHERE ledger_id = $1");
    let rename = rename.bind(ledger).bind(moving.to);
    rename.execute(db).await?;
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

/// Into the ledger $1 comes all of the ledger $2, behind what it has. The categories that every
/// ledger begins with are the same in both; another of the second becomes `OTHERS`.
static TAKE_IN: LazyLock<[String; 17]> = LazyLock::new(|| {
    let (shared, others) = (DEFAULT_CATEGORIES.len(), OTHERS.0);
    let category = format!("CASE WHEN category <= {shared} THEN category ELSE {others} END");
    let number = "number + (SELECT last_number FROM counters WHERE ledger_id = $1)";
    let place = "place + (SELECT last_place FROM counters WHERE ledger_id = $1)";
    let kept = |table| format!("UPDATE {table} SET ledger_id = $1 WHERE ledger_id = $2");
    let gone = |table| format!("DELETE FROM {table} WHERE ledger_id = $2");
    [
        format!("UPDATE tags SET ledger_id = $1, number = {number} WHERE ledger_id = $2"),
        format!(
            "UPDATE expenses SET ledger_id = $1, number = {number}, category = {category},
                rate_due = CASE WHEN NOT removed AND expenses.currency <> l.currency
                    AND converted_into IS DISTINCT FROM l.currency
                    THEN coalesce(rate_due, recorded_at) END
             FROM ledgers AS l WHERE l.ledger_id = $1 AND expenses.ledger_id = $2"
        ),
        format!(
            "INSERT INTO totals (ledger_id, day, category, currency, converted_into, amount,
                converted, count)
             SELECT $1, day, {category}, currency, converted_into, sum(amount), sum(converted),
                sum(count)
             FROM totals WHERE ledger_id = $2 GROUP BY 2, 3, 4, 5
             ON CONFLICT (ledger_id, day, category, currency, converted_into) DO UPDATE SET
                amount = totals.amount + excluded.amount, count = totals.count + excluded.count,
                converted = totals.converted + excluded.converted"
        ),
        format!("UPDATE drafts SET ledger_id = $1, place = {place} WHERE ledger_id = $2"),
        format!("UPDATE changes SET ledger_id = $1, place = {place} WHERE ledger_id = $2"),
        kept("suggestions"),
        kept("images"),
        kept("outcomes"),
        kept("parked"),
        kept("moved"),
        "UPDATE counters AS c SET last_number = c.last_number + begun.last_number,
            last_place = c.last_place + begun.last_place,
            sweep_at = least(c.sweep_at, begun.sweep_at)
         FROM counters AS begun WHERE c.ledger_id = $1 AND begun.ledger_id = $2"
            .to_owned(),
        gone("totals"),
        gone("claims"),
        gone("lessons"),
        gone("sessions"),
        gone("ledgers"),
        gone("counters"),
    ]
});
