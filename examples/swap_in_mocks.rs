//! A test of one's own code against mocks of the ports: a database that is busy once, and a
//! messenger that must be called with the answer.
//!
//! `cargo test -p expense-examples --example swap_in_mocks`

use std::sync::Arc;

use expense_core::conversation::question::{Group, TotalsQuery};
use expense_core::conversation::reply::Reply;
use expense_core::domain::currency::Currency;
use expense_core::domain::keys::{ChatKey, LedgerId};
use expense_core::ports::error::Result;
use expense_core::ports::messenger::{Messenger, Outgoing};
use expense_core::ports::store::ExpenseStore;

/// One's own code: tells a chat how many expenses its ledger holds, and says so when it can't.
async fn tell_count(
    store: Arc<dyn ExpenseStore>,
    messenger: Arc<dyn Messenger>,
    chat: ChatKey,
) -> Result<()> {
    let query = TotalsQuery {
        period: None,
        categories: None,
        group: Group::None,
        into: Currency::EUR,
    };
    let text = match store.totals(LedgerId::of(&chat), &query).await {
        Ok(totals) => {
            let count: u64 = totals.iter().map(|total| total.count).sum();
            format!("{count} expenses so far.")
        }
        Err(error) if error.is_transient() => "I can't look right now.".to_owned(),
        Err(error) => return Err(error),
    };
    let outgoing = Outgoing {
        chat,
        id: None,
        reply: Reply::plain(text),
        edits: None,
        topic: None,
        files: Vec::new(),
    };
    messenger.send(&outgoing).await.map(drop)
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    use expense_core::memory::clock::SystemClock;
    use expense_core::memory::messenger::Outbox;
    use expense_core::memory::store::MemoryStore;

    let store = Arc::new(MemoryStore::new(Arc::new(SystemClock)));
    let outbox = Arc::new(Outbox::default());
    let chat = ChatKey::new("example:1")?;
    tell_count(store, outbox.clone(), chat.clone()).await?;
    for shown in outbox.chat(&chat) {
        println!("{}", shown.outgoing.reply.text.to_plain());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use expense_core::domain::keys::MessageKey;
    use expense_core::ports::error::{Fault, PortError};
    use expense_core::testing::mocks::{MockExpenseStore, MockMessenger};

    use super::*;

    #[tokio::test]
    async fn a_busy_store_is_admitted() {
        let mut store = MockExpenseStore::new();
        let busy = Fault::Busy { retry_after: None };
        store
            .expect_totals()
            .once()
            .returning(move |_, _| Err(PortError::new("store", "totals", busy)));
        let mut messenger = MockMessenger::new();
        messenger
            .expect_send()
            .once()
            .withf(|sent| sent.reply.text.to_plain() == "I can't look right now.")
            .returning(|_| Ok(MessageKey::new("1").expect("a key")));

        let chat = ChatKey::new("example:1").expect("a key");
        let told = tell_count(Arc::new(store), Arc::new(messenger), chat).await;
        assert!(told.is_ok());
    }
}
