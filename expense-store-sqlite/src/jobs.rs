//! Work that waits in the file.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use expense_core::domain::keys::{ChatKey, DraftId, LedgerId};
use expense_core::domain::limits;
use expense_core::memory::column::{self, narrow, word};
use expense_core::memory::{earlier, later};
use expense_core::ports::error::Result as PortResult;
use expense_core::ports::jobs::{
    Backlog, ClaimRequest, Job, JobKind, Jobs, Parked, Release, Served, Work,
};
use sqlx::types::Uuid;
use sqlx::{Connection, SqliteConnection, SqliteExecutor};

use crate::error::Failure;
use crate::rows::micros;
use crate::store::SqliteStore;
use crate::work::{id, work};

/// What is free to be claimed, as (ledger, item, chat), the longest waiting first: ?1 is now.
/// Drafts and replies are those of chats whose keys begin with ?3.
macro_rules! free {
    (reading) => {
        "SELECT d.ledger_id, d.id AS item, l.chat,
            row_number() OVER (PARTITION BY d.opened_by ORDER BY d.read_from, d.place) AS rank
         FROM drafts AS d JOIN ledgers AS l USING (ledger_id)
         LEFT JOIN claims AS c ON c.ledger_id = d.ledger_id AND c.kind = 'reading' AND c.item = d.id
         WHERE d.state = 'waiting' AND d.read_from <= ?1 AND coalesce(c.until, ?1) <= ?1
            AND substr(l.chat, 1, length(?3)) = ?3
         ORDER BY rank, max(d.read_from, d.turn)"
    };
    (reply) => {
        "SELECT p.ledger_id, CAST(p.place AS BLOB) AS item, coalesce(l.chat, p.chat) AS chat
         FROM (SELECT ledger_id, chat, min(place) AS place FROM parked GROUP BY ledger_id) AS p
         LEFT JOIN ledgers AS l USING (ledger_id)
         LEFT JOIN claims AS c ON c.ledger_id = p.ledger_id AND c.kind = 'reply'
            AND c.item = CAST(p.place AS BLOB)
         WHERE coalesce(c.until, ?1) <= ?1 AND substr(p.chat, 1, length(?3)) = ?3
         ORDER BY p.place"
    };
    (suggestion) => {
        "SELECT s.ledger_id, s.expense AS item, l.chat FROM suggestions AS s
         JOIN ledgers AS l USING (ledger_id)
         JOIN expenses AS e ON e.ledger_id = s.ledger_id AND e.id = s.expense
         LEFT JOIN claims AS c ON c.ledger_id = s.ledger_id AND c.kind = 'suggestion'
            AND c.item = s.expense
         WHERE coalesce(c.until, ?1) <= ?1
         ORDER BY s.since"
    };
    (sweep) => {
        "SELECT l.ledger_id, x'' AS item, l.chat FROM ledgers AS l
         LEFT JOIN claims AS c ON c.ledger_id = l.ledger_id AND c.kind = 'sweep' AND c.item = x''
         WHERE l.sweep_at <= ?1 AND coalesce(c.until, ?1) <= ?1
         ORDER BY l.sweep_at"
    };
    (rate) => {
        "SELECT e.ledger_id, e.id AS item, l.chat FROM expenses AS e JOIN ledgers AS l USING (ledger_id)
         WHERE e.rate_due <= ?1
         ORDER BY e.rate_due"
    };
}

/// Whether there is any, so that looking for work writes nothing.
const ANY: [&str; 5] = [
    concat!("SELECT EXISTS (", free!(reading), " LIMIT ?2)"),
    concat!("SELECT EXISTS (", free!(reply), " LIMIT ?2)"),
    concat!("SELECT EXISTS (", free!(sweep), " LIMIT ?2)"),
    concat!("SELECT EXISTS (", free!(suggestion), " LIMIT ?2)"),
    concat!("SELECT EXISTS (", free!(rate), " LIMIT ?2)"),
];
const FREE: [&str; 5] = [
    concat!(free!(reading), " LIMIT ?2"),
    concat!(free!(reply), " LIMIT ?2"),
    concat!(free!(sweep), " LIMIT ?2"),
    concat!(free!(suggestion), " LIMIT ?2"),
    concat!(free!(rate), " LIMIT ?2"),
];
const TAKE: &str = "INSERT INTO claims (ledger_id, kind, item, claim, until, attempt)
     VALUES (?1, ?2, ?3, randomblob(16), ?4, 1)
     ON CONFLICT (ledger_id, kind, item) DO UPDATE SET
        claim = excluded.claim, until = excluded.until, attempt = attempt + 1
     RETURNING claim, attempt";
