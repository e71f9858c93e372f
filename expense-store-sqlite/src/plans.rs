//! How SQLite goes about every list and sum: by an index that begins with the ledger.

use expense_core::conversation::question::{Cursor, ExpenseFilter, Group, TotalsQuery};
use expense_core::domain::calendar::Period;
use expense_core::domain::category::CategoryId;
use expense_core::domain::currency::Currency;
use expense_core::domain::keys::{LedgerId, Number};
use expense_core::testing::fixtures::{day, message, tag};
use rstest::rstest;
use sqlx::{AssertSqlSafe, QueryBuilder, Row, Sqlite, SqlitePool};

use crate::Config;
use crate::list::listing;
use crate::open::open;
use crate::totals::summing;

const LEDGER: i64 = 7;

fn march() -> Period {
    Period::month(day("2026-03-03"))
}

fn all() -> ExpenseFilter {
    ExpenseFilter::default()
}

const FILL: [&str; 5] = [
    "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 20)
     INSERT INTO ledgers (ledger_id, chat, revision, currency, zone, locale, language)
     SELECT n, 'chat:' || n, 1, 'EUR', 'UTC', 'en', 'en' FROM s",
    "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 1000)
     INSERT INTO expenses
     SELECT ledger_id, n, randomblob(16), 1, randomblob(16), 0, 20000 + n % 500, 100, 'EUR',
        n % 16, 'lunch', NULL, 'lunch', 'm' || n, 0, randomblob(16), 20000, NULL, 'u', 'u', 0,
        NULL, NULL, NULL, NULL, NULL, iif(n % 100 = 0, n, NULL)
     FROM ledgers, s",
    "INSERT INTO tags SELECT ledger_id, number, 'work' FROM expenses WHERE number % 50 = 0",
    "INSERT INTO totals
     SELECT ledger_id, day, category, currency, '', 0, sum(minor), 0, 0, count(*)
     FROM expenses GROUP BY 1, 2, 3, 4",
    "ANALYZE",
];

/// A file with rows enough that an index pays, and with what SQLite knows of them by then.
async fn filled(folder: &tempfile::TempDir) -> SqlitePool {
    let connections = open(&Config::new(folder.path().join("plans.db")))
        .await
        .unwrap();
    let db = connections.writer;
    for statement in FILL {
        sqlx::query(statement).execute(&db).await.unwrap();
    }
    db
}

async fn plan(db: &SqlitePool, query: &QueryBuilder<Sqlite>) -> String {
    let sql = format!("EXPLAIN QUERY PLAN {}", query.sql().as_str());
    let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(db).await.unwrap();
    let steps = rows.iter().map(|row| row.get::<String, _>("detail"));
    steps.collect::<Vec<_>>().join("\n")
}

#[rstest]
#[case::all(all(), "expenses_day (ledger_id=?")]
#[case::period(ExpenseFilter { period: Some(march()), ..all() }, "expenses_day (ledger_id=? AND day>? AND day<?)")]
#[case::category(ExpenseFilter { categories: Some(vec![CategoryId(3)]), ..all() }, "expenses_day (ledger_id=?")]
#[case::words(ExpenseFilter { words: vec!["lunch".to_owned()], ..all() }, "expenses_day (ledger_id=?")]
#[case::tag(ExpenseFilter { tag: Some(tag("work")), ..all() }, "ledger_id=?")]
#[case::number(ExpenseFilter { number: Some(Number(5)), ..all() }, "(ledger_id=? AND number=?)")]
#[case::ids(ExpenseFilter { ids: Some(Vec::new()), ..all() }, "expenses_id (ledger_id=? AND id=?)")]
#[case::message(ExpenseFilter { message: Some(message("5")), ..all() }, "expenses_message (ledger_id=? AND message=?)")]
#[tokio::test]
async fn lists_go_by_an_index(#[case] filter: ExpenseFilter, #[case] index: &str) {
    let folder = tempfile::tempdir().unwrap();
    let db = filled(&folder).await;
    let after = Cursor {
        date: day("2026-03-03"),
        number: Number(9),
    };
    for after in [None, Some(after)] {
        let query = listing(LedgerId::from_i64(LEDGER), &filter, after, 11).unwrap();
        let plan = plan(&db, &query).await;
        assert!(plan.contains(index), "{plan}");
        assert!(!plan.contains("SCAN e"), "{plan}");
    }
}

#[rstest]
#[tokio::test]
async fn sums_go_by_the_kept_totals(
    #[values(Group::None, Group::Category, Group::Day)] group: Group,
    #[values(None, Some(march()))] period: Option<Period>,
) {
    let folder = tempfile::tempdir().unwrap();
    let db = filled(&folder).await;
    let query = TotalsQuery {
        period,
        categories: Some(vec![CategoryId(3)]),
        group,
        into: Currency::EUR,
    };
    let plan = plan(&db, &summing(LedgerId::from_i64(LEDGER), &query).unwrap()).await;
    assert!(
        plan.contains("SEARCH totals USING PRIMARY KEY (ledger_id=?"),
        "{plan}"
    );
    assert!(!plan.contains("expenses"), "{plan}");
}
