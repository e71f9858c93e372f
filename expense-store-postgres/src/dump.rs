//! Everything that the database holds, row by row, while it is in use.

use expense_core::memory::record::{KINDS, Kind, Record, of_row};
use futures::TryStreamExt;
use sqlx::{ConnectOptions, Connection, Executor, PgConnection};

use crate::config::Config;
use crate::copy::CopyError;
use crate::error::{Failure, OpenError};
use crate::migrate::{newest, schema};
use crate::open::{options, reason};
use crate::rows::Found;

/// A large table takes its time. What is read in one moment holds no lock that others wait for.
const PATIENT: &str = "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0;";
/// One moment for all statements; also on a server that is only read from.
const MOMENT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Hands out all that the database held at one moment, in the order of
/// [`KINDS`]. Others go on recording, and rows are taken from the server as they are put.
///
/// # Errors
///
/// A [`CopyError`] where there is no store of this version's schema or it can't be read, and
/// whatever `put` answers.
pub async fn dump<E: From<CopyError>>(
    config: &Config,
    put: impl FnMut(Record) -> Result<(), E>,
) -> Result<(), E> {
    let mut db = connect(config).await?;
    let found = schema(&mut db).await.map_err(CopyError::from)?;
    match found {
        0 => return Err(CopyError::Nothing.into()),
        _ if found < newest() => return Err(CopyError::Outdated.into()),
        _ if found > newest() => {
            let known = newest();
            return Err(CopyError::from(OpenError::Newer { found, known }).into());
        }
        _ => {}
    }
    let prepared = db.execute(PATIENT).await;
    prepared.map_err(|error| CopyError::from(Failure::from(error)))?;
    let dumped = all(&mut db, put).await;
    // The server ends it as well.
    let _ = db.close().await;
    dumped
}

/// A connection of its own.
pub(crate) async fn connect(config: &Config) -> Result<PgConnection, CopyError> {
    let options = options(config)?;
    let connecting = tokio::time::timeout(config.acquire_timeout, options.connect()).await;
    let connecting =
        connecting.map_err(|_| OpenError::Unreachable("it does not answer".to_owned()))?;
    Ok(connecting.map_err(|error| reason(&error))?)
}

async fn all<E: From<CopyError>>(
    db: &mut PgConnection,
    mut put: impl FnMut(Record) -> Result<(), E>,
) -> Result<(), E> {
    let failed = |error: sqlx::Error| CopyError::from(Failure::from(error));
    let mut moment = db.begin_with(MOMENT).await.map_err(failed)?;
    for kind in KINDS {
        let mut rows = sqlx::query(statement(kind)).fetch(&mut *moment);
        while let Some(found) = rows.try_next().await.map_err(failed)? {
            put(of_row(kind, &Found(found)).map_err(CopyError::from)?)?;
        }
    }
    Ok(())
}

fn statement(kind: Kind) -> &'static str {
    match kind {
        Kind::Person => "SELECT who, role, name, since FROM people ORDER BY who",
        Kind::Ledger => {
            "SELECT l.ledger_id, l.chat, c.revision, l.currency, l.zone, l.locale, l.language,
                l.categories, l.members,
                coalesce((SELECT json_agg(json_build_array(t.words, t.category) ORDER BY t.place)
                    FROM lessons AS t WHERE t.ledger_id = l.ledger_id), '[]')::text AS lessons,
                coalesce((SELECT json_agg(m.chat ORDER BY m.chat COLLATE \"C\")
                    FROM chats AS m WHERE m.ledger_id = l.ledger_id AND m.chat <> l.chat), '[]')::text AS moved_from,
                c.session_version, s.session, c.last_number, c.last_place, c.sweep_at
             FROM ledgers AS l JOIN counters AS c ON c.ledger_id = l.ledger_id
             LEFT JOIN sessions AS s ON s.ledger_id = l.ledger_id
             ORDER BY l.ledger_id"
        }
        Kind::Expense => {
            "SELECT e.ledger_id, e.number, e.id, e.revision, e.change, e.removed, e.day, e.amount,
                e.currency, e.category, e.description, e.merchant, e.message, e.line, e.said,
                e.sent_on, e.draft, e.paid_by, e.entered_by, e.recorded_at, e.converted,
                e.converted_into, e.rate, e.rate_source, e.rate_day, e.rate_due,
                ARRAY (SELECT t.tag FROM tags AS t WHERE t.ledger_id = e.ledger_id
                    AND t.number = e.number ORDER BY t.tag COLLATE \"C\") AS tags
             FROM expenses AS e ORDER BY e.ledger_id, e.number"
        }
        Kind::Suggestion => {
            "SELECT ledger_id, expense, since FROM suggestions ORDER BY ledger_id, expense"
        }
        Kind::Draft => {
            "SELECT ledger_id, id, revision, place, state, read_from, expires_at, opened_by,
                paid_by, expense, message, line, said, sent_on, content, turn
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
