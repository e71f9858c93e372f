//! Answers, each from one statement: what it sees was true at one moment.

use expense_core::conversation::question::{
    Census, ChangeQuery, Cursor, DraftQuery, ExpenseFilter, Group, Page, PageRequest, Total,
    TotalsQuery,
};
use expense_core::conversation::session::SessionVersion;
use expense_core::domain::access::Person;
use expense_core::domain::category::CategoryId;
use expense_core::domain::change::Change;
use expense_core::domain::draft::Draft;
use expense_core::domain::expense::Expense;
use expense_core::domain::keys::{ChatKey, ExpenseId, LedgerId, UpdateKey};
use expense_core::domain::ledger::Ledger;
use expense_core::domain::limits;
use expense_core::domain::text::{Tag, fold};
use expense_core::memory::plan::hashed;
use expense_core::ports::store::{Outcome, StoredSession};
use sqlx::{QueryBuilder, Sqlite, SqliteExecutor, SqlitePool};

use crate::error::Failure;
use crate::rows::{
    ChangeRow, DraftRow, ExpenseRow, LedgerRow, PersonRow, TotalRow, day, json, narrow, parsed,
    word,
};

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
    match outcome {
        Some(Some(outcome)) => parsed(&outcome).map(Some),
        Some(None) => Ok(Some(Outcome::default())),
        None => Ok(None),
    }
}

/// The chat's ledger.
pub(crate) async fn ledger(
    db: impl SqliteExecutor<'_>,
    chat: &ChatKey,
) -> Result<Option<Ledger>, Failure> {
    let row: Option<LedgerRow> = sqlx::query_as(concat!(
        "SELECT ledger_id, chat, revision, currency, zone, locale, language,
            (SELECT json_group_array(json_array(category, name, merged_into) ORDER BY category)
             FROM categories WHERE categories.ledger_id = ledgers.ledger_id) AS categories,
            (SELECT json_group_array(json_array(words, category) ORDER BY place)
             FROM lessons WHERE lessons.ledger_id = ledgers.ledger_id) AS lessons,
            (SELECT json_group_array(json_array(member, who, name) ORDER BY member)
             FROM members WHERE members.ledger_id = ledgers.ledger_id) AS members
         FROM ledgers WHERE ledger_id = ",
        led_to!("?1"),
    ))
    .bind(chat.as_str())
    .fetch_optional(db)
    .await?;
    row.map(|row| row.ledger()).transpose()
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
        session: session
            .as_deref()
            .map(parsed)
            .transpose()?
            .unwrap_or_default(),
    })
}

/// One page of the expenses that meet the filter.
pub(crate) async fn expenses(
    db: impl SqliteExecutor<'_>,
    ledger: LedgerId,
    filter: &ExpenseFilter,
    page: PageRequest,
) -> Result<Page, Failure> {
    let limit = page.limit.clamp(1, limits::MAX_PAGE);
    let mut query = listing(ledger, filter, page.after, limit + 1)?;
    let rows: Vec<ExpenseRow> = query.build_query_as().fetch_all(db).await?;
    let mut expenses = rows
        .into_iter()
        .map(ExpenseRow::expense)
        .collect::<Result<Vec<Expense>, Failure>>()?;
    let more = expenses.len() > limit;
    expenses.truncate(limit);
    let last = expenses.last().filter(|_| more);
    let next = last.and_then(|last| {
        Some(Cursor {
            date: last.details.date,
            number: last.number?,
        })
    });
    Ok(Page { expenses, next })
}

/// One expense, removed or not.
pub(crate) async fn expense(
    db: impl SqliteExecutor<'_>,
    ledger: LedgerId,
    id: ExpenseId,
) -> Result<Option<Expense>, Failure> {
    let filter = ExpenseFilter {
        ids: Some(vec![id]),
        removed: true,
        ..ExpenseFilter::default()
    };
    let page = PageRequest {
        after: None,
        limit: 1,
    };
    let found = expenses(db, ledger, &filter, page).await?;
    Ok(found.expenses.into_iter().next())
}

