//! Replies that could not be sent.

use std::time::Duration;

use expense_core::domain::keys::{ChatKey, LedgerId};
use expense_core::memory::column::{json, word};
use expense_core::memory::later;
use expense_core::ports::jobs::{Parked, Served};
use sqlx::Connection;

use crate::error::Failure;
use crate::read::led_to;
use crate::rows::micros;
use crate::store::SqliteStore;

const KEEP: &str = concat!(
    "INSERT INTO parked (ledger_id, place, chat, key, first, replies)
     SELECT l.id, coalesce((SELECT max(place) FROM parked WHERE ledger_id = l.id), 0) + 1,
        ?2, ?3, ?4, ?5
     FROM (SELECT coalesce(",
    led_to!("?2"),
    ", ?1) AS id) AS l
     WHERE true ON CONFLICT (ledger_id, key, first) DO NOTHING
     RETURNING ledger_id, place",
);
/// A place may have been another's before.
const PUT_OFF: &str = "INSERT INTO claims (ledger_id, kind, item, until, attempt)
     VALUES (?1, 'reply', CAST(?2 AS BLOB), ?3, 0)
     ON CONFLICT (ledger_id, kind, item) DO UPDATE SET
        claim = NULL, until = excluded.until, attempt = 0";

impl SqliteStore {
    pub(crate) async fn chats_with_parked(
        &self,
        limit: usize,
        served: Served,
        dying: Duration,
    ) -> Result<Vec<ChatKey>, Failure> {
        let now = self.clock.now();
        let chats: Vec<String> = sqlx::query_scalar(
            "SELECT coalesce(l.chat, p.chat)
             FROM (SELECT ledger_id, min(chat) AS chat FROM parked AS w
                WHERE replies <> '[]' AND substr(chat, 1, length(?3)) = ?3 AND NOT EXISTS (SELECT 1 FROM claims AS c
                    WHERE c.ledger_id = w.ledger_id AND c.kind = 'reply'
                        AND c.claim IS NOT NULL AND c.until > ?2 AND c.until <= ?4)
                GROUP BY ledger_id LIMIT ?1) AS p
             LEFT JOIN ledgers AS l USING (ledger_id)",
        )
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .bind(micros(now))
        .bind(served.0)
        .bind(micros(later(now, dying)))
        .fetch_all(&self.readers)
        .await?;
        Ok(chats
            .iter()
            .map(|chat| word(chat))
            .collect::<Result<_, _>>()?)
    }

    /// What may be sent later has what a claim leaves behind: nobody holds it, and it is free then.
    pub(crate) async fn keep(&self, parked: &Parked, wait: Duration) -> Result<(), Failure> {
        let mut writer = self.writer.acquire().await?;
        let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
        let kept: Option<(i64, i64)> = sqlx::query_as(KEEP)
            .bind(LedgerId::of(&parked.chat).as_i64())
            .bind(parked.chat.as_str())
            .bind(parked.key.as_str())
            .bind(i64::try_from(parked.first).unwrap_or(i64::MAX))
            .bind(json(&parked.replies)?)
            .fetch_optional(&mut *transaction)
            .await?;
        if let Some((ledger, place)) = kept.filter(|_| !wait.is_zero()) {
            sqlx::query(PUT_OFF)
                .bind(ledger)
                .bind(place)
                .bind(micros(later(self.clock.now(), wait)))
                .execute(&mut *transaction)
                .await?;
        }
        Ok(transaction.commit().await?)
    }
}
