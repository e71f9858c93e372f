//! A new file of what was handed out of a store, in the old one's place.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use expense_core::memory::column::narrow;
use expense_core::memory::record::{LedgerRecord, OutcomeRecord, Record};
use rusqlite::{Connection, Params, TransactionBehavior, params};

use crate::config::Config;
use crate::copy::{CopyError, beside, file_error, settle, sound, swap};
use crate::error::Failure;
use crate::open::{Kind, check};
use crate::rows::micros;
use crate::sql;
use crate::store::SqliteStore;
use crate::writes::row;

/// How long another program's transaction is waited for.
const PATIENCE: Duration = Duration::from_secs(5);
/// Statements that are kept ready.
const STATEMENTS: usize = 32;

/// What a load did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// Where the replaced file was put, if there was one.
    pub kept_aside: Option<PathBuf>,
}

/// Makes a store of these records, at this time, and puts it in the place of the one that is
/// there. Where that holds anything, `replace` must say so; it is kept aside under a new name. The
/// new one is checked before it gets its name. This blocks its thread while records come.
///
/// # Errors
///
/// A [`CopyError`] that says what to do, or the first error among the records; the store is as it
/// was then.
pub async fn load<E: From<CopyError>>(
    store: &Path,
    at: DateTime<Utc>,
    replace: bool,
    records: impl Iterator<Item = Result<Record, E>>,
) -> Result<Loaded, E> {
    let old = store.exists();
    if old {
        let kind = check(store, PATIENCE).await.map_err(CopyError::from)?;
        if !replace && kind != Kind::Empty && !is_empty(store)? {
            return Err(CopyError::NotEmpty(store.to_owned()).into());
        }
        alone(store)?;
    }
    let draft = beside(store, "part");
    let made = match make(&draft, store, at, records).await {
        Ok(()) => place(&draft, store, old).await.map_err(E::from),
        Err(error) => Err(error),
    };
    remove(&draft);
    let kept_aside = made?;
    settle(store)?;
    Ok(Loaded { kept_aside })
}

async fn place(draft: &Path, store: &Path, old: bool) -> Result<Option<PathBuf>, CopyError> {
    if old {
        return swap(draft, store).await.map(Some);
    }
    // A hard link does not replace a file that came in the meantime.
    let linked = fs::hard_link(draft, store);
    linked.map_err(|error| file_error(store, &error))?;
    Ok(None)
}

/// The file with whatever SQLite puts beside it.
fn remove(draft: &Path) {
    for file in ["", "-journal", "-wal", "-shm"] {
        let mut name = draft.as_os_str().to_owned();
        name.push(file);
        let _ = fs::remove_file(name);
    }
}

/// Whether nobody's data is in the store that is there.
fn is_empty(store: &Path) -> Result<bool, CopyError> {
    let failed = |failure: Failure| CopyError::from(failure.opening(store.to_owned()));
    let asked = || -> Result<bool, Failure> {
        let db = Connection::open(store)?;
        db.busy_timeout(PATIENCE)?;
        // In the oldest schema, too.
        let any = "SELECT EXISTS (SELECT 1 FROM ledgers) OR EXISTS (SELECT 1 FROM outcomes)";
        let any: bool = db.query_row(any, [], |row| row.get(0))?;
        Ok(!any)
    };
    asked().map_err(failed)
}

/// Whether nobody else has it open is asked before all the work, and again when it is replaced.
fn alone(store: &Path) -> Result<(), CopyError> {
    let asked = || -> Result<(), Failure> {
        let db = Connection::open(store)?;
        db.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        // In that mode looking at the file takes it.
        let look = "SELECT count(*) FROM sqlite_schema";
        Ok(db.query_row(look, [], |_| Ok(()))?)
    };
    asked().map_err(|failure| match failure {
        Failure::Locked => CopyError::InUse(store.to_owned()),
        other => other.opening(store.to_owned()).into(),
    })
}

/// A sound file of all records. Errors are told by the name that it is to get.
async fn make<E: From<CopyError>>(
    draft: &Path,
    store: &Path,
    at: DateTime<Utc>,
    records: impl Iterator<Item = Result<Record, E>>,
) -> Result<(), E> {
    remove(draft);
    let opened = SqliteStore::open(Config::new(draft)).await;
    opened.map_err(CopyError::from)?.close().await;
    let failed = |failure: Failure| CopyError::from(failure.opening(store.to_owned()));
    let mut db = prepared(draft).map_err(failed)?;
    let begun = db.transaction_with_behavior(TransactionBehavior::Immediate);
    let begun = begun.map_err(|error| failed(error.into()))?;
    for record in records {
        put(&begun, &record?).map_err(failed)?;
    }
    derive(&begun, at).map_err(failed)?;
    begun.commit().map_err(|error| failed(error.into()))?;
    db.close().map_err(|(_, error)| failed(error.into()))?;
    Ok(sound(draft).await?)
}

