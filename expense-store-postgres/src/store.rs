//! The store: one database, a pool of connections.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

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
use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::config::{Config, WAITING};
use crate::desk::{Desk, Message, Request};
use crate::error::{Failure, OpenError};
use crate::list;
use crate::open::open;
use crate::read;
use crate::totals;

/// How much of the connections is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolUse {
    /// Connections at most.
    pub max: u32,
    /// Connections that are open, idle ones included.
    pub open: u32,
    /// Connections that nobody uses.
    pub idle: u32,
    /// Reads that wait for a connection.
    pub waiting: u32,
}

/// One who waits, also if they stop waiting half way.
struct Waits<'a>(&'a AtomicU32);

impl<'a> Waits<'a> {
    fn one_more(waiting: &'a AtomicU32) -> Self {
        waiting.fetch_add(1, Ordering::Relaxed);
        Self(waiting)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Ledgers, expenses, waiting work and shared copies of sessions in one PostgreSQL database.
///
/// Any number of stores, on any number of machines, may use a database at the same time.
pub struct PostgresStore {
    inbox: mpsc::Sender<Message>,
    task: Mutex<Option<JoinHandle<()>>>,
    pool: PgPool,
    /// Who waits for a connection at this moment.
    waiting: AtomicU32,
    patience: Duration,
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
        Ok(Self {
            inbox,
            task: Mutex::new(Some(task)),
            pool,
            waiting: AtomicU32::new(0),
            patience: config.patience(),
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
        self.pool.close().await;
    }

    /// How much of its connections is used at this moment.
    #[must_use]
    pub fn pool_use(&self) -> PoolUse {
        let idle = u32::try_from(self.pool.num_idle()).unwrap_or(u32::MAX);
        PoolUse {
            max: self.pool.options().get_max_connections(),
            open: self.pool.size(),
            idle,
            waiting: self.waiting.load(Ordering::Relaxed),
        }
    }

    async fn connection(&self) -> Result<PoolConnection<Postgres>, Failure> {
        let _waits = Waits::one_more(&self.waiting);
        acquire(&self.pool).await
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
        let connection = self.connection().await?;
        within(connection, self.patience, run).await
    }
}

/// A connection of the pool, as soon as one is free.
async fn acquire(pool: &PgPool) -> Result<PoolConnection<Postgres>, Failure> {
    pool.acquire().await.map_err(|error| match error {
        // It was not for want of a free one.
        sqlx::Error::PoolTimedOut if pool.size() == 0 => Failure::Unreachable,
        error => error.into(),
    })
}

/// Runs this on a connection of the pool, for so long at most.
pub(crate) async fn with<T>(
    pool: &PgPool,
    patience: Duration,
    run: impl AsyncFnOnce(&mut PgConnection) -> Result<T, Failure> + Send,
) -> Result<T, Failure> {
    within(acquire(pool).await?, patience, run).await
}

async fn within<T>(
    mut connection: PoolConnection<Postgres>,
    patience: Duration,
    run: impl AsyncFnOnce(&mut PgConnection) -> Result<T, Failure> + Send,
) -> Result<T, Failure> {
    let answered = tokio::time::timeout(patience, run(&mut connection)).await;
    let answered = answered.unwrap_or(Err(Failure::Silent));
    if answered.as_ref().is_err_and(Failure::ends_connection) {
        connection.close_on_drop();
    }
    answered
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
        let ledger = self.with(async |db| read::ledger(db, chat).await).await;
        ledger.map_err(|failure| failure.during("store", "ledger"))
    }

    async fn ledgers(&self, chats: &[ChatKey]) -> PortResult<Vec<Ledger>> {
        let ledgers = self.with(async |db| read::ledgers(db, chats).await).await;
        ledgers.map_err(|failure| failure.during("store", "ledgers"))
    }

    async fn session(&self, chat: &ChatKey) -> PortResult<StoredSession> {
        let session = self.with(async |db| read::session(db, chat).await).await;
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
