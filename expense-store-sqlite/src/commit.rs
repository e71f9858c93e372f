//! Recording: commits that wait are written together, each with its own outcome.

use std::collections::{HashSet, VecDeque};

use expense_core::conversation::session::SessionVersion;
use expense_core::domain::keys::{DraftId, ExpenseId, LedgerId};
use expense_core::domain::ledger::Revision;
use expense_core::memory::plan::{Found, Plan, hashed, named, plan};
use expense_core::ports::store::{Commit, Committed, Outcome};
use sqlx::types::Uuid;
use sqlx::types::uuid::fmt::Simple;
use sqlx::{Connection, SqliteConnection, SqlitePool};
use tokio::sync::{mpsc, oneshot};

use crate::config::BATCH;
use crate::error::Failure;
use crate::read::led_to;
use crate::rows::{json, narrow, parsed};
use crate::sql::with_rows;
use crate::writes::{Counters, Rows};

/// What the writer is told.
pub(crate) enum Message {
    /// Record this.
    Commit(Box<Request>),
    /// Finish what waits and end.
    Close,
}

/// A commit with whom to tell. Whoever asked may be gone by then: it is recorded all the same.
pub(crate) struct Request {
    pub(crate) commit: Commit,
    pub(crate) done: oneshot::Sender<Result<Committed, Failure>>,
}

/// Writes what comes in, in batches of what waits at that moment: alone, a commit goes at once.
pub(crate) async fn run(writer: SqlitePool, mut inbox: mpsc::Receiver<Message>) {
    let mut waiting = VecDeque::new();
    loop {
        if waiting.is_empty() {
            match inbox.recv().await {
                Some(Message::Commit(request)) => waiting.push_back(*request),
                Some(Message::Close) => inbox.close(),
                None => return,
            }
        }
        while waiting.len() < BATCH {
            match inbox.try_recv() {
                Ok(Message::Commit(request)) => waiting.push_back(*request),
                Ok(Message::Close) => inbox.close(),
                Err(_) => break,
            }
        }
        if !waiting.is_empty() {
            record(&writer, take_batch(&mut waiting)).await;
        }
    }
}

/// At most one commit of a ledger: the next is decided by what this one leaves. Sorted, so that
/// neighbors in the file are written one after the other.
fn take_batch(waiting: &mut VecDeque<Request>) -> Vec<Request> {
    let mut ledgers = HashSet::new();
    let mut batch = Vec::with_capacity(waiting.len());
    let mut later = VecDeque::new();
    for request in waiting.drain(..) {
        if ledgers.insert(request.commit.ledger.id) {
            batch.push(request);
        } else {
            later.push_back(request);
        }
    }
    *waiting = later;
    batch.sort_by_key(|request| request.commit.ledger.id);
    batch
}

/// Where one commit may be to blame for an error, each is tried alone.
async fn record(writer: &SqlitePool, batch: Vec<Request>) {
    let (commits, waiters): (Vec<Commit>, Vec<_>) = batch
        .into_iter()
        .map(|request| (request.commit, request.done))
        .unzip();
    let together = transact(writer, &commits).await;
    let failure = match together {
        Ok(results) => {
            for (waiter, result) in waiters.into_iter().zip(results) {
                // Nobody waits any more: the outcome is kept under its key.
                let _ = waiter.send(Ok(result));
            }
            return;
        }
        Err(failure) => failure,
    };
    for (waiter, commit) in waiters.into_iter().zip(&commits) {
        let result = if commits.len() > 1 && failure.may_be_one_members() {
            let alone = transact(writer, std::slice::from_ref(commit)).await;
            alone.and_then(|mut results| results.pop().ok_or(Failure::Closed))
        } else {
            Err(failure)
        };
        let _ = waiter.send(result);
    }
}

/// One transaction for all, one result each. It takes the file for writing before it looks, so
/// that other processes may write to it, too.
async fn transact(writer: &SqlitePool, commits: &[Commit]) -> Result<Vec<Committed>, Failure> {
    let mut connection = writer.acquire().await?;
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let seen = look(&mut transaction, commits).await?;
    let decided = commits
        .iter()
        .zip(seen)
        .map(|(commit, seen)| decide(commit, seen))
        .collect::<Vec<_>>();
    let mut rows = Rows::default();
    for (commit, decision) in commits.iter().zip(&decided) {
        if let Decision::Record(plan, counters) = decision {
            rows.add(commit, plan, *counters);
        }
    }
    rows.write(&mut transaction).await?;
    drop(rows);
    transaction.commit().await?;
    Ok(decided.into_iter().map(Decision::committed).collect())
}

enum Decision {
    Record(Plan, Counters),
    Answer(Committed),
}

impl Decision {
    fn committed(self) -> Committed {
        match self {
            Self::Answer(committed) => committed,
            Self::Record(plan, _) => Committed::Recorded {
                outcome: plan.outcome,
                session: plan.session,
                revision: plan.revision,
            },
        }
    }
}

fn decide(commit: &Commit, seen: Seen) -> Decision {
    if let Some(outcome) = seen.outcome {
        return Decision::Answer(Committed::Already(outcome));
    }
    match plan(commit, seen.found) {
        Ok(plan) => Decision::Record(plan, seen.counters),
        Err(refusal) => Decision::Answer(Committed::Refused(refusal)),
    }
}

/// What the file holds of that which a commit touches.
#[derive(Default)]
struct Seen {
    outcome: Option<Outcome>,
    found: Found,
    counters: Counters,
}

