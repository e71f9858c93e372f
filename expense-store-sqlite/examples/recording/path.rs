//! Messages of many chats through the door, the queue, the workers and the conversation.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use chrono::Utc;
use expense_core::conversation::event::{Envelope, Event, Scene};
use expense_core::conversation::question::{Group, TotalsQuery};
use expense_core::domain::currency::Currency;
use expense_core::domain::keys::{ChatKey, LedgerId, MessageKey, UpdateKey, UserKey};
use expense_core::memory::attachments::MemoryAttachments;
use expense_core::memory::clock::SystemClock;
use expense_core::memory::in_process::in_process;
use expense_core::ports::error::Result;
use expense_core::ports::messenger::{Messenger, Outgoing};
use expense_core::ports::store::ExpenseStore;
use expense_core::service::{Options, Service};
use expense_store_sqlite::{Config, SqliteStore};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::measure::{Figure, Stretch};
use crate::{CHATS, MESSAGES, Outcome};

/// Every chat sends a message when the one before it was answered, all chats at once.
pub(crate) async fn measure(file: &Path) -> Outcome<Figure> {
    let store = Arc::new(SqliteStore::open(Config::new(file)).await?);
    let messenger = Arc::new(Counter::default());
    let attachments = Arc::new(MemoryAttachments::default());
    let clock = Arc::new(SystemClock);
    let ports = in_process(store.clone(), messenger.clone(), attachments, clock);
    let service = Service::new(ports, Options::default());
    let shutdown = CancellationToken::new();
    let running = tokio::spawn({
        let (service, shutdown) = (service.clone(), shutdown.clone());
        async move { service.run(shutdown).await }
    });
    send(&service, 0..1).await?;
    let stretch = Stretch::begin();
    send(&service, 1..MESSAGES + 1).await?;
    let figure = stretch.end(CHATS * MESSAGES);
    shutdown.cancel();
    running.await?;
    check(&store, &messenger).await?;
    store.close().await;
    Ok(figure)
}

async fn send(service: &Service, messages: std::ops::Range<usize>) -> Outcome<()> {
    let mut chats = JoinSet::new();
    for chat in 0..CHATS {
        let (service, messages) = (service.clone(), messages.clone());
        chats.spawn(async move {
            for message in messages {
                service.accept(lunch(chat, message)?).await?;
            }
            Outcome::Ok(())
        });
    }
    while let Some(done) = chats.join_next().await {
        done??;
    }
    Ok(())
}

fn lunch(chat: usize, message: usize) -> Outcome<Envelope> {
    Ok(Envelope {
        key: UpdateKey::new(format!("bench:{chat}:{message}"))?,
        chat: ChatKey::new(format!("bench:{chat}"))?,
        who: UserKey::new(format!("bench:{chat}"))?,
        sent_at: Utc::now(),
        message: Some(MessageKey::new(message.to_string())?),
        language: None,
        name: None,
        scene: Scene::Private,
        trace: None,
        event: Event::Text {
            text: "12.50 lunch".to_owned(),
            reply_to: None,
        },
    })
}

/// A figure counts only if every message was recorded and answered.
async fn check(store: &SqliteStore, messenger: &Counter) -> Outcome<()> {
    let query = TotalsQuery {
        period: None,
        categories: None,
        group: Group::None,
        into: Currency::EUR,
    };
    let mut recorded = 0;
    for chat in 0..CHATS {
        let ledger = LedgerId::of(&ChatKey::new(format!("bench:{chat}"))?);
        let totals = store.totals(ledger, &query).await?;
        recorded += totals.iter().map(|total| total.count).sum::<u64>();
    }
    let sent = u64::try_from(CHATS * (MESSAGES + 1))?;
    let answered = messenger.0.load(Ordering::Relaxed);
    if (recorded, answered) == (sent, sent) {
        Ok(())
    } else {
        Err(format!("{sent} sent, {recorded} recorded, {answered} answered").into())
    }
}

/// A transport that counts what it is given.
#[derive(Default)]
struct Counter(AtomicU64);

#[async_trait]
impl Messenger for Counter {
    async fn send(&self, _: &Outgoing) -> Result<MessageKey> {
        let sent = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        Ok(MessageKey::new(sent.to_string()).expect("digits are a key"))
    }
}
