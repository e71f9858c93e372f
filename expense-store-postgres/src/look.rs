//! What the database holds of that which a batch touches.
//!
//! It is looked at without locks. What was read under a stamp is true as long as the stamp
//! stands, and whatever is written names the stamp that it was decided by.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use expense_core::conversation::session::SessionVersion;
use expense_core::domain::keys::{DraftId, ExpenseId, LedgerId};
use expense_core::domain::ledger::Revision;
use expense_core::memory::column::{narrow, parsed_or_empty};
use expense_core::memory::plan::{Found, hashed, named};
use expense_core::ports::store::{Commit, Outcome};
use sqlx::PgConnection;
use sqlx::types::Uuid;

use crate::error::Failure;
use crate::writes::is_common;

/// The counters of a ledger; all zero where there is none.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Head {
    /// Another after every commit.
    pub(crate) stamp: i64,
    /// Of its settings.
    pub(crate) revision: Revision,
    /// Of its session.
    pub(crate) session: SessionVersion,
    /// The last number.
    pub(crate) number: u32,
    /// The last place.
    pub(crate) place: i64,
    /// When it is due for a sweep.
    pub(crate) sweep_at: Option<DateTime<Utc>>,
}

/// What a commit is decided by.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) head: Head,
    /// What its key did, if it did.
    pub(crate) outcome: Option<Outcome>,
    /// The ledger that the chat leads to, where the commit's own does not exist.
    elsewhere: Option<(LedgerId, Revision)>,
    expenses: HashMap<ExpenseId, u32>,
    drafts: HashMap<DraftId, u32>,
}

impl Seen {
    /// What is known without looking: enough for a commit that names nothing that exists.
    pub(crate) fn remembered(head: Head) -> Self {
        Self {
            head,
            ..Self::default()
        }
    }

    /// The same for the plan of this commit.
    pub(crate) fn found(&mut self, commit: &Commit) -> Found {
        let exists = self.head.stamp > 0;
        Found {
            session: self.head.session,
            ledger: if exists {
                Some((commit.ledger.id, self.head.revision))
            } else {
                self.elsewhere
            },
            last_number: self.head.number,
            expenses: std::mem::take(&mut self.expenses),
            drafts: std::mem::take(&mut self.drafts),
        }
    }
}

/// How much is looked at before a batch is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Care {
    /// Nothing of ledgers whose counters are remembered.
    Trusting,
    /// What the commits name.
    Usual,
    /// Also whether the expenses that they add are there, as no honest commit's are: one that failed
    /// finds out so why.
    Thorough,
}

/// Looks at what these commits touch.
pub(crate) async fn look(
    db: &mut PgConnection,
    commits: &[&Commit],
    care: Care,
) -> Result<Vec<Seen>, Failure> {
    let mut seen = heads(db, commits).await?;
    elsewhere(db, commits, &mut seen).await?;
    let (mut expenses, mut drafts) = (Wanted::default(), Wanted::default());
    let touching = |commit: &Commit| care == Care::Thorough || !is_common(commit);
    let members = commits.iter().enumerate();
    for (member, commit) in members.filter(|(_, commit)| touching(commit)) {
        let (expense_ids, draft_ids) = named(commit);
        let (expense_ids, draft_ids) = (expense_ids.iter(), draft_ids.iter());
        expenses.add(member, commit, expense_ids.map(|id| *id.as_uuid()))?;
        drafts.add(member, commit, draft_ids.map(|id| *id.as_uuid()))?;
    }
    for (member, id, revision) in expenses.revisions(db, EXPENSES).await? {
        if let Some(seen) = seen.get_mut(member) {
            seen.expenses.insert(ExpenseId::from_uuid(id), revision);
        }
    }
    for (member, id, revision) in drafts.revisions(db, DRAFTS).await? {
        if let Some(seen) = seen.get_mut(member) {
            seen.drafts.insert(DraftId::from_uuid(id), revision);
        }
    }
    Ok(seen)
}

/// The stamps of those of the ledgers that exist.
pub(crate) async fn stamps(
    db: &mut PgConnection,
    ledgers: Vec<i64>,
) -> Result<HashMap<i64, i64>, Failure> {
    let rows: Vec<(i64, i64)> =
        sqlx::query_as("SELECT ledger_id, stamp FROM counters WHERE ledger_id = ANY ($1)")
            .bind(ledgers)
            .fetch_all(db)
            .await?;
    Ok(rows.into_iter().collect())
}

const HEADS: &str = "SELECT r.member, coalesce(c.stamp, 0) AS stamp, coalesce(c.revision, 0) AS revision,
        coalesce(c.session_version, 0) AS session_version, coalesce(c.last_number, 0) AS last_number,
        coalesce(c.last_place, 0) AS last_place, c.sweep_at, o.key IS NOT NULL AS known, o.outcome
     FROM unnest($1::bigint[], $2::uuid[]) WITH ORDINALITY AS r(ledger_id, key, member)
     LEFT JOIN counters AS c ON c.ledger_id = r.ledger_id
     LEFT JOIN outcomes AS o ON o.ledger_id = r.ledger_id AND o.key = r.key";

