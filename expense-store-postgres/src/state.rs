//! Shared copies of sessions, for instances that share nothing but the database.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use expense_core::memory::column::narrow;
use expense_core::memory::later;
use expense_core::ports::error::Result as PortResult;
use expense_core::ports::state::{Saved, StateStore, Version, Versioned};
use sqlx::PgConnection;

use crate::error::Failure;
use crate::store::PostgresStore;

#[async_trait]
impl StateStore for PostgresStore {
    async fn load(&self, key: &str) -> PortResult<Option<Versioned>> {
        let now = self.clock.now();
        let loaded = self.with(async |db| load(db, key, now).await).await;
        loaded.map_err(|failure| failure.during("state", "load"))
    }

    async fn save(
        &self,
        key: &str,
        seen: Option<Version>,
        value: &[u8],
        ttl: Duration,
    ) -> PortResult<Saved> {
        let now = self.clock.now();
        let until = later(now, ttl);
        let saved = self
            .with(async |db| save(db, key, seen, value, now, until).await)
            .await;
        saved.map_err(|failure| failure.during("state", "save"))
    }

    async fn clear(&self, key: &str, seen: Version) -> PortResult<Saved> {
        let now = self.clock.now();
        let cleared = self.with(async |db| clear(db, key, seen, now).await).await;
        cleared.map_err(|failure| failure.during("state", "clear"))
    }
}

async fn load(
    db: &mut PgConnection,
    key: &str,
    now: DateTime<Utc>,
) -> Result<Option<Versioned>, Failure> {
    let row: Option<(i64, Vec<u8>)> =
        sqlx::query_as("SELECT version, value FROM state WHERE key = $1 AND expires_at > $2")
            .bind(key)
            .bind(now)
            .fetch_optional(db)
            .await?;
    let versioned = |(version, value)| {
        Ok(Versioned {
            version: Version(narrow(version)?),
            value,
        })
    };
    row.map(versioned).transpose()
}

/// Where nothing lives under the key. An expired value is nothing.
const FIRST: &str = "INSERT INTO state AS s (key, version, value, expires_at)
     VALUES ($1, nextval('state_versions'), $2, $3)
     ON CONFLICT (key) DO UPDATE SET version = excluded.version, value = excluded.value,
        expires_at = excluded.expires_at
     WHERE s.expires_at <= $4 RETURNING version";
const NEXT: &str = "UPDATE state SET version = nextval('state_versions'), value = $2,
        expires_at = $3
     WHERE key = $1 AND expires_at > $4 AND version = $5 RETURNING version";
/// More than one save adds.
const EXPIRED: &str = "DELETE FROM state WHERE key IN
        (SELECT key FROM state WHERE expires_at <= $1 ORDER BY expires_at LIMIT 10
         FOR UPDATE SKIP LOCKED)";

async fn save(
    db: &mut PgConnection,
    key: &str,
    seen: Option<Version>,
    value: &[u8],
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Saved, Failure> {
    let save = sqlx::query_scalar(if seen.is_none() { FIRST } else { NEXT });
    let mut save = save.bind(key).bind(value).bind(until).bind(now);
    if let Some(seen) = seen {
        save = save.bind(i64::try_from(seen.0).unwrap_or(-1));
    }
    let saved: Option<i64> = save.fetch_optional(&mut *db).await?;
    let Some(version) = saved else {
        return Ok(Saved::Lost);
    };
    sqlx::query(EXPIRED).bind(now).execute(db).await?;
    Ok(Saved::Done(Version(narrow(version)?)))
}

async fn clear(
    db: &mut PgConnection,
    key: &str,
    seen: Version,
    now: DateTime<Utc>,
) -> Result<Saved, Failure> {
    let gone = sqlx::query("DELETE FROM state WHERE key = $1 AND version = $2 AND expires_at > $3")
        .bind(key)
        .bind(i64::try_from(seen.0).unwrap_or(-1))
        .bind(now)
        .execute(db)
        .await?;
    Ok(match gone.rows_affected() {
        0 => Saved::Lost,
        _ => Saved::Done(seen),
    })
}
