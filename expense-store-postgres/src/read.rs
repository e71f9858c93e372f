//! Answers, each as one statement found it: what it sees was true at one moment.

use expense_core::conversation::question::{Census, ChangeQuery, DraftQuery};
use expense_core::domain::access::Person;
use expense_core::domain::change::Change;
use expense_core::domain::draft::Draft;
use expense_core::domain::keys::{ChatKey, LedgerId, UpdateKey};
use expense_core::domain::limits;
use expense_core::domain::text::Tag;
use expense_core::memory::column::{narrow, parsed_or_empty, word};
use expense_core::memory::plan::hashed;
use expense_core::memory::row;
use expense_core::ports::store::Outcome;
use sqlx::PgConnection;

use crate::error::Failure;
use crate::rows::Found;

/// The ledger that this chat leads to, if there is one.
pub(crate) async fn led_to(db: &mut PgConnection, chat: &ChatKey) -> Result<Option<i64>, Failure> {
    let lead = sqlx::query_scalar("SELECT ledger_id FROM chats WHERE chat = $1");
    Ok(lead.bind(chat.as_str()).fetch_optional(db).await?)
}

/// Whether the ledger has this chat now.
pub(crate) async fn is_at(db: &mut PgConnection, ledger: i64, chat: &str) -> Result<bool, Failure> {
    let known = "SELECT EXISTS (SELECT FROM ledgers WHERE ledger_id = $1 AND chat = $2)";
    let known = sqlx::query_scalar(known).bind(ledger).bind(chat);
    Ok(known.fetch_one(db).await?)
}

// What is asked about a chat is looked for first in the ledger whose id is derived from it: that
// is almost always its own, and its id alone says where its rows are. The second statement is for
// a chat that another ledger moved to, or that has none.

pub(crate) const OUTCOME: &str = "SELECT o.key IS NOT NULL AS known, o.outcome FROM ledgers AS l
     LEFT JOIN outcomes AS o ON o.ledger_id = l.ledger_id AND o.key = $3
     WHERE l.ledger_id = $1 AND l.chat = $2";
const OUTCOME_ELSEWHERE: &str = "SELECT outcome FROM outcomes WHERE ledger_id = $1 AND key = $2";

/// What the key did. A chat without a ledger may have had one: its keys outlive it.
pub(crate) async fn recorded(
    db: &mut PgConnection,
    chat: &ChatKey,
    key: &UpdateKey,
) -> Result<Option<Outcome>, Failure> {
    let (own, key) = (LedgerId::of(chat).as_i64(), hashed(chat, key));
    let row: Option<(bool, Option<String>)> = sqlx::query_as(OUTCOME)
        .bind(own)
        .bind(chat.as_str())
        .bind(key)
        .fetch_optional(&mut *db)
        .await?;
    let outcome = match row {
        Some((known, outcome)) => known.then_some(outcome),
        None => {
            let ledger = led_to(db, chat).await?.unwrap_or(own);
            let elsewhere = sqlx::query_scalar(OUTCOME_ELSEWHERE).bind(ledger).bind(key);
            elsewhere.fetch_optional(db).await?
        }
    };
    let outcome = outcome.map(|kept: Option<String>| parsed_or_empty(kept.as_deref()));
    Ok(outcome.transpose()?)
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

const TAGS: &str = "SELECT tag, count(*) FROM tags WHERE ledger_id = $1 AND NOT removed
     GROUP BY tag ORDER BY count(*) DESC, tag COLLATE \"C\" LIMIT $2";

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