/// Its columns in their order: by their names they would be looked for with each row.
type HeadRow = (
    i64,
    i64,
    i64,
    i64,
    i32,
    i64,
    Option<DateTime<Utc>>,
    bool,
    Option<String>,
);

async fn heads(db: &mut PgConnection, commits: &[&Commit]) -> Result<Vec<Seen>, Failure> {
    let ids = commits.iter().map(|commit| commit.ledger.id.as_i64());
    let keys = commits.iter().map(|c| hashed(&c.chat, &c.key));
    let rows: Vec<HeadRow> = sqlx::query_as(HEADS)
        .bind(ids.collect::<Vec<_>>())
        .bind(keys.collect::<Vec<_>>())
        .fetch_all(db)
        .await?;
    let mut seen: Vec<Seen> = commits.iter().map(|_| Seen::default()).collect();
    for (member, stamp, revision, session, number, place, sweep_at, known, outcome) in rows {
        let member: usize = narrow(member - 1)?;
        let seen = seen.get_mut(member).ok_or(Failure::Unknown("row"))?;
        seen.head = Head {
            stamp,
            revision: Revision(narrow(revision)?),
            session: SessionVersion(narrow(session)?),
            number: narrow(number)?,
            place,
            sweep_at,
        };
        if known {
            seen.outcome = Some(parsed_or_empty(outcome.as_deref())?);
        }
    }
    Ok(seen)
}

/// Where no ledger has the commit's id, its chat may lead to one: the chat of another moved here.
const ELSEWHERE: &str = "SELECT r.member, c.ledger_id, c.revision
     FROM unnest($1::integer[], $2::text[]) AS r(member, chat)
     JOIN chats AS m ON m.chat = r.chat JOIN counters AS c ON c.ledger_id = m.ledger_id";

async fn elsewhere(
    db: &mut PgConnection,
    commits: &[&Commit],
    seen: &mut [Seen],
) -> Result<(), Failure> {
    let (mut members, mut chats) = (Vec::<i32>::new(), Vec::new());
    for (member, (commit, seen)) in commits.iter().zip(&*seen).enumerate() {
        if seen.head.stamp == 0 {
            members.push(narrow(member)?);
            chats.push(commit.chat.as_str());
        }
    }
    if members.is_empty() {
        return Ok(());
    }
    let rows: Vec<(i32, i64, i64)> = sqlx::query_as(ELSEWHERE)
        .bind(members)
        .bind(chats)
        .fetch_all(db)
        .await?;
    for (member, ledger, revision) in rows {
        if let Some(seen) = seen.get_mut(narrow::<usize, _>(member)?) {
            let revision = Revision(narrow(revision)?);
            seen.elsewhere = Some((LedgerId::from_i64(ledger), revision));
        }
    }
    Ok(())
}

const EXPENSES: &str = "SELECT r.member, t.id, t.revision
     FROM unnest($1::integer[], $2::bigint[], $3::uuid[]) AS r(member, ledger_id, id)
     JOIN expenses AS t ON t.ledger_id = r.ledger_id AND t.id = r.id";
const DRAFTS: &str = "SELECT r.member, t.id, t.revision
     FROM unnest($1::integer[], $2::bigint[], $3::uuid[]) AS r(member, ledger_id, id)
     JOIN drafts AS t ON t.ledger_id = r.ledger_id AND t.id = r.id";

/// Rows whose revisions are asked for.
#[derive(Default)]
struct Wanted {
    members: Vec<i32>,
    ledgers: Vec<i64>,
    ids: Vec<Uuid>,
}

impl Wanted {
    fn add(
        &mut self,
        member: usize,
        commit: &Commit,
        ids: impl Iterator<Item = Uuid>,
    ) -> Result<(), Failure> {
        for id in ids {
            self.members.push(narrow(member)?);
            self.ledgers.push(commit.ledger.id.as_i64());
            self.ids.push(id);
        }
        Ok(())
    }

    async fn revisions(
        self,
        db: &mut PgConnection,
        statement: &'static str,
    ) -> Result<Vec<(usize, Uuid, u32)>, Failure> {
        if self.ids.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<(i32, Uuid, i32)> = sqlx::query_as(statement)
            .bind(self.members)
            .bind(self.ledgers)
            .bind(self.ids)
            .fetch_all(db)
            .await?;
        rows.into_iter()
            .map(|(member, id, revision)| Ok((narrow(member)?, id, narrow(revision)?)))
            .collect()
    }
}
