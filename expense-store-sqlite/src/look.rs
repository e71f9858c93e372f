//! What the file holds of that which a commit touches.

use expense_core::conversation::session::SessionVersion;
use expense_core::domain::keys::LedgerId;
use expense_core::domain::ledger::Revision;
use expense_core::memory::column::{narrow, parsed_or_empty};
use expense_core::memory::plan::{Found, hashed, named};
use expense_core::ports::store::{Commit, Outcome};
use rusqlite::types::FromSql;
use rusqlite::{Connection, OptionalExtension, Params};
use sqlx::types::Uuid;

use crate::error::Failure;
use crate::read::led_to;

/// What a commit is decided by.
pub(crate) struct Seen {
    /// What its key did before.
    pub(crate) outcome: Option<Outcome>,
    /// What its plan needs.
    pub(crate) found: Found,
    /// What its rows go on from.
    pub(crate) counters: Counters,
}

/// What a ledger counts, beside what a plan needs.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counters {
    /// The hash of the commit's key.
    pub(crate) key: Uuid,
    /// The last number.
    pub(crate) number: u32,
    /// The last place.
    pub(crate) place: i64,
    /// When it is due for a sweep.
    pub(crate) sweep_at: Option<i64>,
}

pub(crate) fn look(db: &Connection, commit: &Commit) -> Result<Seen, Failure> {
    let id = commit.ledger.id;
    let ledger = id.as_i64();
    let mut found = Found::default();
    let mut counters = Counters {
        key: hashed(&commit.chat, &commit.key),
        ..Counters::default()
    };
    let row = db.prepare_cached(LEDGER)?.query_row([ledger], |row| {
        Ok((
            row.get(0)?,
            row.get(1)?,
            row.get(2)?,
            row.get(3)?,
            row.get(4)?,
        ))
    });
    let row: Option<(i64, i64, i64, i64, Option<i64>)> = row.optional()?;
    if let Some((revision, session, number, place, sweep_at)) = row {
        counters.number = narrow(number)?;
        counters.place = place;
        counters.sweep_at = sweep_at;
        found.ledger = Some((id, Revision(narrow(revision)?)));
        found.session = SessionVersion(narrow(session)?);
        found.last_number = counters.number;
    } else {
        found.ledger = elsewhere(db, commit)?;
    }
    let (expenses, drafts) = named(commit);
    for id in expenses {
        if let Some(revision) = value(db, EXPENSE, (ledger, id.as_uuid()))? {
            found.expenses.insert(id, revision);
        }
    }
    for id in drafts {
        if let Some(revision) = value(db, DRAFT, (ledger, id.as_uuid()))? {
            found.drafts.insert(id, revision);
        }
    }
    let outcome: Option<Option<String>> = value(db, OUTCOME, (ledger, counters.key))?;
    let outcome = outcome.map(|kept| parsed_or_empty(kept.as_deref()));
    Ok(Seen {
        outcome: outcome.transpose()?,
        found,
        counters,
    })
}

/// Where no ledger has the commit's id, its chat may lead to one: the chat of another moved here.
fn elsewhere(db: &Connection, commit: &Commit) -> Result<Option<(LedgerId, Revision)>, Failure> {
    let row = db
        .prepare_cached(ELSEWHERE)?
        .query_row([commit.chat.as_str()], |row| Ok((row.get(0)?, row.get(1)?)));
    let row: Option<(i64, i64)> = row.optional()?;
    row.map(|(id, revision)| Ok((LedgerId::from_i64(id), Revision(narrow(revision)?))))
        .transpose()
}

fn value<T: FromSql>(
    db: &Connection,
    statement: &str,
    params: impl Params,
) -> Result<Option<T>, Failure> {
    let value = db
        .prepare_cached(statement)?
        .query_row(params, |row| row.get(0));
    Ok(value.optional()?)
}

const LEDGER: &str = "SELECT revision, session_version, last_number, last_place, sweep_at
     FROM ledgers WHERE ledger_id = ?1";
const ELSEWHERE: &str = concat!(
    "SELECT ledger_id, revision FROM ledgers WHERE ledger_id = ",
    led_to!("?1")
);
const OUTCOME: &str = "SELECT outcome FROM outcomes WHERE ledger_id = ?1 AND key = ?2";
const EXPENSE: &str = "SELECT revision FROM expenses WHERE ledger_id = ?1 AND id = ?2";
const DRAFT: &str = "SELECT revision FROM drafts WHERE ledger_id = ?1 AND id = ?2";
