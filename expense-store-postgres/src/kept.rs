//! What is kept of a chat's ledger in one row, for many chats at a time.

use std::collections::HashMap;

use expense_core::conversation::session::SessionVersion;
use expense_core::domain::keys::{ChatKey, LedgerId};
use expense_core::domain::ledger::Ledger;
use expense_core::memory::column::{narrow, parsed_or_empty, word};
use expense_core::memory::row;
use expense_core::ports::store::StoredSession;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use crate::error::Failure;
use crate::rows;

/// Something that one row says.
pub(crate) trait Kept: Clone + Send + Sync + 'static {
    /// The rows of the ledgers $1, each with the ledger's id and its chat.
    const ROWS: &'static str;

    fn of(row: PgRow) -> Result<Self, Failure>;
}

/// By chat; a row that can't be read is the trouble of its chat alone.
pub(crate) type Found<K> = HashMap<ChatKey, Result<K, Failure>>;

impl Kept for Ledger {
    const ROWS: &'static str = "SELECT l.ledger_id, l.chat, c.revision, l.currency, l.zone,
            l.locale, l.language, l.categories, l.members,
            coalesce((SELECT json_agg(json_build_array(s.words, s.category) ORDER BY s.place)
             FROM lessons AS s WHERE s.ledger_id = l.ledger_id), '[]')::text AS lessons
         FROM ledgers AS l JOIN counters AS c ON c.ledger_id = l.ledger_id
         WHERE l.ledger_id = ANY ($1)";

    fn of(row: PgRow) -> Result<Self, Failure> {
        row::ledger(&rows::Found(row))
    }
}

impl Kept for StoredSession {
    const ROWS: &'static str = "SELECT l.ledger_id, l.chat, c.session_version, s.session
         FROM ledgers AS l JOIN counters AS c ON c.ledger_id = l.ledger_id
         LEFT JOIN sessions AS s ON s.ledger_id = l.ledger_id
         WHERE l.ledger_id = ANY ($1)";

    fn of(row: PgRow) -> Result<Self, Failure> {
        let session: Option<&str> = row.try_get("session")?;
        Ok(Self {
            version: SessionVersion(narrow(row.try_get::<i64, _>("session_version")?)?),
            session: parsed_or_empty(session)?,
        })
    }
}

/// Which ledgers these chats lead to.
const LEADS: &str = "SELECT chat, ledger_id FROM chats WHERE chat = ANY ($1)";

/// What is kept of those of these chats that have a ledger.
///
/// It is looked for first in the ledgers whose ids are derived from the chats: those are almost
/// always their own, and the id alone says where its row is. What follows is for chats that another
/// ledger moved to, or that have none.
pub(crate) async fn of_chats<K: Kept>(
    db: &mut PgConnection,
    chats: &[ChatKey],
) -> Result<Found<K>, Failure> {
    let mut found = Found::with_capacity(chats.len());
    let mut elsewhere = Vec::new();
    let own = |chat: &ChatKey| LedgerId::of(chat).as_i64();
    let of_own = of_ledgers(db, chats.iter().map(own).collect()).await?;
    for chat in chats {
        match of_own.get(&own(chat)) {
            Some((at, kept)) if at == chat.as_str() => {
                found.insert(chat.clone(), kept.clone());
            }
            _ => elsewhere.push(chat.as_str()),
        }
    }
    if elsewhere.is_empty() {
        return Ok(found);
    }
    let leads = sqlx::query_as(LEADS).bind(elsewhere);
    let leads: Vec<(String, i64)> = leads.fetch_all(&mut *db).await?;
    if leads.is_empty() {
        return Ok(found);
    }
    let of_others = of_ledgers(db, leads.iter().map(|(_, ledger)| *ledger).collect()).await?;
    for (chat, ledger) in leads {
        if let Some((_, kept)) = of_others.get(&ledger) {
            found.insert(word(&chat)?, kept.clone());
        }
    }
    Ok(found)
}

/// What is kept of each ledger, with its chat.
type OfLedgers<K> = HashMap<i64, (String, Result<K, Failure>)>;

async fn of_ledgers<K: Kept>(
    db: &mut PgConnection,
    ledgers: Vec<i64>,
) -> Result<OfLedgers<K>, Failure> {
    let rows = sqlx::query(K::ROWS).bind(ledgers).fetch_all(db).await?;
    let each = |row: PgRow| {
        let (ledger, chat) = (row.try_get("ledger_id")?, row.try_get("chat")?);
        Ok((ledger, (chat, K::of(row))))
    };
    rows.into_iter().map(each).collect()
}
