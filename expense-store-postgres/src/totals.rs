//! Sums, out of the totals that are kept: one statement each.

use chrono::NaiveDate;
use expense_core::conversation::question::{Group, Total, TotalsQuery};
use expense_core::domain::category::CategoryId;
use expense_core::domain::currency::Currency;
use expense_core::domain::keys::LedgerId;
use expense_core::memory::column::{narrow, word};
use rust_decimal::Decimal;
use sqlx::{PgConnection, Postgres, QueryBuilder};

use crate::error::Failure;
use crate::list::{among, within};

/// Sums of what is not removed.
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
    within(&mut sql, "o", query.period, None);
    if let Some(categories) = &query.categories {
        among(&mut sql, categories);
    }
    sql.push(" GROUP BY 1, 2, currency HAVING sum(count) > 0");
    sql.push(" ORDER BY 1, 2, currency COLLATE \"C\"");
    sql
}

/// A sum out of `totals`.
#[derive(sqlx::FromRow)]
struct TotalRow {
    category: Option<i32>,
    day: Option<NaiveDate>,
    currency: String,
    amount: Decimal,
    count: i64,
    converted: Decimal,
    unconverted: i64,
}

impl TotalRow {
    /// The sum, wanted in this currency, too.
    fn total(&self, into: Currency) -> Result<Total, Failure> {
        let currency: Currency = word(&self.currency)?;
        Ok(Total {
            category: self.category.map(narrow).transpose()?.map(CategoryId),
            day: self.day,
            currency,
            minor: minor(self.amount, currency)?,
            count: narrow(self.count)?,
            converted: minor(self.converted, into)?,
            unconverted: narrow(self.unconverted)?,
        })
    }
}

/// A sum in minor units. It may leave the bound of a single amount.
fn minor(amount: Decimal, currency: Currency) -> Result<i128, Failure> {
    let mut amount = amount.normalize();
    if amount.scale() > currency.exponent() {
        return Err(Failure::Unknown("amount"));
    }
    amount.rescale(currency.exponent());
    Ok(amount.mantissa())
}
