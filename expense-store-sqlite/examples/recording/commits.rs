//! Commits of many chats at the same time, straight to the store.

use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use expense_core::conversation::action::Action;
use expense_core::conversation::reply::{Button, Reply, Span, Text};
use expense_core::conversation::session::SessionVersion;
use expense_core::conversation::write::Write;
use expense_core::domain::category::OTHERS;
use expense_core::domain::change::{Change, Effect};
use expense_core::domain::currency::Currency;
use expense_core::domain::expense::{Details, Expense, Origin};
use expense_core::domain::keys::{ChangeId, ChatKey, ExpenseId, MessageKey, UpdateKey, UserKey};
use expense_core::domain::ledger::{Ledger, Settings};
use expense_core::domain::money::Money;
use expense_core::domain::text::Description;
use expense_core::ports::store::{Commit, Committed, ExpenseStore};
use expense_store_sqlite::{Config, SqliteStore};
use tokio::task::JoinSet;

use crate::measure::{Figure, Stretch};
use crate::{CHATS, MESSAGES, Outcome};

/// Every chat records one expense after the other, all chats at once.
pub(crate) async fn measure(file: &Path) -> Outcome<Figure> {
    let store = Arc::new(SqliteStore::open(Config::new(file)).await?);
    record(&store, 0..1).await?;
    let stretch = Stretch::begin();
    record(&store, 1..MESSAGES + 1).await?;
    let figure = stretch.end(CHATS * MESSAGES);
    store.close().await;
    Ok(figure)
}

async fn record(store: &Arc<SqliteStore>, messages: std::ops::Range<usize>) -> Outcome<()> {
    let mut chats = JoinSet::new();
    for chat in 0..CHATS {
        let (store, messages) = (Arc::clone(store), messages.clone());
        chats.spawn(async move { talk(&store, chat, messages).await });
    }
    while let Some(done) = chats.join_next().await {
        done??;
    }
    Ok(())
}

async fn talk(store: &SqliteStore, chat: usize, messages: std::ops::Range<usize>) -> Outcome<()> {
    let key = ChatKey::new(format!("bench:{chat}"))?;
    let known = store.ledger(&key).await?;
    let mut ledger = Arc::new(known.unwrap_or_else(|| Ledger::new(key, Settings::default())));
    for message in messages {
        let commit = lunch(&ledger, chat, message)?;
        match store.commit(commit).await? {
            Committed::Recorded { revision, .. } if revision != ledger.revision => {
                Arc::make_mut(&mut ledger).revision = revision;
            }
            Committed::Recorded { .. } => {}
            other => return Err(format!("not recorded: {other:?}").into()),
        }
    }
    Ok(())
}

/// What `12.50 lunch` comes to.
fn lunch(ledger: &Arc<Ledger>, chat: usize, message: usize) -> Outcome<Arc<Commit>> {
    let key = UpdateKey::new(format!("bench:{chat}:{message}"))?;
    let who = UserKey::new(format!("bench:{chat}"))?;
    let at: DateTime<Utc> = Utc::now();
    let at = DateTime::from_timestamp_micros(at.timestamp_micros()).unwrap_or(at);
    let id = ExpenseId::derive(ledger.id, &key, 0);
    let change = ChangeId::derive(ledger.id, &key, 0);
    let expense = Expense {
        id,
        number: None,
        revision: 1,
        change,
        removed: false,
        details: Details {
            money: Money::from_minor(1_250, Currency::EUR)?,
            description: Description::new("lunch"),
            merchant: None,
            category: OTHERS,
            tags: Vec::new(),
            date: at.date_naive(),
        },
        conversion: None,
        origin: Some(Origin::new(
            MessageKey::new(message.to_string())?,
            0,
            "12.50 lunch",
            at.date_naive(),
        )),
        draft: None,
        paid_by: who.clone(),
        entered_by: who.clone(),
        recorded_at: at,
    };
    let change = Change {
        id: change,
        by: who,
        at,
        effects: vec![Effect::Expense { id, before: None }],
        undone: false,
    };
    Ok(Arc::new(Commit {
        key,
        chat: ledger.chat.clone(),
        ledger: Arc::clone(ledger),
        session_seen: SessionVersion(0),
        session: None,
        replies: vec![confirmation(id, change.id)],
        writes: vec![
            Write::AddExpense(Box::new(expense)),
            Write::PutChange(Box::new(change)),
        ],
        at,
    }))
}

fn confirmation(id: ExpenseId, change: ChangeId) -> Reply {
    let button = |label: &str, action| Button {
        label: label.to_owned(),
        action,
    };
    Reply {
        text: Text(vec![
            Span::Number(id),
            Span::Plain(" · lunch · ".to_owned()),
            Span::Strong("€12.50".to_owned()),
            Span::Plain(" · Others · today".to_owned()),
        ]),
        buttons: vec![vec![
            button("Edit", Action::Edit(id)),
            button("Undo", Action::Undo(change)),
        ]],
        ..Reply::default()
    }
}
