//! A store as a diary: short ways to record, to look, and to check that all of it is there.

use std::future::Future;
use std::sync::Arc;

use tokio::task::JoinSet;

use crate::conversation::question::{ExpenseFilter, Group, PageRequest, TotalsQuery};
use crate::conversation::write::Write;
use crate::domain::currency::Currency;
use crate::domain::expense::Expense;
use crate::domain::keys::LedgerId;
use crate::ports::error::{Fault, Result};
use crate::ports::store::{Commit, Committed, ExpenseStore};

use super::fixtures;

/// What [`lunch`] costs, in cents.
const LUNCH: i128 = 1_250;

/// A commit of one lunch with this update's name, decided by what the store says now.
///
/// # Errors
///
/// What the store answers.
pub async fn lunch(store: &dyn ExpenseStore, chat: &str, update: &str) -> Result<Arc<Commit>> {
    let chat = fixtures::chat(chat);
    let stored = store.ledger(&chat).await?;
    let ledger = stored.unwrap_or_else(|| fixtures::ledger(&chat));
    let session = store.session(&chat).await?;
    let key = fixtures::key(update);
    let details = fixtures::details("12.50", "EUR", "lunch");
    let expense = fixtures::expense(ledger.id, &key, 0, details);
    let writes = vec![Write::AddExpense(Box::new(expense))];
    let commit = fixtures::commit(key, &ledger, &session, writes);
    Ok(Arc::new(commit))
}

/// Records one lunch.
///
/// # Errors
///
/// What the store answers.
pub async fn record(store: &dyn ExpenseStore, chat: &str, update: &str) -> Result<Committed> {
    let commit = lunch(store, chat, update).await?;
    store.commit(commit).await
}

/// Everything that the chat recorded, the newest first.
///
/// # Errors
///
/// What the store answers.
pub async fn expenses(store: &dyn ExpenseStore, chat: &str) -> Result<Vec<Expense>> {
    let ledger = LedgerId::of(&fixtures::chat(chat));
    let mut expenses = Vec::new();
    let mut after = None;
    loop {
        let request = PageRequest { after, limit: 500 };
        let filter = ExpenseFilter::default();
        let page = store.expenses(ledger, &filter, request).await?;
        expenses.extend(page.expenses);
        after = page.next;
        if after.is_none() {
            return Ok(expenses);
        }
    }
}

/// Closes a store in the middle of many commits, one of each of so many chats, and returns the
/// chats whose lunch was acknowledged all the same. Panics where one of the others got another
/// answer than that the store is unavailable.
///
/// # Errors
///
/// What the store answers before.
pub async fn close_in_between<S: ExpenseStore + 'static>(
    store: &Arc<S>,
    chats: usize,
    close: impl Future<Output = ()>,
) -> Result<Vec<String>> {
    let mut running = JoinSet::new();
    for chat in (0..chats).map(|n| format!("chat{n}")) {
        // Prepared beforehand: it reads the store, which may be closed by then.
        let commit = lunch(&**store, &chat, "1").await?;
        let store = Arc::clone(store);
        running.spawn(async move { (chat, store.commit(commit).await) });
    }
    let mut recorded = Vec::new();
    let mut close = Some(close);
    while let Some(done) = running.join_next().await {
        if let Some(close) = close.take() {
            close.await;
        }
        match done.expect("no commit panics") {
            (chat, Ok(_)) => recorded.push(chat),
            (_, Err(error)) => assert_eq!(error.fault, Fault::Unavailable),
        }
    }
    Ok(recorded)
}

/// Panics unless at least `acknowledged` lunches of this chat are there, each with all its parts:
/// numbers without a gap, totals that agree, and the outcome of the update `N:CHAT` of each.
///
/// # Errors
///
/// What the store answers.
pub async fn assert_whole(store: &dyn ExpenseStore, chat: &str, acknowledged: usize) -> Result<()> {
    let found = expenses(store, chat).await?;
    assert!(
        found.len() >= acknowledged,
        "{} of {acknowledged}",
        found.len()
    );
    let key = fixtures::chat(chat);
    for (n, expense) in found.iter().rev().enumerate() {
        let number = expense.number.map(|number| number.0);
        assert_eq!(number, u32::try_from(n + 1).ok());
        let update = fixtures::key(&format!("{n}:{chat}"));
        assert!(store.recorded(&key, &update).await?.is_some(), "update {n}");
    }
    let query = TotalsQuery {
        period: None,
        categories: None,
        group: Group::None,
        into: Currency::EUR,
    };
    let totals = store.totals(LedgerId::of(&key), &query).await?;
    let count: u64 = totals.iter().map(|total| total.count).sum();
    let minor: i128 = totals.iter().map(|total| total.minor).sum();
    assert_eq!(count, found.len() as u64);
    assert_eq!(minor, LUNCH * i128::from(count));
    Ok(())
}
