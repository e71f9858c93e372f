//! Answers, each from one statement: what it sees was true at one moment.

use chrono::NaiveDate;
use expense_core::conversation::question::{
    Census, ChangeQuery, Cursor, DraftQuery, ExpenseFilter, Group, Page, PageRequest, Total,
    TotalsQuery,
};
use expense_core::conversation::session::SessionVersion;
use expense_core::domain::access::Person;
use expense_core::domain::calendar::Period;
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
use sqlx::types::Uuid;
use sqlx::{PgConnection, Postgres, QueryBuilder};

use crate::error::Failure;
use crate::rows::{
    ChangeRow, DraftRow, ExpenseRow, LedgerRow, PersonRow, TotalRow, narrow, parsed, word,
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
    match outcome {
        Some(Some(outcome)) => parsed(&outcome).map(Some),
        Some(None) => Ok(Some(Outcome::default())),
        None => Ok(None),
    }
}

/// The chat's ledger.
pub(crate) async fn ledger(
    db: &mut PgConnection,
    chat: &ChatKey,
) -> Result<Option<Ledger>, Failure> {
    let row: Option<LedgerRow> = sqlx::query_as(concat!(
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
    row.map(|row| row.ledger()).transpose()
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
    let session = session.as_deref().map(parsed).transpose()?;
    Ok(StoredSession {
        version: SessionVersion(narrow(version)?),
        session: session.unwrap_or_default(),
    })
}

/// One page of the expenses that meet the filter.
pub(crate) async fn expenses(
    db: &mut PgConnection,
    ledger: LedgerId,
    filter: &ExpenseFilter,
    page: PageRequest,
) -> Result<Page, Failure> {
    let limit = page.limit.clamp(1, limits::MAX_PAGE);
    let mut query = listing(ledger, filter, page.after, limit + 1);
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
    db: &mut PgConnection,
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

/// The statement of a list. What few expenses have is looked up first; tags and the rest are
/// looked at in the order of days, each by an index in that order, and no further than the page.
pub(crate) fn listing(
    ledger: LedgerId,
    filter: &ExpenseFilter,
    after: Option<Cursor>,
    limit: usize,
) -> QueryBuilder<Postgres> {
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
    let mut query = QueryBuilder::new("");
    let few = number.is_some() || ids.is_some() || message.is_some();
    if few {
        query.push("WITH e AS MATERIALIZED (SELECT * FROM expenses WHERE ledger_id = ");
        query.push_bind(ledger.as_i64());
        if let Some(number) = number {
            query.push(" AND number = ").push_bind(i64::from(number.0));
        }
        if let Some(ids) = ids {
            let ids: Vec<Uuid> = ids.iter().map(|id| *id.as_uuid()).collect();
            query.push(" AND id = ANY (").push_bind(ids).push(")");
        }
        if let Some(message) = message {
            let message = message.as_str().to_owned();
            query.push(" AND message = ").push_bind(message);
        }
        query.push(") ");
    }
    query.push(
        "SELECT e.number, e.id, e.revision, e.change, e.removed, e.day, e.amount, e.currency,
            e.category, e.description, e.merchant, e.message, e.line, e.said, e.sent_on, e.draft,
            e.paid_by, e.entered_by, e.recorded_at, e.converted, e.converted_into, e.rate,
            e.rate_source, e.rate_day,
            ARRAY (SELECT t.tag FROM tags AS t WHERE t.ledger_id = e.ledger_id
                AND t.number = e.number ORDER BY t.tag COLLATE \"C\") AS tags FROM ",
    );
    // The table whose index has the order.
    let o = match (few, tag) {
        (true, _) => {
            query.push("e");
            "e"
        }
        (false, None) => {
            query.push("expenses AS e");
            "e"
        }
        (false, Some(_)) => {
            query.push("tags AS o JOIN expenses AS e ON e.ledger_id = o.ledger_id");
            query.push(" AND e.number = o.number");
            "o"
        }
    };
    query.push(format_args!(" WHERE {o}.ledger_id = "));
    query.push_bind(ledger.as_i64());
    conditions(&mut query, o, *period, after);
    match tag {
        Some(tag) if few => {
            query.push(" AND EXISTS (SELECT FROM tags AS t WHERE t.ledger_id = e.ledger_id");
            query.push(" AND t.number = e.number AND t.tag = ");
            query.push_bind(tag.as_str().to_owned()).push(")");
        }
        Some(tag) => {
            query
                .push(" AND o.tag = ")
                .push_bind(tag.as_str().to_owned());
        }
        None => {}
    }
    if !removed {
        query.push(" AND NOT e.removed");
    }
    if let Some(categories) = categories {
        among(&mut query, categories);
    }
    for word in words {
        search(&mut query, &fold(word));
    }
    query.push(format_args!(
        " ORDER BY {o}.day DESC, {o}.number DESC LIMIT "
    ));
    query.push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
    query
}

/// The part of the order that is asked for.
fn conditions(
    query: &mut QueryBuilder<Postgres>,
    o: &str,
    period: Option<Period>,
    after: Option<Cursor>,
) {
    if let Some(period) = period {
        query.push(format_args!(" AND {o}.day >= "));
        query.push_bind(day(period.from()));
        query.push(format_args!(" AND {o}.day < "));
        query.push_bind(day(period.until()));
    }
    if let Some(after) = after {
        query.push(format_args!(" AND ({o}.day, {o}.number) < ("));
        query.push_bind(day(after.date)).push(", ");
        query.push_bind(i64::from(after.number.0)).push(")");
    }
}

/// A day as PostgreSQL can hold it: no expense is beyond.
fn day(date: NaiveDate) -> NaiveDate {
    let first = NaiveDate::from_ymd_opt(-4_000, 1, 1).unwrap_or(NaiveDate::MIN);
    date.max(first)
}

/// A text that the database can't hold is in none of its rows.
fn search(query: &mut QueryBuilder<Postgres>, word: &str) {
    if word.contains('\0') {
        query.push(" AND false");
    } else {
        query.push(" AND strpos(coalesce(e.search, e.description), ");
        query.push_bind(word.to_owned()).push(") > 0");
    }
}

fn among(query: &mut QueryBuilder<Postgres>, categories: &[CategoryId]) {
    let ids: Vec<i64> = categories.iter().map(|id| i64::from(id.0)).collect();
    query.push(" AND category = ANY (").push_bind(ids).push(")");
}

/// Sums from the kept totals.
pub(crate) async fn totals(
    db: &mut PgConnection,
    ledger: LedgerId,
    query: &TotalsQuery,
) -> Result<Vec<Total>, Failure> {
    let rows: Vec<TotalRow> = summing(ledger, query)
        .build_query_as()
        .fetch_all(db)
        .await?;
    rows.iter().map(|row| row.total(query.into)).collect()
}

/// The statement of a sum.
pub(crate) fn summing(ledger: LedgerId, query: &TotalsQuery) -> QueryBuilder<Postgres> {
    let group = match query.group {
        Group::None => "NULL::integer AS category, NULL::date AS day",
        Group::Category => "category, NULL::date AS day",
        Group::Day => "NULL::integer AS category, day",
    };
    let mut sql = QueryBuilder::new("SELECT ");
    sql.push(group);
    sql.push(
        ", currency, sum(amount) AS amount, sum(count)::bigint AS count,
        sum(CASE WHEN currency = w.code THEN amount
            WHEN converted_into = w.code THEN converted ELSE 0 END) AS converted,
        sum(CASE WHEN w.code IN (currency, converted_into) THEN 0 ELSE count END)::bigint
            AS unconverted
        FROM totals AS o CROSS JOIN (SELECT ",
    );
    sql.push_bind(query.into.code());
    sql.push("::text AS code) AS w WHERE o.ledger_id = ");
    sql.push_bind(ledger.as_i64());
    conditions(&mut sql, "o", query.period, None);
    if let Some(categories) = &query.categories {
        among(&mut sql, categories);
    }
    sql.push(" GROUP BY 1, 2, currency HAVING sum(count) > 0");
    sql.push(" ORDER BY 1, 2, currency COLLATE \"C\"");
    sql
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
        DraftQuery::Id(id) => sqlx::query_as(DRAFT).bind(ledger).bind(*id.as_uuid()),
        DraftQuery::Album(album) => sqlx::query_as(DRAFT_OF_ALBUM)
            .bind(ledger)
            .bind(album.as_str()),
        DraftQuery::NewestOpen(user) => sqlx::query_as(DRAFT_OPEN).bind(ledger).bind(user.as_str()),
        DraftQuery::Image(prints) => {
            let prints: Vec<&str> = prints.iter().map(|print| print.0.as_str()).collect();
            sqlx::query_as(DRAFT_OF_IMAGE).bind(ledger).bind(prints)
        }
    };
    let row: Option<DraftRow> = query.fetch_optional(db).await?;
    row.map(DraftRow::draft).transpose()
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
        ChangeQuery::Id(id) => sqlx::query_as(CHANGE).bind(ledger).bind(*id.as_uuid()),
        ChangeQuery::NewestBy(user) => sqlx::query_as(CHANGE_NEWEST)
            .bind(ledger)
            .bind(user.as_str()),
    };
    let row: Option<ChangeRow> = query.fetch_optional(db).await?;
    row.map(|row| row.change()).transpose()
}

/// Everybody about whom something was decided.
pub(crate) async fn people(db: &mut PgConnection) -> Result<Vec<Person>, Failure> {
    let rows: Vec<PersonRow> =
        sqlx::query_as("SELECT who, role, name, since FROM people ORDER BY who")
            .fetch_all(db)
            .await?;
    rows.iter().map(PersonRow::person).collect()
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
