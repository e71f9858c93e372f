//! Lists of expenses: one statement each, in the order of an index.

use expense_core::conversation::question::{Cursor, ExpenseFilter, Page, PageRequest};
use expense_core::domain::category::CategoryId;
use expense_core::domain::expense::Expense;
use expense_core::domain::keys::{ExpenseId, LedgerId};
use expense_core::domain::text::fold;
use expense_core::memory::column::json;
use expense_core::memory::row;
use sqlx::{QueryBuilder, Sqlite, SqliteExecutor};

use crate::error::Failure;
use crate::rows::{Found, day};

/// One page of the expenses that meet the filter.
pub(crate) async fn expenses(
    db: impl SqliteExecutor<'_>,
    ledger: LedgerId,
    filter: &ExpenseFilter,
    page: PageRequest,
) -> Result<Page, Failure> {
    let mut query = listing(ledger, filter, page.after, page.size() + 1)?;
    let rows = query.build().fetch_all(db).await?;
    let expenses = rows.into_iter().map(|row| row::expense(&Found(row)));
    let expenses = expenses.collect::<Result<Vec<Expense>, Failure>>()?;
    Ok(Page::cut(expenses, page.size()))
}

/// One expense, removed or not.
pub(crate) async fn expense(
    db: impl SqliteExecutor<'_>,
    ledger: LedgerId,
    id: ExpenseId,
) -> Result<Option<Expense>, Failure> {
    let page = expenses(db, ledger, &ExpenseFilter::of(id), PageRequest::FIRST).await?;
    Ok(page.expenses.into_iter().next())
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
        "SELECT number, id, revision, change, removed, day, minor AS amount, currency, category,
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

/// Only what is in these categories.
pub(crate) fn among(
    query: &mut QueryBuilder<Sqlite>,
    categories: &[CategoryId],
) -> Result<(), Failure> {
    query.push(" AND category IN (SELECT value FROM json_each(");
    query.push_bind(json(categories)?).push("))");
    Ok(())
}
