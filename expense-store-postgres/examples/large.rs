//! What `/list`, `/today`, `/week` and `/month` cost a ledger with a million of ten million
//! expenses, beside one with a thousand of them.
//!
//! Starts a private server in the folder for temporary files, of which it takes 5 GB; `TMPDIR`
//! names another disk. Prints one JSON object of medians in microseconds.

use std::error::Error;
use std::time::{Duration, Instant};

use chrono::{Months, NaiveDate};
use expense_core::conversation::question::{ExpenseFilter, Group, PageRequest, TotalsQuery};
use expense_core::domain::calendar::Period;
use expense_core::domain::currency::Currency;
use expense_core::domain::expense::Expense;
use expense_core::domain::keys::LedgerId;
use expense_core::domain::limits;
use expense_core::ports::store::ExpenseStore;
use expense_store_postgres::{Config, PostgresStore};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use test_servers::postgres::{Durability, Server};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// The ledgers that are looked at: with a million expenses, and with a thousand.
const LARGE: i64 = 1;
const SMALL: i64 = 2;
/// Looks of each kind; the middle one counts.
const LOOKS: usize = 301;

/// A thousand days up to the third of May 2026, on each of which the large ledger has a thousand
/// expenses and every other one.
const FILL: [&str; 6] = [
    // Indexes are made at once when everything is there: that is ten times quicker.
    "DO $$ DECLARE i record; BEGIN
        CREATE TEMPORARY TABLE indexes AS SELECT indexdef FROM pg_indexes
            WHERE schemaname = 'public' AND tablename IN ('expenses', 'totals');
        FOR i IN SELECT conrelid::regclass AS of, conname FROM pg_constraint
            WHERE conrelid IN ('expenses'::regclass, 'totals'::regclass) AND contype IN ('p', 'u')
        LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', i.of, i.conname); END LOOP;
        FOR i IN SELECT indexname FROM pg_indexes
            WHERE schemaname = 'public' AND tablename IN ('expenses', 'totals')
        LOOP EXECUTE format('DROP INDEX %I', i.indexname); END LOOP;
     END $$",
    "CREATE TEMPORARY TABLE books AS
     SELECT 1::bigint AS ledger_id, 1000 AS a_day
     UNION ALL SELECT n, 1 FROM generate_series(2, 9001) AS n",
    "INSERT INTO expenses (ledger_id, recorded_at, id, change, number, revision, day, category,
        removed, amount, currency, description, paid_by, entered_by, message, line, sent_on, said)
     SELECT ledger_id, now(), gen_random_uuid(), gen_random_uuid(), d * a_day + n, 1,
        date '2026-05-03' - 999 + d, n % 16 + 1, false, 12.5, 'EUR', 'lunch', 'u', 'u',
        'm' || d * a_day + n, 0, date '2026-05-03' - 999 + d, gen_random_uuid()
     FROM books, generate_series(0, 999) AS d, generate_series(1, a_day) AS n",
    // In the order in which days come, as in a table that has grown.
    "INSERT INTO totals
     SELECT ledger_id, count(*), day, category, currency, '', sum(amount), 0
     FROM expenses GROUP BY ledger_id, day, category, currency ORDER BY day, ledger_id",
    "DO $$ DECLARE i record; BEGIN
        SET LOCAL maintenance_work_mem = '512MB';
        FOR i IN SELECT indexdef FROM indexes LOOP EXECUTE i.indexdef; END LOOP;
     END $$",
    "VACUUM ANALYZE",
];

#[tokio::main]
async fn main() -> Outcome<()> {
    let server = Server::start(Durability::Off)?;
    let url = server.url("postgres");
    let store = PostgresStore::open(Config::new(&url)).await?;
    let mut db = PgConnection::connect(&url).await?;
    for statement in FILL {
        db.execute(AssertSqlSafe(statement)).await?;
    }
    let today = NaiveDate::from_ymd_opt(2026, 5, 3).ok_or("a day")?;
    let looks = [
        ("list", None),
        ("today", Some(Period::day(today))),
        ("week", Some(Period::week(today))),
        // A whole one: the data ends with today.
        ("month", Some(Period::month(today - Months::new(1)))),
    ];
    let mut figures = Vec::new();
    for (name, period) in looks {
        let small = median(&store, SMALL, period).await?.as_micros();
        let large = median(&store, LARGE, period).await?.as_micros();
        figures.push(format!(
            r#""{name}_of_thousand_us": {small}, "{name}_of_million_us": {large}"#
        ));
    }
    println!("{{{}}}", figures.join(", "));
    store.close().await;
    Ok(())
}

async fn median(store: &PostgresStore, ledger: i64, period: Option<Period>) -> Outcome<Duration> {
    let mut took = Vec::with_capacity(LOOKS);
    for _ in 0..LOOKS {
        let begun = Instant::now();
        look(store, LedgerId::from_i64(ledger), period).await?;
        took.push(begun.elapsed());
    }
    took.sort();
    Ok(took[LOOKS / 2])
}

/// What a list shows: its first page, and the sums of its period.
async fn look(store: &PostgresStore, ledger: LedgerId, period: Option<Period>) -> Outcome<()> {
    let filter = ExpenseFilter {
        period,
        ..ExpenseFilter::default()
    };
    let request = PageRequest {
        after: None,
        limit: limits::PAGE,
    };
    let page = store.expenses(ledger, &filter, request).await?;
    if page.expenses.is_empty() {
        return Err("nothing was found".into());
    }
    if period.is_none() && page.expenses.iter().any(is_late) {
        // Such a list has no sum.
        return Ok(());
    }
    let query = TotalsQuery {
        period,
        categories: None,
        group: Group::None,
        into: Currency::EUR,
    };
    store.totals(ledger, &query).await?;
    Ok(())
}

/// Whether it belongs to a ledger whose list of everything has no sum.
fn is_late(expense: &Expense) -> bool {
    expense
        .number
        .is_some_and(|number| number.0 > limits::SUMMED)
}
