//! Everything that the file holds, row by row, while it is in use.

use std::path::Path;
use std::time::Duration;

use expense_core::memory::record::{KINDS, Kind, Record, of_row};
use futures::TryStreamExt;
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use crate::copy::CopyError;
use crate::error::{Failure, OpenError};
use crate::migrate::newest;
use crate::open::{self, check, plain};
use crate::rows::Found;

/// How long another program's transaction is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// Hands out all that the store held at one moment, in the order of
/// [`KINDS`](expense_core::memory::record::KINDS). Others go on recording, and memory is taken for
/// a few rows at a time.
///
/// # Errors
///
/// A [`CopyError`] where the file is no store of this version's schema or can't be read, and
/// whatever `put` answers.
pub async fn dump<E: From<CopyError>>(
    store: &Path,
    put: impl FnMut(Record) -> Result<(), E>,
) -> Result<(), E> {
    if !store.is_file() {
        return Err(CopyError::Missing(store.to_owned()).into());
    }
    let kind = check(store, PATIENCE).await.map_err(CopyError::from)?;
    match kind {
        open::Kind::Ours(found) if found == newest() => {}
        open::Kind::Ours(_) => return Err(CopyError::Outdated(store.to_owned()).into()),
        _ => return Err(CopyError::from(OpenError::Foreign(store.to_owned())).into()),
    }
    let failed = |failure: Failure| CopyError::from(failure.opening(store.to_owned()));
    let opened = plain(store, PATIENCE)
        .pragma("query_only", "ON")
        .connect()
        .await;
    let mut db = opened.map_err(|error| failed(error.into()))?;
    let dumped = all(&mut db, put, &failed).await;
    // It was only read from.
    let _ = db.close().await;
    dumped
}

async fn all<E: From<CopyError>>(
    db: &mut SqliteConnection,
    mut put: impl FnMut(Record) -> Result<(), E>,
    failed: &impl Fn(Failure) -> CopyError,
) -> Result<(), E> {
    // Its first statement chooses the moment that all of them see.
    let begun = db.begin().await;
    let mut moment = begun.map_err(|error| failed(error.into()))?;
    for kind in KINDS {
        let mut rows = sqlx::query(statement(kind)).fetch(&mut *moment);
        while let Some(found) = rows
            .try_next()
            .await
            .map_err(|error| failed(error.into()))?
        {
            put(of_row(kind, &Found(found)).map_err(failed)?)?;
        }
    }
    Ok(())
}

fn statement(kind: Kind) -> &'static str {
    match kind {
        Kind::Person => "SELECT who, role, name, since FROM people ORDER BY who",
        Kind::Ledger => {
            "SELECT ledger_id, chat, revision, currency, zone, locale, language,
                (SELECT json_group_array(json_array(category, name, merged_into) ORDER BY category)
                 FROM categories AS c WHERE c.ledger_id = l.ledger_id) AS categories,
                (SELECT json_group_array(json_array(words, category) ORDER BY place)
                 FROM lessons AS t WHERE t.ledger_id = l.ledger_id) AS lessons,
                (SELECT json_group_array(json_array(member, who, name) ORDER BY member)
                 FROM members AS m WHERE m.ledger_id = l.ledger_id) AS members,
                (SELECT json_group_array(chat ORDER BY chat)
                 FROM moved AS m WHERE m.ledger_id = l.ledger_id) AS moved_from,
                session_version, session, last_number, last_place, sweep_at
             FROM ledgers AS l ORDER BY ledger_id"
        }
        Kind::Expense => {
            "SELECT ledger_id, number, id, revision, change, removed, day, minor AS amount,
                currency, category, description, merchant, message, line, said, sent_on, draft,
                paid_by, entered_by, recorded_at, converted, converted_into, rate, rate_source,
                rate_day, rate_due,
                (SELECT json_group_array(tag ORDER BY tag) FROM tags AS t
                 WHERE t.ledger_id = e.ledger_id AND t.number = e.number) AS tags
             FROM expenses AS e ORDER BY ledger_id, number"
        }
        Kind::Suggestion => {
            "SELECT ledger_id, expense, since FROM suggestions ORDER BY ledger_id, expense"
        }
        Kind::Draft => {
            "SELECT ledger_id, id, revision, place, state, read_from, expires_at, opened_by,
                coalesce(paid_by, opened_by) AS paid_by, expense, message, line, said, sent_on,
                content, turn
             FROM drafts ORDER BY ledger_id, id"
        }
        Kind::Change => {
            "SELECT ledger_id, id, place, by, at, undone, effects
             FROM changes ORDER BY ledger_id, id"
        }
        Kind::Outcome => {
            "SELECT ledger_id, key, at, orphaned, outcome FROM outcomes ORDER BY ledger_id, key"
        }
        Kind::Parked => {
            "SELECT ledger_id, chat, key, first, replies FROM parked ORDER BY ledger_id, place"
        }
    }
}