async fn look(db: &mut SqliteConnection, commits: &[Commit]) -> Result<Vec<Seen>, Failure> {
    let mut seen: Vec<Seen> = commits.iter().map(|_| Seen::default()).collect();
    look_at_ledgers(db, commits, &mut seen).await?;
    look_elsewhere(db, commits, &mut seen).await?;
    look_at_outcomes(db, commits, &mut seen).await?;
    let named: Vec<_> = commits.iter().map(named).collect();
    let ids = named
        .iter()
        .map(|(ids, _)| ids.iter().map(ExpenseId::as_uuid));
    for (member, id, revision) in revisions(db, EXPENSE_REVISIONS, commits, ids).await? {
        if let Some(seen) = seen.get_mut(member) {
            seen.found
                .expenses
                .insert(ExpenseId::from_uuid(id), revision);
        }
    }
    let ids = named
        .iter()
        .map(|(_, ids)| ids.iter().map(DraftId::as_uuid));
    for (member, id, revision) in revisions(db, DRAFT_REVISIONS, commits, ids).await? {
        if let Some(seen) = seen.get_mut(member) {
            seen.found.drafts.insert(DraftId::from_uuid(id), revision);
        }
    }
    Ok(seen)
}

const LEDGERS: &str = "SELECT m.key, l.revision, l.session_version, l.last_number, l.last_place,
        l.sweep_at
     FROM json_each(?1) AS m CROSS JOIN ledgers AS l ON l.ledger_id = m.value";

async fn look_at_ledgers(
    db: &mut SqliteConnection,
    commits: &[Commit],
    seen: &mut [Seen],
) -> Result<(), Failure> {
    let ids: Vec<LedgerId> = commits.iter().map(|commit| commit.ledger.id).collect();
    let rows: Vec<(i64, i64, i64, i64, i64, Option<i64>)> = sqlx::query_as(LEDGERS)
        .bind(json(&ids)?)
        .fetch_all(db)
        .await?;
    for (member, revision, session, number, place, sweep_at) in rows {
        let member: usize = narrow(member)?;
        let (Some(seen), Some(id)) = (seen.get_mut(member), ids.get(member)) else {
            return Err(Failure::Unknown("row"));
        };
        seen.counters = Counters {
            number: narrow(number)?,
            place: narrow(place)?,
            sweep_at,
        };
        seen.found.ledger = Some((*id, Revision(narrow(revision)?)));
        seen.found.session = SessionVersion(narrow(session)?);
        seen.found.last_number = seen.counters.number;
    }
    Ok(())
}

/// Where no ledger has the commit's id, its chat may lead to one: the chat of another moved here.
const ELSEWHERE: &str = concat!(
    "SELECT ledger_id, revision FROM ledgers WHERE ledger_id = ",
    led_to!("?1")
);

async fn look_elsewhere(
    db: &mut SqliteConnection,
    commits: &[Commit],
    seen: &mut [Seen],
) -> Result<(), Failure> {
    for (commit, seen) in commits.iter().zip(seen) {
        if seen.found.ledger.is_none() {
            let led_to: Option<(i64, i64)> = sqlx::query_as(ELSEWHERE)
                .bind(commit.chat.as_str())
                .fetch_optional(&mut *db)
                .await?;
            if let Some((id, revision)) = led_to {
                let revision = Revision(narrow(revision)?);
                seen.found.ledger = Some((LedgerId::from_i64(id), revision));
            }
        }
    }
    Ok(())
}

const OUTCOMES: &str = with_rows!(
    "SELECT v->>0, coalesce(outcome, '{\"replies\":[]}') FROM rows
     CROSS JOIN outcomes ON ledger_id = v->>1 AND key = unhex(v->>2)"
);

async fn look_at_outcomes(
    db: &mut SqliteConnection,
    commits: &[Commit],
    seen: &mut [Seen],
) -> Result<(), Failure> {
    let keys: Vec<(usize, LedgerId, Simple)> = commits
        .iter()
        .enumerate()
        .map(|(member, commit)| {
            let key = hashed(&commit.chat, &commit.key).simple();
            (member, commit.ledger.id, key)
        })
        .collect();
    let rows: Vec<(i64, String)> = sqlx::query_as(OUTCOMES)
        .bind(json(&keys)?)
        .fetch_all(db)
        .await?;
    for (member, outcome) in rows {
        if let Some(seen) = seen.get_mut(narrow::<usize>(member)?) {
            seen.outcome = Some(parsed(&outcome)?);
        }
    }
    Ok(())
}

const EXPENSE_REVISIONS: &str = with_rows!(
    "SELECT v->>0, id, revision FROM rows
     CROSS JOIN expenses ON ledger_id = v->>1 AND id = unhex(v->>2)"
);

const DRAFT_REVISIONS: &str = with_rows!(
    "SELECT v->>0, id, revision FROM rows
     CROSS JOIN drafts ON ledger_id = v->>1 AND id = unhex(v->>2)"
);

async fn revisions<'a>(
    db: &mut SqliteConnection,
    statement: &'static str,
    commits: &[Commit],
    ids: impl Iterator<Item = impl Iterator<Item = &'a Uuid>>,
) -> Result<Vec<(usize, Uuid, u32)>, Failure> {
    let mut wanted: Vec<(usize, LedgerId, Simple)> = Vec::new();
    for (member, (commit, ids)) in commits.iter().zip(ids).enumerate() {
        wanted.extend(ids.map(|id| (member, commit.ledger.id, id.simple())));
    }
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(i64, Uuid, i64)> = sqlx::query_as(statement)
        .bind(json(&wanted)?)
        .fetch_all(db)
        .await?;
    rows.into_iter()
        .map(|(member, id, revision)| Ok((narrow(member)?, id, narrow(revision)?)))
        .collect()
}
