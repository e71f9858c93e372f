//! Answers, each from one statement: what it sees was true at one moment.

use expense_core::conversation::question::{Census, ChangeQuery, DraftQuery};
use expense_core::conversation::session::SessionVersion;
use expense_core::domain::access::Person;
use expense_core::domain::change::Change;
use expense_core::domain::draft::Draft;
use expense_core::domain::keys::{ChatKey, LedgerId, UpdateKey};
use expense_core::domain::ledger::Ledger;
use expense_core::domain::limits;
use expense_core::domain::text::Tag;
use expense_core::memory::column::{narrow, parsed_or_empty, word};
use expense_core::memory::plan::hashed;
use expense_core::memory::row;
use expense_core::ports::store::{Outcome, StoredSession};
use sqlx::PgConnection;

use crate::error::Failure;
use crate::rows::Found;

/// The ledger that the chat in this parameter leads to: its own, or the one that moved on.
macro_rules! led_to {
    ($chat:literal) => {
        concat!(
            "(SELECT ledger_id FROM ledgers WHERE chat = ",
            $chat,
            " UNION ALL SELECT ledger_id FROM moved WHERE chat = ",
            $chat,
            " LIMIT 1)"
        )
    };
}
pub(crate) use led_to;

/// What the key did. A chat without a ledger may have had one: its keys outlive it.
pub(crate) async fn recorded(
    db: &mut PgConnection,
    chat: &ChatKey,
    key: &UpdateKey,
) -> Result<Option<Outcome>, Failure> {
    let outcome: Option<Option<String>> = sqlx::query_scalar(concat!(
        "SELECT outcome FROM outcomes WHERE ledger_id = coalesce(",
        led_to!("$1"),
        ", $2) AND key = $3",
    ))
    .bind(chat.as_str())
    .bind(LedgerId::of(chat).as_i64())
    .bind(hashed(chat, key))
    .fetch_optional(db)
    .await?;
    let outcome = outcome.map(|kept| parsed_or_empty(kept.as_deref()));
    Ok(outcome.transpose()?)
}

/// The chat's ledger.
pub(crate) async fn ledger(
    db: &mut PgConnection,
    chat: &ChatKey,
) -> Result<Option<Ledger>, Failure> {
    let row = sqlx::query(concat!(
        "SELECT l.ledger_id, l.chat, c.revision, l.currency, l.zone, l.locale, l.language,
            l.categories, l.members,
            coalesce((SELECT json_agg(json_build_array(words, category) ORDER BY place)
             FROM lessons WHERE lessons.ledger_id = l.ledger_id), '[]')::text AS lessons
         FROM ledgers AS l JOIN counters AS c ON c.ledger_id = l.ledger_id
         WHERE l.ledger_id = ",
        led_to!("$1"),
    ))
    .bind(chat.as_str())
    .fetch_optional(db)
    .await?;
    row.map(|row| row::ledger(&Found(row))).transpose()
}

/// The chat's session.
pub(crate) async fn session(
    db: &mut PgConnection,
    chat: &ChatKey,
) -> Result<StoredSession, Failure> {
    let row: Option<(i64, Option<String>)> = sqlx::query_as(concat!(
        "SELECT c.session_version, s.session FROM counters AS c
         LEFT JOIN sessions AS s ON s.ledger_id = c.ledger_id WHERE c.ledger_id = ",
        led_to!("$1"),
    ))
    .bind(chat.as_str())
    .fetch_optional(db)
    .await?;
    let Some((version, session)) = row else {
        return Ok(StoredSession::default());
    };
    Ok(StoredSession {
        version: SessionVersion(narrow(version)?),
        session: parsed_or_empty(session.as_deref())?,
    })
}

/// Tags of expenses that are not removed.
pub(crate) async fn tags(
    db: &mut PgConnection,
    ledger: LedgerId,
) -> Result<Vec<(Tag, u64)>, Failure> {
    let rows: Vec<(String, i64)> = sqlx::query_as(TAGS)
        .bind(ledger.as_i64())
        .bind(i64::try_from(limits::MAX_PAGE).unwrap_or(i64::MAX))
        .fetch_all(db)
        .await?;
    rows.into_iter()
        .map(|(tag, count)| Ok((word(&tag)?, narrow(count)?)))
        .collect()
}

