//! Sums, out of the totals that are kept: one statement each.

use expense_core::conversation::question::{Group, Total, TotalsQuery};
use expense_core::domain::category::CategoryId;
use expense_core::domain::keys::LedgerId;
use expense_core::memory::column::{narrow, word};
use sqlx::{QueryBuilder, Sqlite, SqlitePool};

use crate::error::Failure;
use crate::list::among;
use crate::rows::{date, day, whole};

/// Sums of what is not removed.
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

/// A sum out of `totals`.
#[derive(sqlx::FromRow)]
struct TotalRow {
    category: Option<i64>,
    day: Option<i64>,
    currency: String,
    high: i64,
    low: i64,
    count: i64,
    converted_high: i64,
    converted_low: i64,
    unconverted: i64,
}

impl TotalRow {
    fn total(&self) -> Result<Total, Failure> {
        Ok(Total {
            category: self.category.map(narrow).transpose()?.map(CategoryId),
            day: self.day.map(date).transpose()?,
            currency: word(&self.currency)?,
            minor: whole(self.high, self.low),
            count: narrow(self.count)?,
            converted: whole(self.converted_high, self.converted_low),
            unconverted: narrow(self.unconverted)?,
        })
    }
}