/// The statement of a list. It names its index: what few expenses have is looked up, the rest
/// is looked at in the order of days.
pub(crate) fn listing(
    ledger: LedgerId,
    filter: &ExpenseFilter,
    after: Option<Cursor>,
    limit: usize,
) -> Result<QueryBuilder<Sqlite>, Failure> {
    let ExpenseFilter {
        period,
        categories,
        tag,
        words,
        number,
        ids,
        message,
        removed,
    } = filter;
    let mut query = QueryBuilder::new(
        "SELECT number, id, revision, change, removed, day, minor, currency, category,
            description, merchant, message, line, said, sent_on, draft, paid_by, entered_by,
            recorded_at, converted, converted_into, rate, rate_source, rate_day,
            (SELECT json_group_array(tag) FROM (SELECT tag FROM tags
             WHERE tags.ledger_id = e.ledger_id AND tags.number = e.number ORDER BY tag)) AS tags
         FROM expenses AS e",
    );
    query.push(match (number, ids, message) {
        (Some(_), _, _) => "",
        (_, Some(_), _) => " INDEXED BY expenses_id",
        (_, _, Some(_)) => " INDEXED BY expenses_message",
        _ => " INDEXED BY expenses_day",
    });
    query.push(" WHERE ledger_id = ");
    query.push_bind(ledger.as_i64());
    if !removed {
        query.push(" AND removed = 0");
    }
    if let Some(period) = period {
        query.push(" AND day >= ").push_bind(day(period.from()));
        query.push(" AND day < ").push_bind(day(period.until()));
    }
    if let Some(after) = after {
        query
            .push(" AND (day, number) < (")
            .push_bind(day(after.date));
        query.push(", ").push_bind(after.number.0).push(")");
    }
    if let Some(categories) = categories {
        among(&mut query, categories)?;
    }
    if let Some(tag) = tag {
        query.push(" AND EXISTS (SELECT 1 FROM tags AS t WHERE t.ledger_id = e.ledger_id");
        query.push(" AND t.number = e.number AND t.tag = ");
        query.push_bind(tag.as_str().to_owned()).push(")");
    }
    for word in words {
        query
            .push(" AND instr(search, ")
            .push_bind(fold(word))
            .push(") > 0");
    }
    if let Some(number) = number {
        query.push(" AND number = ").push_bind(number.0);
    }
    if let Some(ids) = ids {
        query.push(" AND id IN (SELECT unhex(value, '-') FROM json_each(");
        query.push_bind(json(ids)?).push("))");
    }
    if let Some(message) = message {
        query
            .push(" AND message = ")
            .push_bind(message.as_str().to_owned());
    }
    query.push(" ORDER BY day DESC, number DESC LIMIT ");
    query.push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
    Ok(query)
}

fn among(query: &mut QueryBuilder<Sqlite>, categories: &[CategoryId]) -> Result<(), Failure> {
    query.push(" AND category IN (SELECT value FROM json_each(");
    query.push_bind(json(categories)?).push("))");
    Ok(())
}

/// Sums from the kept totals.
pub(crate) async fn totals(
    db: &SqlitePool,
    ledger: LedgerId,
    query: &TotalsQuery,
) -> Result<Vec<Total>, Failure> {
    let rows: Vec<TotalRow> = summing(ledger, query)?
        .build_query_as()
        .fetch_all(db)
        .await?;
    rows.iter().map(TotalRow::total).collect()
}

/// The statement of a sum.
pub(crate) fn summing(
    ledger: LedgerId,
    query: &TotalsQuery,
) -> Result<QueryBuilder<Sqlite>, Failure> {
    let group = match query.group {
        Group::None => "NULL AS category, NULL AS day",
        Group::Category => "category, NULL AS day",
        Group::Day => "NULL AS category, day",
    };
    let mut sql = QueryBuilder::new("SELECT ");
    sql.push(group);
    sql.push(
        ", currency, sum(high) AS high, sum(low) AS low, sum(count) AS count,
        sum(iif(currency = w.code, high, iif(converted_into = w.code, converted_high, 0)))
            AS converted_high,
        sum(iif(currency = w.code, low, iif(converted_into = w.code, converted_low, 0)))
            AS converted_low,
        sum(iif(w.code IN (currency, converted_into), 0, count)) AS unconverted
        FROM totals CROSS JOIN (SELECT ",
    );
    sql.push_bind(query.into.code());
    sql.push(" AS code) AS w WHERE ledger_id = ")
        .push_bind(ledger.as_i64());
    if let Some(period) = query.period {
        sql.push(" AND day >= ").push_bind(day(period.from()));
        sql.push(" AND day < ").push_bind(day(period.until()));
    }
    if let Some(categories) = &query.categories {
        among(&mut sql, categories)?;
    }
    sql.push(" GROUP BY 1, 2, currency HAVING sum(count) > 0 ORDER BY 1, 2, currency");
    Ok(sql)
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
            "SELECT id, revision, state, read_from, expires_at, opened_by, paid_by, expense, message, line, said,
                sent_on, content
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
        DraftQuery::Id(id) => sqlx::query_as(DRAFT)
            .bind(ledger.as_i64())
            .bind(*id.as_uuid()),
        DraftQuery::Album(album) => sqlx::query_as(DRAFT_OF_ALBUM)
            .bind(ledger.as_i64())
            .bind(album.as_str()),
        DraftQuery::NewestOpen(user) => sqlx::query_as(DRAFT_OPEN)
            .bind(ledger.as_i64())
            .bind(user.as_str()),
        DraftQuery::Image(prints) => sqlx::query_as(DRAFT_OF_IMAGE)
            .bind(ledger.as_i64())
            .bind(json(prints)?),
    };
    let row: Option<DraftRow> = query.fetch_optional(db).await?;
    row.map(DraftRow::draft).transpose()
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
        ChangeQuery::Id(id) => sqlx::query_as(CHANGE)
            .bind(ledger.as_i64())
            .bind(*id.as_uuid()),
        ChangeQuery::NewestBy(user) => sqlx::query_as(CHANGE_NEWEST)
            .bind(ledger.as_i64())
            .bind(user.as_str()),
    };
    let row: Option<ChangeRow> = query.fetch_optional(db).await?;
    row.map(|row| row.change()).transpose()
}

/// Everybody about whom something was decided.
pub(crate) async fn people(db: &SqlitePool) -> Result<Vec<Person>, Failure> {
    let rows: Vec<PersonRow> =
        sqlx::query_as("SELECT who, role, name, since FROM people ORDER BY who")
            .fetch_all(db)
            .await?;
    rows.iter().map(PersonRow::person).collect()
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