pub(crate) const TAGS: &str = "SELECT t.tag, count(*) FROM tags AS t
     JOIN expenses AS e ON e.ledger_id = t.ledger_id AND e.number = t.number
     WHERE t.ledger_id = $1 AND NOT e.removed
     GROUP BY t.tag ORDER BY count(*) DESC, t.tag COLLATE \"C\" LIMIT $2";

macro_rules! drafts {
    ($condition:literal) => {
        concat!(
            "SELECT id, revision, state, read_from, expires_at, opened_by, paid_by, expense,
                message, line, said, sent_on, content
             FROM drafts WHERE ledger_id = $1 AND ",
            $condition
        )
    };
}
const DRAFT: &str = drafts!("id = $2");
const DRAFT_OF_ALBUM: &str = drafts!("album = $2 ORDER BY place DESC LIMIT 1");
const DRAFT_OPEN: &str = drafts!("opened_by = $2 AND state = 'open' ORDER BY place DESC LIMIT 1");
const DRAFT_OF_IMAGE: &str = drafts!(
    "state IN ('saved', 'open') AND id IN (SELECT draft FROM images
        WHERE ledger_id = $1 AND fingerprint = ANY ($2))
     ORDER BY state = 'saved' DESC, place DESC LIMIT 1"
);

/// A draft.
pub(crate) async fn draft(
    db: &mut PgConnection,
    ledger: LedgerId,
    query: &DraftQuery,
) -> Result<Option<Draft>, Failure> {
    let ledger = ledger.as_i64();
    let query = match query {
        DraftQuery::Id(id) => sqlx::query(DRAFT).bind(ledger).bind(*id.as_uuid()),
        DraftQuery::Album(album) => sqlx::query(DRAFT_OF_ALBUM)
            .bind(ledger)
            .bind(album.as_str()),
        DraftQuery::NewestOpen(user) => sqlx::query(DRAFT_OPEN).bind(ledger).bind(user.as_str()),
        DraftQuery::Image(prints) => {
            let prints: Vec<&str> = prints.iter().map(|print| print.0.as_str()).collect();
            sqlx::query(DRAFT_OF_IMAGE).bind(ledger).bind(prints)
        }
    };
    let row = query.fetch_optional(db).await?;
    row.map(|row| row::draft(&Found(row))).transpose()
}

const CHANGE: &str =
    "SELECT id, by, at, undone, effects FROM changes WHERE ledger_id = $1 AND id = $2";
const CHANGE_NEWEST: &str = "SELECT id, by, at, undone, effects FROM changes
     WHERE ledger_id = $1 AND by = $2 AND NOT undone ORDER BY place DESC LIMIT 1";

/// A change.
pub(crate) async fn change(
    db: &mut PgConnection,
    ledger: LedgerId,
    query: &ChangeQuery,
) -> Result<Option<Change>, Failure> {
    let ledger = ledger.as_i64();
    let query = match query {
        ChangeQuery::Id(id) => sqlx::query(CHANGE).bind(ledger).bind(*id.as_uuid()),
        ChangeQuery::NewestBy(user) => sqlx::query(CHANGE_NEWEST).bind(ledger).bind(user.as_str()),
    };
    let row = query.fetch_optional(db).await?;
    row.map(|row| row::change(&Found(row))).transpose()
}

/// Everybody about whom something was decided.
pub(crate) async fn people(db: &mut PgConnection) -> Result<Vec<Person>, Failure> {
    let rows = sqlx::query("SELECT who, role, name, since FROM people ORDER BY who")
        .fetch_all(db)
        .await?;
    let people = rows.into_iter().map(|row| row::person(&Found(row)));
    people.collect()
}

/// How much is kept.
pub(crate) async fn census(db: &mut PgConnection) -> Result<Census, Failure> {
    let (ledgers, expenses): (i64, i64) =
        sqlx::query_as("SELECT count(*), coalesce(sum(last_number), 0)::bigint FROM counters")
            .fetch_one(db)
            .await?;
    Ok(Census {
        ledgers: narrow(ledgers)?,
        expenses: narrow(expenses)?,
    })
}
