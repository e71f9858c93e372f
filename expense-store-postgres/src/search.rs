//! Words in a large ledger.
//!
//! What is common is found among the newest expenses, which are looked through first. What is rare
//! is found by an index of all the signs in a row that there are, `expenses_grams`. That one leaves
//! out the first expenses of each ledger, so that those who have no more never pay for it: they are
//! looked through, too.

use expense_core::conversation::question::{Cursor, ExpenseFilter};
use expense_core::domain::keys::LedgerId;
use expense_core::domain::text::fold;
use sqlx::postgres::PgRow;
use sqlx::types::Uuid;
use sqlx::{Connection, Executor, PgConnection, Postgres, QueryBuilder, Row};

use crate::error::Failure;
use crate::list::{COLUMNS, among, containing, living, up_to, within};

/// Of the newest so many are looked through.
const NEWEST: usize = 1_000;

/// That index gives no order and is read by bitmap. How many rows it leads to, and how many there
/// are in the ledger, is known for these values alone.
pub(crate) const BY_GRAMS: &str =
    "SET LOCAL enable_bitmapscan = on; SET LOCAL enable_indexscan = off;
    SET LOCAL plan_cache_mode = force_custom_plan;";

/// Whether the filter is for this: what few expenses have, or those with a tag, has an index of
/// its own, and signs that are too few have none.
pub(crate) fn finds(filter: &ExpenseFilter) -> bool {
    let few = filter.number.is_some() || filter.ids.is_some() || filter.message.is_some();
    !few && filter.tag.is_none() && filter.words.iter().any(|word| is_indexed(&fold(word)))
}

fn is_indexed(word: &str) -> bool {
    let signs = word.chars().count();
    let long = word.chars().all(|sign| sign.len_utf8() >= 3);
    !word.contains('\0') && (signs >= 3 || signs == 2 && long)
}

/// The rows of the expenses that meet the filter, the newest first.
pub(crate) async fn find(
    db: &mut PgConnection,
    ledger: LedgerId,
    filter: &ExpenseFilter,
    after: Option<Cursor>,
    limit: usize,
) -> Result<Vec<PgRow>, Failure> {
    let mut newest = among_newest(ledger, filter, after, limit);
    let rows = newest.build().fetch_all(&mut *db).await?;
    let walked: i64 = rows.first().map_or(Ok(0), |row| row.try_get("walked"))?;
    let is_one = |row: &PgRow| matches!(row.try_get::<Option<Uuid>, _>("id"), Ok(Some(_)));
    let found: Vec<PgRow> = rows.into_iter().filter(is_one).collect();
    if found.len() >= limit || usize::try_from(walked).is_ok_and(|walked| walked < NEWEST) {
        return Ok(found);
    }
    let mut whole = db.begin().await?;
    whole.execute(BY_GRAMS).await?;
    let mut everywhere = among_all(ledger, filter, after, limit);
    let found = everywhere.build().fetch_all(&mut *whole).await?;
    whole.commit().await?;
    Ok(found)
}

/// Those among the newest, each with how many were looked through; where there is none, one row
/// with that alone.
pub(crate) fn among_newest(
    ledger: LedgerId,
    filter: &ExpenseFilter,
    after: Option<Cursor>,
    limit: usize,
) -> QueryBuilder<Postgres> {
    let mut query = QueryBuilder::new(
        "WITH newest AS MATERIALIZED (SELECT * FROM expenses AS n WHERE n.ledger_id = ",
    );
    query.push_bind(ledger.as_i64());
    within(&mut query, "n", filter.period, after);
    query.push(" ORDER BY n.day DESC, n.number DESC");
    up_to(&mut query, NEWEST);
    query.push(") SELECT w.walked, f.* FROM (SELECT count(*) AS walked FROM newest) AS w");
    query.push(" LEFT JOIN (SELECT ").push(COLUMNS);
    query.push(" FROM newest AS e WHERE true");
    meeting(&mut query, filter);
    query.push(" ORDER BY e.day DESC, e.number DESC");
    up_to(&mut query, limit);
    query.push(") AS f ON true ORDER BY f.day DESC, f.number DESC");
    query
}

pub(crate) fn among_all(
    ledger: LedgerId,
    filter: &ExpenseFilter,
    after: Option<Cursor>,
    limit: usize,
) -> QueryBuilder<Postgres> {
    let mut query = QueryBuilder::new("SELECT ");
    query.push(COLUMNS);
    query.push(" FROM (SELECT * FROM expenses WHERE ledger_id = ");
    query.push_bind(ledger.as_i64()).push(" AND number > 2000");
    let words = filter.words.iter().map(|word| fold(word));
    for word in words.filter(|word| is_indexed(word)) {
        query
            .push(" AND expense_grams(ledger_id, coalesce(search, description)) @> expense_grams(");
        query.push_bind(ledger.as_i64()).push(", ");
        query.push_bind(word).push(")");
    }
    query.push(" UNION ALL SELECT * FROM expenses WHERE ledger_id = ");
    query.push_bind(ledger.as_i64());
    query.push(" AND number <= 2000) AS e WHERE true");
    within(&mut query, "e", filter.period, after);
    meeting(&mut query, filter);
    query.push(" ORDER BY e.day DESC, e.number DESC");
    up_to(&mut query, limit);
    query
}

/// Whatever else the filter asks for.
fn meeting(query: &mut QueryBuilder<Postgres>, filter: &ExpenseFilter) {
    living(query, "e", filter.removed);
    if let Some(categories) = &filter.categories {
        among(query, categories);
    }
    for word in &filter.words {
        containing(query, &fold(word));
    }
}
