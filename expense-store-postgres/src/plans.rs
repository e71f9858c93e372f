//! How PostgreSQL goes about every list and sum among many: by an index that begins with the
//! ledger, whatever the planner is told.
#![allow(clippy::unwrap_used, reason = "what a test prepares must work")]

use std::collections::BTreeSet;

use expense_core::conversation::question::{Cursor, ExpenseFilter, Group, TotalsQuery};
use expense_core::domain::calendar::Period;
use expense_core::domain::category::CategoryId;
use expense_core::domain::currency::Currency;
use expense_core::domain::keys::{ExpenseId, LedgerId, Number};
use expense_core::testing::fixtures::{day, message, tag};
use sqlx::postgres::PgArguments;
use sqlx::types::Uuid;
use sqlx::{
    Arguments, AssertSqlSafe, Execute, Executor, PgConnection, Postgres, QueryBuilder, Row,
};

use crate::list::listing;
use crate::open::BY_INDEX;
use crate::read::{LEDGER as LEDGER_OF, OUTCOME, SESSION, TAGS};
use crate::testing::Database;
use crate::totals::summing;

const LEDGER: i64 = 7;

/// 300,000 expenses in 100 ledgers, a third of them in one.
const FILL: &str = "
    INSERT INTO expenses (ledger_id, recorded_at, id, change, number, revision, day, category,
        removed, amount, currency, description, paid_by, entered_by, message)
    SELECT CASE WHEN n % 3 = 0 THEN 7 ELSE n % 100 END, now(), gen_random_uuid(),
        gen_random_uuid(), n, 1, date '2024-01-01' + n % 900, n % 16, false, 1, 'EUR', 'lunch',
        'u', 'u', 'm' || n
    FROM generate_series(1, 300000) AS n;
    INSERT INTO tags SELECT ledger_id, number, day, 'work' FROM expenses WHERE number % 50 = 0;
    INSERT INTO totals SELECT ledger_id, count(*), day, category, currency, '', sum(amount), 0
    FROM expenses GROUP BY ledger_id, day, category, currency;
    ANALYZE;";

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

/// Each filter with the index that serves it.
fn lists() -> Vec<(ExpenseFilter, &'static str)> {
    let all = ExpenseFilter::default;
    vec![
        (all(), "expenses_day"),
        (
            ExpenseFilter {
                period: Some(march()),
                ..all()
            },
            "expenses_day",
        ),
        (
            ExpenseFilter {
                categories: Some(vec![CategoryId(3)]),
                ..all()
            },
            "expenses_day",
        ),
        (
            ExpenseFilter {
                words: vec!["lunch".to_owned()],
                ..all()
            },
            "expenses_day",
        ),
        (
            ExpenseFilter {
                tag: Some(tag("work")),
                ..all()
            },
            "tags_pkey",
        ),
        (
            ExpenseFilter {
                number: Some(Number(5)),
                ..all()
            },
            "expenses_pkey",
        ),
        (
            ExpenseFilter {
                ids: Some(vec![ExpenseId::from_uuid(Uuid::nil())]),
                ..all()
            },
            "expenses_id",
        ),
        (
            ExpenseFilter {
                message: Some(message("5")),
                ..all()
            },
            "expenses_message",
        ),
    ]
}

async fn assert_lists(db: &mut PgConnection) {
    let after = Cursor {
        date: day("2026-03-03"),
        number: Number(9),
    };
    for (filter, index) in lists() {
        for after in [None, Some(after)] {
            let plan = plan_of(db, listing(LedgerId::from_i64(LEDGER), &filter, after, 11)).await;
            assert!(plan.contains(index), "{index}: {plan}");
            assert!(!plan.contains("Seq Scan"), "{plan}");
        }
    }
}

async fn assert_sums(db: &mut PgConnection) {
    for group in [Group::None, Group::Category, Group::Day] {
        let query = TotalsQuery {
            period: Some(march()),
            categories: Some(vec![CategoryId(3)]),
            group,
            into: Currency::EUR,
        };
        let plan = plan_of(db, summing(LedgerId::from_i64(LEDGER), &query)).await;
        assert!(plan.contains("totals_pkey"), "{plan}");
        assert!(
            !plan.contains("Seq Scan") && !plan.contains("expenses"),
            "{plan}"
        );
    }
}

#[tokio::test]
async fn lists_and_sums_go_by_an_index() {
    let database = Database::fresh().await;
    let mut db = database.stranger().await;
    db.execute(FILL).await.unwrap();
    assert_lists(&mut db).await;
    assert_sums(&mut db).await;

    db.execute(BY_INDEX).await.unwrap();
    assert_lists(&mut db).await;
    assert_sums(&mut db).await;
    // In the order of the list, so that a page is found without looking at the rest.
    let plan = plan_of(
        &mut db,
        listing(
            LedgerId::from_i64(LEDGER),
            &ExpenseFilter::default(),
            None,
            11,
        ),
    )
    .await;
    assert!(!plan.contains("Sort Key: e.day"), "{plan}");
    let explain = format!("EXPLAIN {}", TAGS.replace("$1", "7").replace("$2", "10"));
    let rows = db.fetch_all(AssertSqlSafe(explain)).await.unwrap();
    let steps = rows.iter().map(|row| row.get::<String, _>(0));
    let plan = steps.collect::<Vec<_>>().join("\n");
    assert!(!plan.contains("Seq Scan"), "{plan}");
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
    for statement in [LEDGER_OF, SESSION, OUTCOME] {
        let mut arguments = PgArguments::default();
        arguments.add(LEDGER).unwrap();
        arguments.add("chat").unwrap();
        if statement == OUTCOME {
            arguments.add(Uuid::nil()).unwrap();
        }
        plans.push(plan(&mut db, statement, arguments).await);
    }
    for (filter, _) in lists() {
        plans.push(plan_of(&mut db, listing(ledger, &filter, None, 11)).await);
    }
    for group in [Group::None, Group::Category, Group::Day] {
        let query = TotalsQuery {
            period: Some(march()),
            categories: None,
            group,
            into: Currency::EUR,
        };
        plans.push(plan_of(&mut db, summing(ledger, &query)).await);
    }
    for plan in plans {
        assert_eq!(partitions(&plan).len(), 1, "{plan}");
    }
}