/// Whoever opened this draft goes to the end of the line with the others.
const END_TURN: &str = "UPDATE drafts SET turn = ?3 WHERE state = 'waiting' AND opened_by =
        (SELECT opened_by FROM drafts WHERE ledger_id = ?1 AND id = ?2)";

/// How much waits. What is counted has an index of its own, or a table with nothing else in it.
const BACKLOG: &str = "SELECT
    (SELECT count(*) FROM drafts WHERE state = 'waiting'),
    (SELECT count(*) FROM parked),
    (SELECT count(*) FROM suggestions),
    (SELECT count(*) FROM expenses WHERE rate_due IS NOT NULL)";

fn place(kind: JobKind) -> usize {
    match kind {
        JobKind::Reading => 0,
        JobKind::Reply => 1,
        JobKind::Sweep => 2,
        JobKind::Suggestion => 3,
        JobKind::Rate => 4,
    }
}

#[async_trait]
impl Jobs for SqliteStore {
    async fn claim(&self, wanted: ClaimRequest) -> PortResult<Vec<Job>> {
        let jobs = self.take(wanted).await;
        jobs.map_err(|failure| failure.during("jobs", "claim"))
    }

    async fn waiting(&self, limit: usize) -> PortResult<Vec<DraftId>> {
        let drafts = self.in_turn(limit).await;
        drafts.map_err(|failure| failure.during("jobs", "waiting"))
    }

    async fn parked(
        &self,
        limit: usize,
        served: Served,
        dying: Duration,
    ) -> PortResult<Vec<ChatKey>> {
        let chats = self.chats_with_parked(limit, served, dying).await;
        chats.map_err(|failure| failure.during("jobs", "parked"))
    }

    async fn backlog(&self) -> PortResult<Backlog> {
        let backlog = self.count().await;
        backlog.map_err(|failure| failure.during("jobs", "backlog"))
    }

    async fn release(&self, job: &Job, release: Release) -> PortResult<()> {
        let released = self.end(job, release).await;
        released.map_err(|failure| failure.during("jobs", "release"))
    }

    async fn park(&self, parked: &Parked, wait: Duration) -> PortResult<()> {
        let kept = self.keep(parked, wait).await;
        kept.map_err(|failure| failure.during("jobs", "park"))
    }
}

#[derive(sqlx::FromRow)]
struct Free {
    ledger_id: i64,
    item: Vec<u8>,
    chat: String,
}

async fn free(
    db: impl SqliteExecutor<'_>,
    place: usize,
    now: DateTime<Utc>,
    limit: usize,
    served: Served,
) -> Result<Vec<Free>, Failure> {
    let free = sqlx::query_as(FREE[place])
        .bind(micros(now))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .bind(served.0)
        .fetch_all(db)
        .await?;
    Ok(free)
}

impl SqliteStore {
    async fn take(&self, wanted: ClaimRequest) -> Result<Vec<Job>, Failure> {
        let ClaimRequest {
            kind,
            limit,
            ttl,
            served,
        } = wanted;
        let now = self.clock.now();
        let place = place(kind);
        if kind == JobKind::Sweep {
            self.drop_orphans(now).await?;
        }
        let any: bool = sqlx::query_scalar(ANY[place])
            .bind(micros(now))
            .bind(1)
            .bind(served.0)
            .fetch_one(&self.readers)
            .await?;
        if !any || limit == 0 {
            return Ok(Vec::new());
        }
        let mut writer = self.writer.acquire().await?;
        let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
        let free = self::free(&mut *transaction, place, now, limit, served).await?;
        let mut jobs = Vec::with_capacity(free.len());
        for free in free {
            let Free {
                ledger_id: ledger,
                item,
                chat,
            } = free;
            let (claim, attempt): (Uuid, i64) = sqlx::query_as(TAKE)
                .bind(ledger)
                .bind(column::kind(kind))
                .bind(&item)
                .bind(micros(later(now, ttl)))
                .fetch_one(&mut *transaction)
                .await?;
            if kind == JobKind::Reading {
                sqlx::query(END_TURN)
                    .bind(ledger)
                    .bind(&item)
                    .bind(micros(now))
                    .execute(&mut *transaction)
                    .await?;
            }
            if kind == JobKind::Rate {
                put_off(&mut transaction, ledger, &item, later(now, ttl)).await?;
            }
            let chat: ChatKey = word(&chat)?;
            let ledger = LedgerId::from_i64(ledger);
            jobs.push(Job {
                claim,
                attempt: narrow(attempt)?,
                ledger,
                work: work(&mut transaction, kind, ledger, &item, &chat).await?,
                chat,
            });
        }
        transaction.commit().await?;
        Ok(jobs)
    }

