//! Work that waits in the database.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use expense_core::domain::keys::{ChatKey, DraftId, LedgerId};
use expense_core::domain::limits;
use expense_core::memory::column::{self, narrow};
use expense_core::memory::{earlier, later};
use expense_core::ports::error::Result as PortResult;
use expense_core::ports::jobs::{
    Backlog, ClaimRequest, Job, JobKind, Jobs, Parked, Release, Served,
};
use sqlx::PgConnection;
use sqlx::types::Uuid;

use crate::error::Failure;
use crate::parked;
use crate::store::PostgresStore;
use crate::work::work;

/// What is free to be claimed, as (ledger, item), the longest waiting first, at most $2: $1 is now.
/// Drafts and replies are those of keys that begin with $3.
macro_rules! free {
    (reading) => {
        "SELECT w.ledger_id, w.id AS item FROM (
            SELECT d.ledger_id, d.id, d.read_from, d.turn,
                row_number() OVER (PARTITION BY d.opened_by ORDER BY d.read_from, d.place) AS rank
            FROM drafts AS d
            LEFT JOIN claims AS t ON t.ledger_id = d.ledger_id AND t.kind = 'reading'
                AND t.item = d.id
            WHERE d.state = 'waiting' AND d.read_from <= $1 AND coalesce(t.until <= $1, true)
                AND starts_with(d.opened_by, $3)) AS w
         ORDER BY w.rank, greatest(w.read_from, w.turn) LIMIT $2"
    };
    (reply) => {
        "SELECT w.ledger_id, lpad(to_hex(w.place), 32, '0')::uuid AS item
         FROM (SELECT ledger_id, min(place) AS place FROM parked
            WHERE starts_with(chat, $3) GROUP BY ledger_id) AS w
         LEFT JOIN claims AS t ON t.ledger_id = w.ledger_id AND t.kind = 'reply'
            AND t.item = lpad(to_hex(w.place), 32, '0')::uuid
         WHERE coalesce(t.until <= $1, true) ORDER BY w.place LIMIT $2"
    };
    (suggestion) => {
        "SELECT w.ledger_id, w.expense AS item FROM suggestions AS w
         JOIN expenses AS e ON e.ledger_id = w.ledger_id AND e.id = w.expense
         LEFT JOIN claims AS t ON t.ledger_id = w.ledger_id AND t.kind = 'suggestion'
            AND t.item = w.expense
         WHERE coalesce(t.until <= $1, true) ORDER BY w.since LIMIT $2"
    };
    (sweep) => {
        "SELECT w.ledger_id, '00000000-0000-0000-0000-000000000000'::uuid AS item
         FROM counters AS w
         LEFT JOIN claims AS t ON t.ledger_id = w.ledger_id AND t.kind = 'sweep'
         WHERE w.sweep_at <= $1 AND coalesce(t.until <= $1, true) ORDER BY w.sweep_at LIMIT $2"
    };
    (rate) => {
        "SELECT w.ledger_id, w.id AS item FROM expenses AS w
         WHERE w.rate_due <= $1 ORDER BY w.rate_due LIMIT $2"
    };
}

/// Claims what is free, until $4, and does what else belongs to it. Of two who try the same, the
/// second finds the first one's claim and takes nothing.
macro_rules! claim {
    ($kind:ident, $besides:literal) => {
        concat!(
            "WITH taken AS (
                INSERT INTO claims AS c (ledger_id, kind, item, claim, until, attempt)
                SELECT f.ledger_id, '",
            stringify!($kind),
            "', f.item, gen_random_uuid(), $4, 1 FROM (",
            free!($kind),
            ") AS f
                ON CONFLICT (ledger_id, kind, item) DO UPDATE SET claim = excluded.claim,
                    until = excluded.until, attempt = c.attempt + 1
                WHERE c.until <= $1
                RETURNING ledger_id, item, claim, attempt)",
            $besides,
            " SELECT ledger_id, item, claim, attempt FROM taken"
        )
    };
}