/// What fails half way is thrown away as a whole: the draft itself need not be durable until it
/// gets its name. References are checked at the end.
fn prepared(draft: &Path) -> Result<Connection, Failure> {
    let db = Connection::open(draft)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    db.pragma_update(None, "journal_mode", "OFF")?;
    db.pragma_update(None, "synchronous", "OFF")?;
    db.pragma_update(None, "foreign_keys", "OFF")?;
    Ok(db)
}

fn run(db: &Connection, statement: &str, params: impl Params) -> Result<(), Failure> {
    db.prepare_cached(statement)?.execute(params)?;
    Ok(())
}

fn put(db: &Connection, record: &Record) -> Result<(), Failure> {
    match record {
        Record::Person(person) => row::person(db, person),
        Record::Ledger(kept) => ledger(db, kept),
        Record::Expense(kept) => {
            let number = kept.expense.number.ok_or(Failure::Unknown("number"))?;
            let due = kept.rate_due.map(micros);
            row::expense(db, kept.ledger.as_i64(), number, &kept.expense, due)
        }
        Record::Suggestion(kept) => {
            let (ledger, since) = (kept.ledger.as_i64(), micros(kept.since));
            run(
                db,
                sql::WANTED,
                params![ledger, kept.expense.as_uuid(), since],
            )
        }
        Record::Draft(kept) => {
            let ledger = kept.ledger.as_i64();
            row::draft(db, ledger, kept.place, &kept.draft)?;
            let turn = params![ledger, kept.draft.id.as_uuid(), micros(kept.turn)];
            run(db, TURN, turn)
        }
        Record::Change(kept) => row::change(db, kept.ledger.as_i64(), kept.place, &kept.change),
        Record::Outcome(kept) => outcome(db, kept),
        Record::Parked(kept) => {
            let first: i64 = narrow(kept.first)?;
            let (chat, key) = (kept.chat.as_str(), kept.key.as_str());
            run(
                db,
                PARKED,
                params![kept.ledger.as_i64(), chat, key, first, kept.replies],
            )
        }
    }
}

fn ledger(db: &Connection, kept: &LedgerRecord) -> Result<(), Failure> {
    let (ledger, id) = (&kept.ledger, kept.ledger.id.as_i64());
    row::ledger(db, ledger, ledger.chat.as_str())?;
    for category in &ledger.categories {
        row::category(db, id, category)?;
    }
    for (place, lesson) in (1_i64..).zip(&ledger.lessons) {
        row::lesson(db, id, place, lesson)?;
    }
    for member in &ledger.members {
        row::member(db, id, member)?;
    }
    for chat in &kept.moved_from {
        run(db, MOVED, params![chat.as_str(), id])?;
    }
    let version: i64 = narrow(kept.session_version)?;
    let counters = params![id, version, kept.last_number, kept.last_place];
    run(db, sql::COUNTERS, counters)?;
    run(db, sql::SESSION, params![id, kept.session])?;
    run(db, sql::DUE, params![id, kept.sweep_at.map(micros)])
}

fn outcome(db: &Connection, kept: &OutcomeRecord) -> Result<(), Failure> {
    let (ledger, at) = (kept.ledger.as_i64(), micros(kept.at));
    let row = params![ledger, kept.key, at, kept.orphaned, kept.outcome];
    run(db, sql::OUTCOME, row)
}

const TURN: &str = "UPDATE drafts SET turn = ?3 WHERE ledger_id = ?1 AND id = ?2";
const MOVED: &str = "INSERT INTO moved (chat, ledger_id) VALUES (?1, ?2)";
const PARKED: &str = "INSERT INTO parked (ledger_id, place, chat, key, first, replies)
     SELECT ?1, coalesce((SELECT max(place) FROM parked WHERE ledger_id = ?1), 0) + 1,
        ?2, ?3, ?4, ?5";

/// What can be had from the records: the totals. Copies of sessions that were given out before get
/// no version again: those go on from the time.
fn derive(db: &Connection, at: DateTime<Utc>) -> Result<(), Failure> {
    run(db, TOTALS, [])?;
    run(db, "UPDATE state_version SET newest = ?1", [micros(at)])
}

const TOTALS: &str = "INSERT INTO totals (ledger_id, day, category, currency, converted_into, high,
        low, converted_high, converted_low, count)
     SELECT ledger_id, day, category, currency, coalesce(converted_into, ''),
        sum(minor >> 32), sum(minor & 0xffffffff), sum(coalesce(converted, 0) >> 32),
        sum(coalesce(converted, 0) & 0xffffffff), count(*)
     FROM expenses WHERE removed = 0 GROUP BY 1, 2, 3, 4, 5";
