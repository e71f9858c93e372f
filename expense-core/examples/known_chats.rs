//! What many chats cost one instance in memory: each writes one message, and the process is
//! looked at before and after.
//!
//! ```sh
//! cargo run --release -p expense-core --features testing --example known_chats -- 100000
//! ```
//!
//! Its store and its shared cache are elsewhere, as they are on many machines: here they are
//! hollow. They answer as a server would and keep nothing, so that all that grows is the instance's.

use std::sync::Arc;
use std::time::Duration;

use expense_core::conversation::session::SessionVersion;
use expense_core::domain::keys::{ChatKey, UpdateKey, UserKey};
use expense_core::domain::ledger::{Ledger, Revision, Settings};
use expense_core::memory::attachments::MemoryAttachments;
use expense_core::memory::clock::SystemClock;
use expense_core::memory::in_process::in_process;
use expense_core::memory::store::MemoryStore;
use expense_core::ports::rate::Quota;
use expense_core::ports::store::{Committed, Outcome, StoredSession};
use expense_core::service::{LedgerCopies, Options, Ports, Service};
use expense_core::testing::fixtures;
use expense_core::testing::mocks::{MockCache, MockExpenseStore, MockMessenger, MockStateStore};
use futures::stream::{StreamExt, TryStreamExt};
use tokio_util::sync::CancellationToken;

/// Chats that write at the same time.
const AT_ONCE: usize = 256;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let count = std::env::args()
        .nth(1)
        .map_or(Ok(100_000), |text| text.parse::<usize>())?;
    let options = Options {
        quota: Some(Quota {
            burst: 30,
            period: Duration::from_secs(60),
        }),
        ledgers: LedgerCopies {
            // As long as this takes.
            ttl: Duration::from_secs(24 * 60 * 60),
            shared: true,
        },
        ..Options::default()
    };
    let service = Service::new(ports(), options);
    let stop = CancellationToken::new();
    let running = tokio::spawn({
        let (service, stop) = (service.clone(), stop.clone());
        async move { service.run(stop).await }
    });
    write(&service, 0..1_000).await?;
    let before = resident()?;
    write(&service, 1_000..count + 1_000).await?;
    let after = resident()?;
    let grown = after.saturating_sub(before);
    println!(
        "{count} chats: {} MiB beyond {} MiB, {} bytes a chat",
        mib(grown),
        mib(before),
        grown * 1_024 / count.max(1)
    );
    stop.cancel();
    Ok(running.await?)
}

fn mib(kib: usize) -> String {
    format!("{}.{}", kib / 1_024, kib % 1_024 * 10 / 1_024)
}

/// One message of each of these chats, alone with the bot.
async fn write(
    service: &Service,
    chats: std::ops::Range<usize>,
) -> expense_core::ports::error::Result<()> {
    let messages = futures::stream::iter(chats).map(|n| {
        let name = format!("telegram:{}", 7_000_000_000_usize + n);
        let key = UpdateKey::new(format!("telegram:1:{n}"));
        let chat = ChatKey::new(name.clone()).expect("a short key");
        let mut message = fixtures::envelope(&chat, key.expect("a short key"), "12.50 lunch");
        message.who = UserKey::new(name).expect("a short key");
        service.accept(message)
    });
    messages.buffer_unordered(AT_ONCE).try_collect().await
}

/// The memory of this process, in KiB.
fn resident() -> std::io::Result<usize> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.ok_or_else(|| std::io::Error::other("no VmRSS in /proc"))
}

fn ports() -> Ports {
    let (mut store, mut cache, mut states) = (
        MockExpenseStore::new(),
        MockCache::new(),
        MockStateStore::new(),
    );
    store
        .expect_ledger()
        .returning(|chat| Ok(Some(known(chat))));
    store.expect_ledgers().returning(|_| Ok(Vec::new()));
    store
        .expect_session()
        .returning(|_| Ok(StoredSession::default()));
    store.expect_people().returning(|| Ok(Vec::new()));
    store.expect_commit().returning(|commit| {
        Ok(Committed::Recorded {
            outcome: Outcome::default(),
            session: SessionVersion(1),
            revision: commit.ledger.revision,
        })
    });
    cache.expect_get().returning(|_| Ok(None));
    cache.expect_put().returning(|_, _, _| Ok(()));
    states.expect_load().returning(|_| Ok(None));
    let version = || expense_core::ports::state::Version(1);
    let done = move || Ok(expense_core::ports::state::Saved::Done(version()));
    states.expect_save().returning(move |_, _, _, _| done());
    states.expect_clear().returning(move |_, _| done());
    let mut messenger = MockMessenger::new();
    messenger
        .expect_send()
        .returning(|_| Ok(fixtures::message("1")));
    let clock = Arc::new(SystemClock);
    let ports = in_process(
        Arc::new(MemoryStore::new(clock.clone())),
        Arc::new(messenger),
        Arc::new(MemoryAttachments::default()),
        clock,
    );
    Ports {
        store: Arc::new(store),
        cache: Arc::new(cache),
        states: Arc::new(states),
        ..ports
    }
}

/// The ledger as a store reads it, each value by itself.
fn known(chat: &ChatKey) -> Ledger {
    let mut ledger = Ledger::new(chat.clone(), Settings::default());
    ledger.chat = ChatKey::new(chat.as_str()).expect("a key");
    ledger.categories = ledger.categories.to_vec().into();
    ledger.revision = Revision(1);
    ledger
}