/// Whoever opened one of these drafts goes to the end of the line with the others.
const CLAIM_READINGS: &str = claim!(
    reading,
    ", turned AS (UPDATE drafts SET turn = $1 WHERE state = 'waiting' AND opened_by IN
        (SELECT d.opened_by FROM drafts AS d
         JOIN taken ON taken.ledger_id = d.ledger_id AND taken.item = d.id))"
);
const CLAIM_REPLIES: &str = claim!(reply, "");
const CLAIM_SUGGESTIONS: &str = claim!(suggestion, "");
const CLAIM_SWEEPS: &str = claim!(sweep, "");
/// When the rate of an expense may be looked for stands in its own row, so that those that wait
/// for long cost no look anything.
const CLAIM_RATES: &str = claim!(
    rate,
    ", put_off AS (UPDATE expenses AS e SET rate_due = $4 FROM taken
        WHERE e.ledger_id = taken.ledger_id AND e.id = taken.item AND e.rate_due IS NOT NULL)"
);
const WAITING: &str = concat!("SELECT item FROM (", free!(reading), ") AS f");

/// How much waits. What is counted has an index of its own, or a table with nothing else in it.
const BACKLOG: &str = "SELECT
    (SELECT count(*) FROM drafts WHERE state = 'waiting'),
    (SELECT count(*) FROM parked),
    (SELECT count(*) FROM suggestions),
    (SELECT count(*) FROM expenses WHERE rate_due IS NOT NULL)";

fn claiming(kind: JobKind) -> &'static str {
    match kind {
        JobKind::Reading => CLAIM_READINGS,
        JobKind::Reply => CLAIM_REPLIES,
        JobKind::Suggestion => CLAIM_SUGGESTIONS,
        JobKind::Sweep => CLAIM_SWEEPS,
        JobKind::Rate => CLAIM_RATES,
    }
}

#[async_trait]
impl Jobs for PostgresStore {
    async fn claim(&self, wanted: ClaimRequest) -> PortResult<Vec<Job>> {
        let now = self.clock.now();
        let jobs = self.with(async |db| take(db, now, wanted).await).await;
        jobs.map_err(|failure| failure.during("jobs", "claim"))
    }

    async fn waiting(&self, limit: usize) -> PortResult<Vec<DraftId>> {
        let now = self.clock.now();
        let drafts = self.with(async |db| in_turn(db, now, limit).await).await;
        drafts.map_err(|failure| failure.during("jobs", "waiting"))
    }

    async fn parked(
        &self,
        limit: usize,
        served: Served,
        dying: Duration,
    ) -> PortResult<Vec<ChatKey>> {
        let now = self.clock.now();
        let chats = self.with(async |db| parked::chats(db, now, limit, served, dying).await);
        let chats = chats.await;
        chats.map_err(|failure| failure.during("jobs", "parked"))
    }

    async fn backlog(&self) -> PortResult<Backlog> {
        let backlog = self.with(async |db| count(db).await).await;
        backlog.map_err(|failure| failure.during("jobs", "backlog"))
    }

    async fn release(&self, job: &Job, release: Release) -> PortResult<()> {
        let now = self.clock.now();
        let released = self.with(async |db| end(db, now, job, release).await).await;
        released.map_err(|failure| failure.during("jobs", "release"))
    }

    async fn park(&self, parked: &Parked, wait: Duration) -> PortResult<()> {
        let from = (!wait.is_zero()).then(|| later(self.clock.now(), wait));
        let kept = self
            .with(async |db| parked::keep(db, parked, from).await)
            .await;
        kept.map_err(|failure| failure.during("jobs", "park"))
    }
}

async fn take(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    wanted: ClaimRequest,
) -> Result<Vec<Job>, Failure> {
    let kind = wanted.kind;
    if kind == JobKind::Sweep {
        drop_orphans(db, now).await?;
    }
    let taken: Vec<(i64, Uuid, Uuid, i32)> = sqlx::query_as(claiming(kind))
        .bind(now)
        .bind(i64::try_from(wanted.limit).unwrap_or(i64::MAX))
        .bind(wanted.served.0)
        .bind(later(now, wanted.ttl))
        .fetch_all(&mut *db)
        .await?;
    let mut jobs = Vec::with_capacity(taken.len());
    for (ledger, item, claim, attempt) in taken {
        let id = LedgerId::from_i64(ledger);
        // What went since it was claimed is no work any more.
        if let Some((chat, work)) = work(db, kind, id, item).await? {
            jobs.push(Job {
                claim,
                attempt: narrow(attempt)?,
                chat,
                ledger: id,
                work,
            });
        }
    }
    Ok(jobs)
}

