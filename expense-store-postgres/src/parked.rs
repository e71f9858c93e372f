//! Replies that could not be sent.

use std::time::Duration;

use chrono::{DateTime, Utc};
use expense_core::domain::keys::{ChatKey, LedgerId};
use expense_core::memory::column::{json, word};
use expense_core::memory::later;
use expense_core::ports::jobs::{Parked, Served};
use sqlx::PgConnection;

use crate::error::Failure;
use crate::read;

/// The chats that have some.
pub(crate) async fn chats(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    limit: usize,
    served: Served,
    dying: Duration,
) -> Result<Vec<ChatKey>, Failure> {
    let chats: Vec<String> = sqlx::query_scalar(
        "SELECT coalesce(l.chat, w.chat) FROM (
            SELECT ledger_id, min(place) AS place, min(chat) AS chat FROM parked AS p
            WHERE replies <> '[]' AND starts_with(chat, $3) AND (
                SELECT bool_or(claim IS NOT NULL AND until > $2 AND until <= $4)
                FROM claims AS t WHERE t.ledger_id = p.ledger_id AND t.kind = 'reply') IS NOT TRUE
            GROUP BY ledger_id ORDER BY 2 LIMIT $1) AS w
         LEFT JOIN ledgers AS l ON l.ledger_id = w.ledger_id ORDER BY w.place",
    )
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .bind(now)
    .bind(served.0)
    .bind(later(now, dying))
    .fetch_all(db)
    .await?;
    Ok(chats
        .iter()
        .map(|chat| word(chat))
        .collect::<Result<_, _>>()?)
}

/// What may be sent later has what a claim leaves behind: nobody holds it, and it is free then.
pub(crate) async fn keep(
    db: &mut PgConnection,
    parked: &Parked,
    from: Option<DateTime<Utc>>,
) -> Result<(), Failure> {
    // A chat without a ledger has replies, too.
    let own = LedgerId::of(&parked.chat).as_i64();
    let ledger = read::led_to(db, &parked.chat).await?.unwrap_or(own);
    sqlx::query(
        "WITH kept AS (
            INSERT INTO parked (ledger_id, chat, key, first, replies)
            VALUES ($1, $2, $3, $4, $5) ON CONFLICT (ledger_id, key, first) DO NOTHING
            RETURNING ledger_id, place)
         INSERT INTO claims (ledger_id, kind, item, until, attempt)
         SELECT ledger_id, 'reply', lpad(to_hex(place), 32, '0')::uuid, $6, 0 FROM kept
         WHERE $6 IS NOT NULL",
    )
    .bind(ledger)
    .bind(parked.chat.as_str())
    .bind(parked.key.as_str())
    .bind(i64::try_from(parked.first).unwrap_or(i64::MAX))
    .bind(json(&parked.replies)?)
    .bind(from)
    .execute(db)
    .await?;
    Ok(())
}
