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
use expense_core::memory::column::{json, narrow, parsed_or_empty, word};
use expense_core::memory::plan::hashed;
use expense_core::memory::row;
use expense_core::ports::store::{Outcome, StoredSession};
use sqlx::{SqliteExecutor, SqlitePool};

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
    db: &SqlitePool,
    chat: &ChatKey,
    key: &UpdateKey,
) -> Result<Option<Outcome>, Failure> {
    let outcome: Option<Option<String>> = sqlx::query_scalar(concat!(
        "SELECT outcome FROM outcomes WHERE ledger_id = coalesce(",
        led_to!("?1"),
        ", ?2) AND key = ?3",
    ))
    .bind(chat.as_str())
    .bind(LedgerId::of(chat).as_i64())
    .bind(hashed(chat, key))
    .fetch_optional(db)
    .await?;
    let outcome = outcome.map(|kept| parsed_or_empty(kept.as_deref()));
    Ok(outcome.transpose()?)
}

/// Ledgers that meet a condition, each in one row.
macro_rules! ledgers {
    ($($condition:expr),+ $(,)?) => {
        concat!(
            "SELECT ledger_id, chat, revision, currency, zone, locale, language,
                (SELECT json_group_array(json_array(category, name, merged_into) ORDER BY category)
                 FROM categories WHERE categories.ledger_id = ledgers.ledger_id) AS categories,
                (SELECT json_group_array(json_array(words, category) ORDER BY place)
                 FROM lessons WHERE lessons.ledger_id = ledgers.ledger_id) AS lessons,
                (SELECT json_group_array(json_array(member, who, name) ORDER BY member)
                 FROM members WHERE members.ledger_id = ledgers.ledger_id) AS members
             FROM ledgers WHERE ",
            $($condition),+
        )
    };
}

/// The chat's ledger.
pub(crate) async fn ledger(
    db: impl SqliteExecutor<'_>,
    chat: &ChatKey,
) -> Result<Option<Ledger>, Failure> {
    let row = sqlx::query(ledgers!("ledger_id = ", led_to!("?1")))
        .bind(chat.as_str())
        .fetch_optional(db)
        .await?;
    row.map(|row| row::ledger(&Found(row))).transpose()
}

/// The ledgers that these chats lead to.
pub(crate) async fn ledgers(db: &SqlitePool, chats: &[ChatKey]) -> Result<Vec<Ledger>, Failure> {
    let chats: Vec<&str> = chats.iter().map(ChatKey::as_str).collect();
    let rows = sqlx::query(ledgers!(
        "ledger_id IN (
            SELECT ledger_id FROM ledgers WHERE chat IN (SELECT value FROM json_each(?1))
            UNION SELECT ledger_id FROM moved WHERE chat IN (SELECT value FROM json_each(?1)))"
    ))
    .bind(json(&chats)?)
    .fetch_all(db)
    .await?;
    let ledgers = rows.into_iter().map(|row| row::ledger(&Found(row)));
    ledgers.collect()
}

/// The chat's session.
pub(crate) async fn session(db: &SqlitePool, chat: &ChatKey) -> Result<StoredSession, Failure> {
    let row: Option<(i64, Option<String>)> = sqlx::query_as(concat!(
        "SELECT session_version, session FROM ledgers WHERE ledger_id = ",
        led_to!("?1"),
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
pub(crate) async fn tags(db: &SqlitePool, ledger: LedgerId) -> Result<Vec<(Tag, u64)>, Failure> {
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "SELECT tag, count(*) FROM tags JOIN expenses USING (ledger_id, number)
         WHERE ledger_id = ?1 AND removed = 0
         GROUP BY tag ORDER BY count(*) DESC, tag LIMIT ?2",
    )
    .bind(ledger.as_i64())
    .bind(i64::try_from(limits::MAX_PAGE).unwrap_or(i64::MAX))
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|(tag, count)| Ok((word(&tag)?, narrow(count)?)))
        .collect()
}

macro_rules! drafts {
    ($condition:literal) => {
        concat!(
            "SELECT id, revision, state, read_from, expires_at, opened_by,
                coalesce(paid_by, opened_by) AS paid_by, expense, message, line, said, sent_on,
                content
             FROM drafts WHERE ledger_id = ?1 AND ",
            $condition
        )
    };
}
const DRAFT: &str = drafts!("id = ?2");
const DRAFT_OF_ALBUM: &str = drafts!("album = ?2 ORDER BY place DESC LIMIT 1");
const DRAFT_OPEN: &str = drafts!("opened_by = ?2 AND state = 'open' ORDER BY place DESC LIMIT 1");
const DRAFT_OF_IMAGE: &str = drafts!(
    "state IN ('saved', 'open') AND id IN (SELECT draft FROM images
        WHERE ledger_id = ?1 AND fingerprint IN (SELECT value FROM json_each(?2)))
     ORDER BY state = 'saved' DESC, place DESC LIMIT 1"
);

/// A draft.
pub(crate) async fn draft(
    db: impl SqliteExecutor<'_>,
    ledger: LedgerId,
    query: &DraftQuery,
) -> Result<Option<Draft>, Failure> {
    let query = match query {
        DraftQuery::Id(id) => sqlx::query(DRAFT).bind(ledger.as_i64()).bind(*id.as_uuid()),
        DraftQuery::Album(album) => sqlx::query(DRAFT_OF_ALBUM)
            .bind(ledger.as_i64())
            .bind(album.as_str()),
        DraftQuery::NewestOpen(user) => sqlx::query(DRAFT_OPEN)
            .bind(ledger.as_i64())
            .bind(user.as_str()),
        DraftQuery::Image(prints) => sqlx::query(DRAFT_OF_IMAGE)
            .bind(ledger.as_i64())
            .bind(json(prints)?),
    };
    let row = query.fetch_optional(db).await?;
    row.map(|row| row::draft(&Found(row))).transpose()
}

const CHANGE: &str =
    "SELECT id, by, at, undone, effects FROM changes WHERE ledger_id = ?1 AND id = ?2";
const CHANGE_NEWEST: &str = "SELECT id, by, at, undone, effects FROM changes
     WHERE ledger_id = ?1 AND by = ?2 AND undone = 0 ORDER BY place DESC LIMIT 1";

/// A change.
pub(crate) async fn change(
    db: &SqlitePool,
    ledger: LedgerId,
    query: &ChangeQuery,
) -> Result<Option<Change>, Failure> {
    let query = match query {
        ChangeQuery::Id(id) => sqlx::query(CHANGE)
            .bind(ledger.as_i64())
            .bind(*id.as_uuid()),
        ChangeQuery::NewestBy(user) => sqlx::query(CHANGE_NEWEST)
            .bind(ledger.as_i64())
            .bind(user.as_str()),
    };
    let row = query.fetch_optional(db).await?;
    row.map(|row| row::change(&Found(row))).transpose()
}

/// Everybody about whom something was decided.
pub(crate) async fn people(db: &SqlitePool) -> Result<Vec<Person>, Failure> {
    let rows = sqlx::query("SELECT who, role, name, since FROM people ORDER BY who")
        .fetch_all(db)
        .await?;
    let people = rows.into_iter().map(|row| row::person(&Found(row)));
    people.collect()
}

/// How much is kept.
pub(crate) async fn census(db: &SqlitePool) -> Result<Census, Failure> {
    let (ledgers, expenses): (i64, i64) =
        sqlx::query_as("SELECT count(*), coalesce(sum(last_number), 0) FROM ledgers")
            .fetch_one(db)
            .await?;
    Ok(Census {
        ledgers: narrow(ledgers)?,
        expenses: narrow(expenses)?,
    })
}
