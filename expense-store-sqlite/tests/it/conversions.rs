//! Files from before rates were known.

use expense_core::conversation::question::{Group, TotalsQuery};
use expense_core::domain::currency::Currency;
use expense_core::domain::keys::LedgerId;
use expense_core::ports::jobs::{ClaimRequest, JobKind, Jobs, Work};
use expense_core::ports::store::ExpenseStore;
use expense_core::testing::fixtures::chat;
use sqlx::{AssertSqlSafe, Connection, Executor};

use crate::diary::{expenses, open, record, stranger};

/// The version before `0003_conversions`.
const BEFORE: usize = 2;

/// Ten euros, twenty dollars, and thirty dollars that were deleted.
fn books(ledger: i64) -> String {
    let expense = |number: i64, minor: i64, currency: &str, removed: i64| {
        format!(
            "INSERT INTO expenses (ledger_id, number, id, revision, change, removed, day, minor,
                currency, category, description, search, paid_by, entered_by, recorded_at)
             VALUES ({ledger}, {number}, randomblob(16), 1, randomblob(16), {removed}, 20000,
                {minor}, '{currency}', 1, 'x', 'x', 'test:anna', 'test:anna', 1);"
        )
    };
    let total = |currency: &str, minor: i64| {
        format!(
            "INSERT INTO totals (ledger_id, day, category, currency, high, low, count)
             VALUES ({ledger}, 20000, 1, '{currency}', 0, {minor}, 1);"
        )
    };
    [
        format!(
            "INSERT INTO ledgers (ledger_id, chat, revision, currency, zone, locale, language,
                last_number)
             VALUES ({ledger}, 'test:anna', 1, 'EUR', 'UTC', 'en', 'en', 3);"
        ),
        expense(1, 1_000, "EUR", 0),
        expense(2, 2_000, "USD", 0),
        expense(3, 3_000, "USD", 1),
        total("EUR", 1_000),
        total("USD", 2_000),
    ]
    .concat()
}

#[tokio::test]
async fn what_was_recorded_before_keeps_its_sums_and_lacks_its_rates() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("expenses.db");
    let ledger = LedgerId::of(&chat("anna"));
    let mut earlier = sqlx::migrate!();
    earlier.migrations.to_mut().truncate(BEFORE);
    let mut db = stranger(&file).await;
    earlier.run(&mut db).await.unwrap();
    let books = books(ledger.as_i64());
    db.execute(AssertSqlSafe(books)).await.unwrap();
    db.close().await.unwrap();

    let store = open(&file).await.unwrap();
    let query = TotalsQuery {
        period: None,
        categories: None,
        group: Group::None,
        into: Currency::EUR,
    };
    let totals = store.totals(ledger, &query).await.unwrap();
    let sums: Vec<_> = totals
        .iter()
        .map(|t| {
            (
                t.currency.code(),
                t.minor,
                t.count,
                t.converted,
                t.unconverted,
            )
        })
        .collect();
    assert_eq!(sums, [("EUR", 1_000, 1, 1_000, 0), ("USD", 2_000, 1, 0, 1)]);
    assert_eq!(expenses(&store, "anna").await.len(), 2);
    let ttl = std::time::Duration::from_secs(60);
    let jobs = store
        .claim(ClaimRequest::new(JobKind::Rate, 10, ttl))
        .await
        .unwrap();
    let [job] = jobs.as_slice() else {
        panic!("one rate, not {jobs:?}");
    };
    let Work::Rate { expense, into } = &job.work else {
        panic!("a rate, not {job:?}");
    };
    assert_eq!((expense.number.unwrap().0, *into), (2, Currency::EUR));
    record(&store, "anna", "later").await.unwrap();
    assert_eq!(expenses(&store, "anna").await.len(), 3);
}
