//! Lists of expenses: one statement each, in the order of an index.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use expense_core::conversation::question::{Cursor, ExpenseFilter, Page, PageRequest};
use expense_core::domain::calendar::Period;
use expense_core::domain::category::CategoryId;
use expense_core::domain::expense::Expense;
use expense_core::domain::keys::{ExpenseId, LedgerId};
use expense_core::domain::text::fold;
use expense_core::memory::row;
use sqlx::types::Uuid;
use sqlx::{PgConnection, Postgres, QueryBuilder};

use crate::error::Failure;
use crate::rows::Found;
use crate::search;

/// One page of the expenses that meet the filter.
pub(crate) async fn expenses(
    db: &mut PgConnection,
    ledger: LedgerId,
    filter: &ExpenseFilter,
    page: PageRequest,
) -> Result<Page, Failure> {
    let limit = page.size() + 1;
    let rows = if search::finds(filter) {
        search::find(db, ledger, filter, page.after, limit).await?
    } else {
        let mut query = listing(ledger, filter, page.after, limit);
        query.build().fetch_all(db).await?
    };
    let expenses = rows.into_iter().map(|row| row::expense(&Found(row)));
    let expenses = expenses.collect::<Result<Vec<Expense>, Failure>>()?;
    Ok(Page::cut(expenses, page.size()))
}

/// One expense, removed or not.
pub(crate) async fn expense(
    db: &mut PgConnection,
    ledger: LedgerId,
    id: ExpenseId,
) -> Result<Option<Expense>, Failure> {
    let page = expenses(db, ledger, &ExpenseFilter::of(id), PageRequest::FIRST).await?;
    Ok(page.expenses.into_iter().next())
}

/// What is shown of an expense `e`.
pub(crate) const COLUMNS: &str = "e.number, e.id, e.revision, e.change, e.removed, e.day, e.amount,
    e.currency, e.category, e.description, e.merchant, e.message, e.line, e.said, e.sent_on, e.draft,
    e.paid_by, e.entered_by, e.recorded_at, e.converted, e.converted_into, e.rate, e.rate_source,
    e.rate_day,
    ARRAY (SELECT t.tag FROM tags AS t WHERE t.ledger_id = e.ledger_id AND t.number = e.number
        ORDER BY t.tag COLLATE \"C\") AS tags";

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
    query.push("SELECT ").push(COLUMNS).push(" FROM ");
    // The table whose index has the order.
    let o = match (few, tag) {
        (true, _) => {
            query.push("e");
            "e"
        }
        (false, None) => {
            match categories {
                Some(categories) => of_each(&mut query, ledger, filter, categories, after, limit),
                None => {
                    query.push("expenses AS e");
                }
            }
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
    within(&mut query, o, *period, after);
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
    living(&mut query, "e", *removed);
    if let Some(categories) = categories {
        among(&mut query, categories);
    }
    for word in words {
        containing(&mut query, &fold(word));
    }
    query.push(format_args!(" ORDER BY {o}.day DESC, {o}.number DESC"));
    up_to(&mut query, limit);
    query
}

/// The list of each of these categories, side by side: an index has the order of each.
fn of_each(
    query: &mut QueryBuilder<Postgres>,
    ledger: LedgerId,
    filter: &ExpenseFilter,
    categories: &[CategoryId],
    after: Option<Cursor>,
    limit: usize,
) {
    // Words may leave out any of them: then nothing tells how many it takes.
    let limit = filter.words.is_empty().then_some(limit);
    let ids: BTreeSet<i32> = categories
        .iter()
        .filter_map(|id| id.0.try_into().ok())
        .collect();
    query.push("unnest(").push_bind(Vec::from_iter(ids));
    query.push(") AS c(id) CROSS JOIN LATERAL (SELECT * FROM expenses AS i WHERE i.ledger_id = ");
    query
        .push_bind(ledger.as_i64())
        .push(" AND i.category = c.id");
    within(query, "i", filter.period, after);
    living(query, "i", filter.removed);
    query.push(" ORDER BY i.day DESC, i.number DESC");
    if let Some(limit) = limit {
        up_to(query, limit);
    }
    query.push(") AS e");
}

pub(crate) fn up_to(query: &mut QueryBuilder<Postgres>, limit: usize) {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    query.push(" LIMIT ").push_bind(limit);
}

/// Only what is not removed, unless that is wanted as well.
pub(crate) fn living(query: &mut QueryBuilder<Postgres>, o: &str, removed: bool) {
    if !removed {
        query.push(format_args!(" AND NOT {o}.removed"));
    }
}

/// The part of the order that is asked for.
pub(crate) fn within(
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
pub(crate) fn containing(query: &mut QueryBuilder<Postgres>, word: &str) {
    if word.contains('\0') {
        query.push(" AND false");
    } else {
        query.push(" AND strpos(coalesce(e.search, e.description), ");
        query.push_bind(word.to_owned()).push(") > 0");
    }
}

/// Only what is in these categories.
pub(crate) fn among(query: &mut QueryBuilder<Postgres>, categories: &[CategoryId]) {
    let ids: Vec<i64> = categories.iter().map(|id| i64::from(id.0)).collect();
    query.push(" AND category = ANY (").push_bind(ids).push(")");
}
