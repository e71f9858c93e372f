//! Short ways to record and to look.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use expense_core::conversation::question::{ExpenseFilter, PageRequest};
use expense_core::conversation::write::Write;
use expense_core::domain::expense::Expense;
use expense_core::domain::keys::LedgerId;
use expense_core::ports::error::Result;
use expense_core::ports::store::{Commit, Committed, ExpenseStore};
use expense_core::testing::fixtures;
use expense_store_sqlite::{Config, OpenError, SqliteStore};

/// The settings of most tests: nobody waits long.
pub(crate) fn config(file: &Path) -> Config {
    let mut config = Config::new(file);
    config.busy_timeout = Duration::from_millis(100);
    config
}

pub(crate) async fn open(file: &Path) -> std::result::Result<SqliteStore, OpenError> {
    SqliteStore::open(config(file)).await
}

/// A commit of one expense with this update's name, decided by what the store says now.
pub(crate) async fn lunch(store: &SqliteStore, chat: &str, update: &str) -> Arc<Commit> {
    let chat = fixtures::chat(chat);
    let stored = store.ledger(&chat).await.unwrap();
    let ledger = stored.unwrap_or_else(|| fixtures::ledger(&chat));
    let session = store.session(&chat).await.unwrap();
    let key = fixtures::key(update);
    let details = fixtures::details("12.50", "EUR", "lunch");
    let expense = fixtures::expense(ledger.id, &key, 0, details);
    let writes = vec![Write::AddExpense(Box::new(expense))];
    Arc::new(fixtures::commit(key, &ledger, &session, writes))
}

/// Records one expense.
pub(crate) async fn record(store: &SqliteStore, chat: &str, update: &str) -> Result<Committed> {
    let commit = lunch(store, chat, update).await;
    store.commit(commit).await
}

pub(crate) async fn expenses(store: &SqliteStore, chat: &str) -> Vec<Expense> {
    let ledger = LedgerId::of(&fixtures::chat(chat));
    let mut expenses = Vec::new();
    let mut after = None;
    loop {
        let request = PageRequest { after, limit: 500 };
        let filter = ExpenseFilter::default();
        let page = store.expenses(ledger, &filter, request).await.unwrap();
        expenses.extend(page.expenses);
        after = page.next;
        if after.is_none() {
            return expenses;
        }
    }
}

/// A bare connection to the file, as another program has it.
pub(crate) async fn stranger(file: &Path) -> sqlx::SqliteConnection {
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .busy_timeout(Duration::from_millis(100));
    sqlx::ConnectOptions::connect(&options).await.unwrap()
}

pub(crate) async fn is_sound(file: &Path) -> bool {
    let mut db = stranger(file).await;
    let report: String = sqlx::query_scalar("PRAGMA integrity_check")
        .fetch_one(&mut db)
        .await
        .unwrap();
    report == "ok"
}
