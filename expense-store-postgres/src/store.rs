//! The store: one database, a pool of connections.

use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;
use expense_core::conversation::question::{
    Census, ChangeQuery, DraftQuery, ExpenseFilter, Page, PageRequest, Total, TotalsQuery,
};
use expense_core::domain::access::Person;
use expense_core::domain::change::Change;
use expense_core::domain::draft::Draft;
use expense_core::domain::keys::{ChatKey, LedgerId, UpdateKey};
use expense_core::domain::ledger::Ledger;
use expense_core::domain::text::Tag;
use expense_core::ports::clock::Clock;
use expense_core::ports::error::Result as PortResult;
use expense_core::ports::store::{Commit, Committed, ExpenseStore, Outcome, StoredSession};
use sqlx::PgConnection;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::config::{Config, WAITING};
use crate::desk::{Desk, Message, Request};
use crate::error::{Failure, OpenError};
use crate::gathered::Gathered;
use crate::kept::{self, Found};
use crate::list;
use crate::open::open;
use crate::read;
use crate::readers::{PoolUse, Readers};
use crate::totals;

/// Ledgers, expenses, waiting work and shared copies of sessions in one PostgreSQL database.
///
/// Any number of stores, on any number of machines, may use a database at the same time.
pub struct PostgresStore {
    inbox: mpsc::Sender<Message>,
    task: Mutex<Option<JoinHandle<()>>>,
    readers: Arc<Readers>,
    ledgers: Gathered<Ledger>,
    sessions: Gathered<StoredSession>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl PostgresStore {
    /// Connects to the database and brings its schema up to date.
    ///
    /// # Errors
    ///
    /// An [`OpenError`] that says what to do.
    pub async fn open(config: Config) -> Result<Self, OpenError> {
        let pool = open(&config).await?;
        let (inbox, messages) = mpsc::channel(WAITING);
        let desk = Desk::new(pool.clone(), config.writers, config.patience());
        let task = tokio::spawn(desk.run(messages));
        let readers = Arc::new(Readers::new(pool, config.patience()));
        Ok(Self {
            inbox,
            task: Mutex::new(Some(task)),
            ledgers: Gathered::new(Arc::clone(&readers)),
            sessions: Gathered::new(Arc::clone(&readers)),
            readers,
            clock: config.clock,
        })
    }

    /// Records what waits and closes the connections. Later calls are answered as unavailable.
    pub async fn close(&self) {
        // An error means that it is closed already.
        let _ = self.inbox.send(Message::Close).await;
        if let Some(task) = self.task.lock().await.take() {
            let _ = task.await;
        }
        self.readers.close().await;
    }

    /// How much of its connections is used at this moment.
    #[must_use]
    pub fn pool_use(&self) -> PoolUse {
        self.readers.pool_use()
    }

    async fn record(&self, commit: Arc<Commit>) -> Result<Committed, Failure> {
        let (done, answer) = oneshot::channel();
        let request = Box::new(Request { commit, done });
        let sent = self.inbox.send(Message::Commit(request)).await;
        sent.map_err(|_| Failure::Closed)?;
        answer.await.map_err(|_| Failure::Closed)?
    }

    /// Runs this on a connection of the pool, for as long as an answer is waited for.
    pub(crate) async fn with<T>(
        &self,
        run: impl AsyncFnOnce(&mut PgConnection) -> Result<T, Failure> + Send,
    ) -> Result<T, Failure> {
        self.readers.with(run).await
    }
}

/// Several chats may lead to the same ledger.
fn each_once(found: Found<Ledger>) -> Result<Vec<Ledger>, Failure> {
    let mut known = HashSet::new();
    let mut ledgers = Vec::with_capacity(found.len());
    for ledger in found.into_values() {
        let ledger = ledger?;
        if known.insert(ledger.id) {
            ledgers.push(ledger);
        }
    }
    Ok(ledgers)
}

#[async_trait]
impl ExpenseStore for PostgresStore {
    async fn commit(&self, commit: Arc<Commit>) -> PortResult<Committed> {
        let recorded = self.record(commit).await;
        recorded.map_err(|failure| failure.during("store", "commit"))
    }

    async fn recorded(&self, chat: &ChatKey, key: &UpdateKey) -> PortResult<Option<Outcome>> {
        let outcome = self
            .with(async |db| read::recorded(db, chat, key).await)
            .await;
        outcome.map_err(|failure| failure.during("store", "recorded"))
    }

    async fn ledger(&self, chat: &ChatKey) -> PortResult<Option<Ledger>> {
        let ledger = self.ledgers.of(chat).await;
        ledger.map_err(|failure| failure.during("store", "ledger"))
    }

    async fn ledgers(&self, chats: &[ChatKey]) -> PortResult<Vec<Ledger>> {
        let ledgers = self.with(async |db| each_once(kept::of_chats(db, chats).await?));
        ledgers
            .await
            .map_err(|failure| failure.during("store", "ledgers"))
    }

    async fn session(&self, chat: &ChatKey) -> PortResult<StoredSession> {
        let session = self.sessions.of(chat).await;
        let session = session.map(Option::unwrap_or_default);
        session.map_err(|failure| failure.during("store", "session"))
    }

    async fn expenses(
        &self,
        ledger: LedgerId,
        filter: &ExpenseFilter,
        page: PageRequest,
    ) -> PortResult<Page> {
        let page = self
            .with(async |db| list::expenses(db, ledger, filter, page).await)
            .await;
        page.map_err(|failure| failure.during("store", "expenses"))
    }

    async fn totals(&self, ledger: LedgerId, query: &TotalsQuery) -> PortResult<Vec<Total>> {
        let totals = self
            .with(async |db| totals::totals(db, ledger, query).await)
            .await;
        totals.map_err(|failure| failure.during("store", "totals"))
    }

    async fn tags(&self, ledger: LedgerId) -> PortResult<Vec<(Tag, u64)>> {
        let tags = self.with(async |db| read::tags(db, ledger).await).await;
        tags.map_err(|failure| failure.during("store", "tags"))
    }

    async fn draft(&self, ledger: LedgerId, query: &DraftQuery) -> PortResult<Option<Draft>> {
        let draft = self
            .with(async |db| read::draft(db, ledger, query).await)
            .await;
        draft.map_err(|failure| failure.during("store", "draft"))
    }

    async fn change(&self, ledger: LedgerId, query: &ChangeQuery) -> PortResult<Option<Change>> {
        let change = self
            .with(async |db| read::change(db, ledger, query).await)
            .await;
        change.map_err(|failure| failure.during("store", "change"))
    }

    async fn people(&self) -> PortResult<Vec<Person>> {
        let people = self.with(async |db| read::people(db).await).await;
        people.map_err(|failure| failure.during("store", "people"))
    }

    async fn census(&self) -> PortResult<Census> {
        let census = self.with(async |db| read::census(db).await).await;
        census.map_err(|failure| failure.during("store", "census"))
    }
}