    async fn count(&self) -> Result<Backlog, Failure> {
        let counts: (i64, i64, i64, i64) = sqlx::query_as(BACKLOG).fetch_one(&self.readers).await?;
        let (readings, replies, suggestions, rates) = counts;
        Ok(Backlog {
            readings: narrow(readings)?,
            replies: narrow(replies)?,
            suggestions: narrow(suggestions)?,
            rates: narrow(rates)?,
        })
    }

    async fn in_turn(&self, limit: usize) -> Result<Vec<DraftId>, Failure> {
        let free = free(
            &self.readers,
            place(JobKind::Reading),
            self.clock.now(),
            limit,
            Served::default(),
        )
        .await?;
        let drafts = free
            .iter()
            .map(|free| Ok(DraftId::from_uuid(id(&free.item)?)));
        drafts.collect()
    }

    /// Nobody sweeps for an erased ledger any more: its keys go by themselves.
    async fn drop_orphans(&self, now: DateTime<Utc>) -> Result<(), Failure> {
        let old = micros(earlier(now, limits::OUTCOMES));
        let any: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM outcomes WHERE orphaned = 1 AND at <= ?1)",
        )
        .bind(old)
        .fetch_one(&self.readers)
        .await?;
        if any {
            sqlx::query("DELETE FROM outcomes WHERE orphaned = 1 AND at <= ?1")
                .bind(old)
                .execute(&mut *self.writer.acquire().await?)
                .await?;
        }
        Ok(())
    }

    async fn end(&self, job: &Job, release: Release) -> Result<(), Failure> {
        let now = self.clock.now();
        let until = later(now, release.pause());
        let mut writer = self.writer.acquire().await?;
        let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
        let item: Option<Vec<u8>> = sqlx::query_scalar(
            "UPDATE claims SET claim = NULL, until = ?4, attempt = attempt - ?5
             WHERE ledger_id = ?1 AND kind = ?2 AND claim = ?3 RETURNING item",
        )
        .bind(job.ledger.as_i64())
        .bind(column::kind(job.work.kind()))
        .bind(job.claim)
        .bind(micros(until))
        .bind(matches!(release, Release::NotBegun { .. }))
        .fetch_optional(&mut *transaction)
        .await?;
        let ledger = job.ledger.as_i64();
        let done: &[&'static str] = match (&job.work, release) {
            (Work::Reply(_), Release::Done) => &SENT,
            (Work::Suggestion { .. }, Release::Done) => &SUGGESTED,
            _ => &[],
        };
        if let Some(item) = item {
            for statement in done {
                sqlx::query(*statement)
                    .bind(ledger)
                    .bind(&item)
                    .execute(&mut *transaction)
                    .await?;
            }
            if matches!(job.work, Work::Rate { .. }) {
                put_off(&mut transaction, ledger, &item, until).await?;
            }
        }
        Ok(transaction.commit().await?)
    }
}

const SENT: [&str; 2] = [
    "DELETE FROM parked WHERE ledger_id = ?1 AND CAST(place AS BLOB) = ?2",
    "DELETE FROM claims WHERE ledger_id = ?1 AND kind = 'reply' AND item = ?2",
];

const SUGGESTED: [&str; 2] = [
    "DELETE FROM suggestions WHERE ledger_id = ?1 AND expense = ?2",
    "DELETE FROM claims WHERE ledger_id = ?1 AND kind = 'suggestion' AND item = ?2",
];

/// The rate of an expense that lacks one may be looked for at this time. It stands in the
/// expense's own row, so that those that wait for long cost no look anything.
async fn put_off(
    db: &mut SqliteConnection,
    ledger: i64,
    id: &[u8],
    until: DateTime<Utc>,
) -> Result<(), Failure> {
    sqlx::query(
        "UPDATE expenses SET rate_due = ?3
         WHERE ledger_id = ?1 AND id = ?2 AND rate_due IS NOT NULL",
    )
    .bind(ledger)
    .bind(id)
    .bind(micros(until))
    .execute(db)
    .await?;
    Ok(())
}
