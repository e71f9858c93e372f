//! Shared copies of sessions, for processes that share nothing but the file.

use std::time::Duration;

use async_trait::async_trait;
use expense_core::memory::column::narrow;
use expense_core::memory::later;
use expense_core::ports::error::Result as PortResult;
use expense_core::ports::state::{Saved, StateStore, Version, Versioned};
use sqlx::{Connection, SqliteConnection};

use crate::error::Failure;
use crate::rows::micros;
use crate::store::SqliteStore;

/// Expired values that one save removes at most: more than it adds.
const EXPIRED_A_SAVE: i64 = 10;

#[async_trait]
impl StateStore for SqliteStore {
    async fn load(&self, key: &str) -> PortResult<Option<Versioned>> {
        let loaded = self.load_state(key).await;
        loaded.map_err(|failure| failure.during("state", "load"))
    }

    async fn save(
        &self,
        key: &str,
        seen: Option<Version>,
        value: &[u8],
        ttl: Duration,
    ) -> PortResult<Saved> {
        let saved = self.save_state(key, seen, value, ttl).await;
        saved.map_err(|failure| failure.during("state", "save"))
    }

    async fn clear(&self, key: &str, seen: Version) -> PortResult<Saved> {
        let cleared = self.clear_state(key, seen).await;
        cleared.map_err(|failure| failure.during("state", "clear"))
    }
}

impl SqliteStore {
    async fn load_state(&self, key: &str) -> Result<Option<Versioned>, Failure> {
        let row: Option<(i64, Vec<u8>)> =
            sqlx::query_as("SELECT version, value FROM state WHERE key = ?1 AND expires_at > ?2")
                .bind(key)
                .bind(micros(self.clock.now()))
                .fetch_optional(&self.readers)
                .await?;
        let versioned = |(version, value)| {
            Ok(Versioned {
                version: Version(narrow(version)?),
                value,
            })
        };
        row.map(versioned).transpose()
    }

    async fn save_state(
        &self,
        key: &str,
        seen: Option<Version>,
        value: &[u8],
        ttl: Duration,
    ) -> Result<Saved, Failure> {
        let now = self.clock.now();
        let mut writer = self.writer.acquire().await?;
        let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
        if version(&mut transaction, key, micros(now)).await? != seen {
            return Ok(Saved::Lost);
        }
        let next: i64 =
            sqlx::query_scalar("UPDATE state_version SET newest = newest + 1 RETURNING newest")
                .fetch_one(&mut *transaction)
                .await?;
        sqlx::query(
            "INSERT INTO state (key, version, value, expires_at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (key) DO UPDATE SET version = excluded.version, value = excluded.value,
                expires_at = excluded.expires_at",
        )
        .bind(key)
        .bind(next)
        .bind(value)
        .bind(micros(later(now, ttl)))
        .execute(&mut *transaction)
        .await?;
        sqlx::query(
            "DELETE FROM state WHERE key IN
                (SELECT key FROM state WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)",
        )
        .bind(micros(now))
        .bind(EXPIRED_A_SAVE)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(Saved::Done(Version(narrow(next)?)))
    }

    async fn clear_state(&self, key: &str, seen: Version) -> Result<Saved, Failure> {
        let now = micros(self.clock.now());
        let gone =
            sqlx::query("DELETE FROM state WHERE key = ?1 AND version = ?2 AND expires_at > ?3")
                .bind(key)
                .bind(i64::try_from(seen.0).unwrap_or(-1))
                .bind(now)
                .execute(&mut *self.writer.acquire().await?)
                .await?;
        Ok(match gone.rows_affected() {
            0 => Saved::Lost,
            _ => Saved::Done(seen),
        })
    }
}

async fn version(
    db: &mut SqliteConnection,
    key: &str,
    now: i64,
) -> Result<Option<Version>, Failure> {
    let version: Option<i64> =
        sqlx::query_scalar("SELECT version FROM state WHERE key = ?1 AND expires_at > ?2")
            .bind(key)
            .bind(now)
            .fetch_optional(db)
            .await?;
    Ok(version.map(narrow).transpose()?.map(Version))
}
