//! What a claimed job is about, as it is now.

use expense_core::conversation::question::DraftQuery;
use expense_core::domain::draft::Draft;
use expense_core::domain::expense::Expense;
use expense_core::domain::keys::{ChatKey, DraftId, ExpenseId, LedgerId};
use expense_core::domain::ledger::Ledger;
use expense_core::memory::column::{narrow, parsed, word};
use expense_core::ports::jobs::{JobKind, Parked, Work};
use sqlx::SqliteConnection;
use sqlx::types::Uuid;

use crate::error::Failure;
use crate::list;
use crate::read;

/// The work that this item is.
pub(crate) async fn work(
    db: &mut SqliteConnection,
    kind: JobKind,
    ledger: LedgerId,
    item: &[u8],
    chat: &ChatKey,
) -> Result<Work, Failure> {
    Ok(match kind {
        JobKind::Reading => Work::Reading {
            draft: draft(db, ledger, item).await?,
            settings: settings(db, chat).await?,
        },
        JobKind::Reply => Work::Reply(parked(db, ledger, item).await?),
        JobKind::Suggestion => Work::Suggestion {
            expense: expense(db, ledger, item).await?,
            settings: settings(db, chat).await?,
        },
        JobKind::Sweep => Work::Sweep,
        JobKind::Rate => Work::Rate {
            expense: expense(db, ledger, item).await?,
            into: settings(db, chat).await?.settings.currency,
        },
    })
}

/// The id that an item is.
pub(crate) fn id(item: &[u8]) -> Result<Uuid, Failure> {
    Uuid::from_slice(item).map_err(|_| Failure::Unknown("id"))
}

async fn draft(
    db: &mut SqliteConnection,
    ledger: LedgerId,
    item: &[u8],
) -> Result<Box<Draft>, Failure> {
    let query = DraftQuery::Id(DraftId::from_uuid(id(item)?));
    let draft = read::draft(db, ledger, &query).await?;
    draft.map(Box::new).ok_or(Failure::Unknown("draft"))
}

async fn expense(
    db: &mut SqliteConnection,
    ledger: LedgerId,
    item: &[u8],
) -> Result<Box<Expense>, Failure> {
    let expense = list::expense(db, ledger, ExpenseId::from_uuid(id(item)?)).await?;
    expense.map(Box::new).ok_or(Failure::Unknown("expense"))
}

async fn settings(db: &mut SqliteConnection, chat: &ChatKey) -> Result<Box<Ledger>, Failure> {
    let ledger = read::ledger(db, chat).await?;
    ledger.map(Box::new).ok_or(Failure::Unknown("ledger"))
}

async fn parked(
    db: &mut SqliteConnection,
    ledger: LedgerId,
    item: &[u8],
) -> Result<Parked, Failure> {
    let (key, chat, first, replies): (String, String, i64, String) = sqlx::query_as(
        "SELECT key, chat, first, replies FROM parked
         WHERE ledger_id = ?1 AND CAST(place AS BLOB) = ?2",
    )
    .bind(ledger.as_i64())
    .bind(item)
    .fetch_one(db)
    .await?;
    Ok(Parked {
        key: word(&key)?,
        chat: word(&chat)?,
        first: narrow(first)?,
        replies: parsed(&replies)?,
    })
}