async fn count(db: &mut PgConnection) -> Result<Backlog, Failure> {
    let counts: (i64, i64, i64, i64) = sqlx::query_as(BACKLOG).fetch_one(db).await?;
    let (readings, replies, suggestions, rates) = counts;
    Ok(Backlog {
        readings: narrow(readings)?,
        replies: narrow(replies)?,
        suggestions: narrow(suggestions)?,
        rates: narrow(rates)?,
    })
}

async fn in_turn(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    limit: usize,
) -> Result<Vec<DraftId>, Failure> {
    let drafts: Vec<Uuid> = sqlx::query_scalar(WAITING)
        .bind(now)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .bind(Served::default().0)
        .fetch_all(db)
        .await?;
    Ok(drafts.into_iter().map(DraftId::from_uuid).collect())
}

/// Nobody sweeps for an erased ledger any more: its keys go by themselves.
async fn drop_orphans(db: &mut PgConnection, now: DateTime<Utc>) -> Result<(), Failure> {
    sqlx::query("DELETE FROM outcomes WHERE orphaned AND at <= $1")
        .bind(earlier(now, limits::OUTCOMES))
        .execute(db)
        .await?;
    Ok(())
}

/// Ends the claim $3 of the kind $2 in the ledger $1, so that the work is free again at $4; $5 attempts
/// were none.
macro_rules! end {
    ($besides:literal) => {
        concat!(
            "WITH ended AS (
                UPDATE claims SET claim = NULL, until = $4, attempt = attempt - $5
                WHERE ledger_id = $1 AND kind = $2 AND claim = $3 RETURNING ledger_id, item)",
            $besides,
            " SELECT item FROM ended"
        )
    };
}
const END: &str = end!("");
const END_REPLY: &str = end!(
    ", sent AS (DELETE FROM parked AS p USING ended AS e
        WHERE p.ledger_id = e.ledger_id AND lpad(to_hex(p.place), 32, '0')::uuid = e.item)"
);
const END_SUGGESTION: &str = end!(
    ", done AS (DELETE FROM suggestions AS s USING ended AS e
        WHERE s.ledger_id = e.ledger_id AND s.expense = e.item)"
);
const END_RATE: &str = end!(
    ", put_off AS (UPDATE expenses AS x SET rate_due = $4 FROM ended AS e
        WHERE x.ledger_id = e.ledger_id AND x.id = e.item AND x.rate_due IS NOT NULL)"
);
/// A claim of what is gone counts for nothing.
const FORGET: &str = "DELETE FROM claims WHERE ledger_id = $1 AND kind = $2 AND item = $3";

async fn end(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    job: &Job,
    release: Release,
) -> Result<(), Failure> {
    let kind = job.work.kind();
    let name = column::kind(kind);
    let (statement, gone) = match (kind, release) {
        (JobKind::Reply, Release::Done) => (END_REPLY, true),
        (JobKind::Suggestion, Release::Done) => (END_SUGGESTION, true),
        (JobKind::Rate, _) => (END_RATE, false),
        _ => (END, false),
    };
    let item: Option<Uuid> = sqlx::query_scalar(statement)
        .bind(job.ledger.as_i64())
        .bind(name)
        .bind(job.claim)
        .bind(later(now, release.pause()))
        .bind(i32::from(matches!(release, Release::NotBegun { .. })))
        .fetch_optional(&mut *db)
        .await?;
    if let Some(item) = item.filter(|_| gone) {
        let forget = sqlx::query(FORGET).bind(job.ledger.as_i64()).bind(name);
        forget.bind(item).execute(db).await?;
    }
    Ok(())
}
