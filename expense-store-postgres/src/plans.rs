//! Where tables are partitioned, what is asked about a ledger is asked of its partition alone.
//! That it is asked by an index is seen in `tests/it/plans`.
#![allow(clippy::unwrap_used, reason = "what a test prepares must work")]

use std::collections::BTreeSet;

use expense_core::conversation::question::{ExpenseFilter, Group, TotalsQuery};
use expense_core::domain::calendar::Period;
use expense_core::domain::category::CategoryId;
use expense_core::domain::currency::Currency;
use expense_core::domain::keys::{ExpenseId, LedgerId, Number};
use expense_core::domain::ledger::Ledger;
use expense_core::ports::store::StoredSession;
use expense_core::testing::fixtures::{day, message, tag};
use sqlx::postgres::PgArguments;
use sqlx::types::Uuid;
use sqlx::{
    Arguments, AssertSqlSafe, Execute, Executor, PgConnection, Postgres, QueryBuilder, Row,
};

use crate::kept::Kept;
use crate::list::listing;
use crate::open::BY_INDEX;
use crate::read::OUTCOME;
use crate::search::{BY_GRAMS, among_all, among_newest};
use crate::testing::Database;
use crate::totals::summing;

const LEDGER: i64 = 7;

fn march() -> Period {
    Period::month(day("2026-03-03"))
}

async fn plan(db: &mut PgConnection, sql: &str, arguments: PgArguments) -> String {
    let explain = AssertSqlSafe(format!("EXPLAIN (ANALYZE, TIMING off) {sql}"));
    let rows = sqlx::query_with(explain, arguments)
        .fetch_all(db)
        .await
        .unwrap();
    let steps = rows.iter().map(|row| row.get::<String, _>(0));
    steps.collect::<Vec<_>>().join("\n")
}

async fn plan_of(db: &mut PgConnection, mut query: QueryBuilder<Postgres>) -> String {
    let sql = query.sql().as_str().to_owned();
    let arguments = query.build().take_arguments().unwrap().unwrap();
    plan(db, &sql, arguments).await
}

/// Each way to ask for a list.
fn lists() -> Vec<ExpenseFilter> {
    let all = ExpenseFilter::default;
    vec![
        all(),
        ExpenseFilter {
            period: Some(march()),
            ..all()
        },
        ExpenseFilter {
            categories: Some(vec![CategoryId(3), CategoryId(5)]),
            ..all()
        },
        ExpenseFilter {
            words: vec!["a".to_owned()],
            ..all()
        },
        ExpenseFilter {
            tag: Some(tag("work")),
            ..all()
        },
        ExpenseFilter {
            number: Some(Number(5)),
            ..all()
        },
        ExpenseFilter {
            ids: Some(vec![ExpenseId::from_uuid(Uuid::nil())]),
            ..all()
        },
        ExpenseFilter {
            message: Some(message("5")),
            ..all()
        },
    ]
}

/// The partitions that were touched, by a plan that says what was done.
fn partitions(plan: &str) -> BTreeSet<char> {
    let done = plan.lines().filter(|line| !line.contains("never executed"));
    let steps = done.filter_map(|line| Some(line.split_once(" on ")?.1));
    let tables = steps.filter_map(|step| step.split_whitespace().next());
    tables
        .filter_map(|table| table.chars().last().filter(char::is_ascii_digit))
        .collect()
}

#[tokio::test]
async fn what_is_asked_about_a_ledger_is_asked_of_one_partition() {
    let database = Database::partitioned(4).await;
    let mut db = database.stranger().await;
    db.execute(BY_INDEX).await.unwrap();
    db.execute("SET plan_cache_mode = force_custom_plan")
        .await
        .unwrap();
    let ledger = LedgerId::from_i64(LEDGER);
    let mut plans = Vec::new();
    for statement in [Ledger::ROWS, StoredSession::ROWS] {
        let mut arguments = PgArguments::default();
        arguments.add(vec![LEDGER]).unwrap();
        plans.push(plan(&mut db, statement, arguments).await);
    }
    let mut arguments = PgArguments::default();
    arguments.add(LEDGER).unwrap();
    arguments.add("chat").unwrap();
    arguments.add(Uuid::nil()).unwrap();
    plans.push(plan(&mut db, OUTCOME, arguments).await);
    for filter in lists() {
        plans.push(plan_of(&mut db, listing(ledger, &filter, None, 11)).await);
    }
    let words = ExpenseFilter {
        words: vec!["lunch".to_owned()],
        ..ExpenseFilter::default()
    };
    plans.push(plan_of(&mut db, among_newest(ledger, &words, None, 11)).await);
    for group in [Group::None, Group::Category, Group::Day] {
        let query = TotalsQuery {
            period: Some(march()),
            categories: None,
            group,
            into: Currency::EUR,
        };
        plans.push(plan_of(&mut db, summing(ledger, &query)).await);
    }
    let by_grams = AssertSqlSafe(BY_GRAMS.replace("LOCAL ", ""));
    db.execute(sqlx::raw_sql(by_grams)).await.unwrap();
    plans.push(plan_of(&mut db, among_all(ledger, &words, None, 11)).await);
    for plan in plans {
        assert_eq!(partitions(&plan).len(), 1, "{plan}");
    }
}
