//! What a claimed job is about, as it is now.

use expense_core::conversation::question::DraftQuery;
use expense_core::domain::keys::{ChatKey, DraftId, ExpenseId, LedgerId};
use expense_core::domain::ledger::Ledger;
use expense_core::memory::column::{narrow, parsed, word};
use expense_core::ports::jobs::{JobKind, Parked, Work};
use sqlx::PgConnection;
use sqlx::types::Uuid;

use crate::error::Failure;
use crate::kept;
use crate::list;
use crate::read;

/// The work that this item is, with its chat; `None` where it is gone.
pub(crate) async fn work(
    db: &mut PgConnection,
    kind: JobKind,
    ledger: LedgerId,
    item: Uuid,
) -> Result<Option<(ChatKey, Work)>, Failure> {
    if kind == JobKind::Reply {
        return reply(db, ledger, item).await;
    }
    let chat: Option<String> = sqlx::query_scalar("SELECT chat FROM ledgers WHERE ledger_id = $1")
        .bind(ledger.as_i64())
        .fetch_optional(&mut *db)
        .await?;
    let Some(chat) = chat else { return Ok(None) };
    let chat: ChatKey = word(&chat)?;
    if kind == JobKind::Sweep {
        return Ok(Some((chat, Work::Sweep)));
    }
    let mut settings = kept::of_chats::<Ledger>(db, std::slice::from_ref(&chat)).await?;
    let Some(settings) = settings.remove(&chat).transpose()?.map(Box::new) else {
        return Ok(None);
    };
    let work = if kind == JobKind::Reading {
        let query = DraftQuery::Id(DraftId::from_uuid(item));
        let draft = read::draft(db, ledger, &query).await?.map(Box::new);
        draft.map(|draft| Work::Reading { draft, settings })
    } else {
        let expense = list::expense(db, ledger, ExpenseId::from_uuid(item)).await?;
        expense.map(Box::new).map(|expense| match kind {
            JobKind::Rate => Work::Rate {
                expense,
                into: settings.settings.currency,
            },
            _ => Work::Suggestion { expense, settings },
        })
    };
    Ok(work.map(|work| (chat, work)))
}

/// Replies go where the ledger is now.
async fn reply(
    db: &mut PgConnection,
    ledger: LedgerId,
    item: Uuid,
) -> Result<Option<(ChatKey, Work)>, Failure> {
    let (_, place) = item.as_u64_pair();
    let row: Option<(String, String, String, i64, String)> = sqlx::query_as(
        "SELECT coalesce(l.chat, p.chat), p.chat, p.key, p.first, p.replies FROM parked AS p
         LEFT JOIN ledgers AS l ON l.ledger_id = p.ledger_id
         WHERE p.ledger_id = $1 AND p.place = $2",
    )
    .bind(ledger.as_i64())
    .bind(i64::try_from(place).unwrap_or(i64::MAX))
    .fetch_optional(db)
    .await?;
    let Some((now_at, chat, key, first, replies)) = row else {
        return Ok(None);
    };
    let parked = Parked {
        key: word(&key)?,
        chat: word(&chat)?,
        first: narrow(first)?,
        replies: parsed(&replies)?,
    };
    Ok(Some((word(&now_at)?, Work::Reply(parked))))
}
