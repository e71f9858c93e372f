//! The store: one file, one writer, a few readers.

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
use expense_core::memory::steady::OnwardClock;
use expense_core::ports::clock::Clock;
use expense_core::ports::error::Result as PortResult;
use expense_core::ports::store::{Commit, Committed, ExpenseStore, Outcome, StoredSession};
use sqlx::SqlitePool;
use tokio::sync::{Mutex, mpsc, oneshot};

use crate::commit::{Message, Request, run};
use crate::config::{Config, WAITING};
use crate::error::{Failure, OpenError};
use crate::list;
use crate::open::open;
use crate::read;
use crate::totals;
use crate::turn::{Turn, Writer};

/// Ledgers, expenses, waiting work and shared copies of sessions in one SQLite file.
///
/// Several stores, in one process or in many, may use a file at the same time.
pub struct SqliteStore {
    inbox: mpsc::Sender<Message>,
    /// Ends without a message, with the thread that records.
    ended: Mutex<oneshot::Receiver<()>>,
    pub(crate) writer: Writer,
    pub(crate) readers: SqlitePool,
    pub(crate) clock: Arc<dyn Clock>,
}

impl SqliteStore {
    /// Opens the file, makes it where it is missing and brings its schema up to date.
    ///
    /// # Errors
    ///
    /// An [`OpenError`] that says what to do; the file is as it was.
    pub async fn open(config: Config) -> Result<Self, OpenError> {
        let connections = open(&config).await?;
        let (inbox, messages) = mpsc::channel(WAITING);
        let (running, ended) = oneshot::channel();
        let (turn, recorder) = (Turn::default(), connections.recorder);
        let writer = Writer::new(connections.writer, turn.clone());
        let work = move || {
            let _running: oneshot::Sender<()> = running;
            run(recorder, &turn, messages);
        };
        (std::thread::Builder::new()
            .name("recorder".to_owned())
            .spawn(work))
        .map_err(|error| OpenError::Other {
            path: config.path,
            reason: error.to_string(),
        })?;
        Ok(Self {
            inbox,
            ended: Mutex::new(ended),
            writer,
            readers: connections.readers,
            clock: Arc::new(OnwardClock::over(config.clock)),
        })
    }

    /// Records what waits and closes the file. Later calls are answered as unavailable.
    pub async fn close(&self) {
        // An error means that it is closed already.
        let _ = self.inbox.send(Message::Close).await;
        let mut ended = self.ended.lock().await;
        if !ended.is_terminated() {
            let _ = (&mut *ended).await;
        }
        self.readers.close().await;
        self.writer.close().await;
    }

    async fn record(&self, commit: Arc<Commit>) -> Result<Committed, Failure> {
        let (done, answer) = oneshot::channel();
        let request = Request { commit, done };
        let sent = self.inbox.send(Message::Commit(request)).await;
        sent.map_err(|_| Failure::Closed)?;
        answer.await.map_err(|_| Failure::Closed)?
    }
}

#[async_trait]
impl ExpenseStore for SqliteStore {
    async fn commit(&self, commit: Arc<Commit>) -> PortResult<Committed> {
        let recorded = self.record(commit).await;
        recorded.map_err(|failure| failure.during("store", "commit"))
    }

    async fn recorded(&self, chat: &ChatKey, key: &UpdateKey) -> PortResult<Option<Outcome>> {
        let outcome = read::recorded(&self.readers, chat, key).await;
        outcome.map_err(|failure| failure.during("store", "recorded"))
    }

    async fn ledger(&self, chat: &ChatKey) -> PortResult<Option<Ledger>> {
        let ledger = read::ledger(&self.readers, chat).await;
        ledger.map_err(|failure| failure.during("store", "ledger"))
    }

    async fn ledgers(&self, chats: &[ChatKey]) -> PortResult<Vec<Ledger>> {
        let ledgers = read::ledgers(&self.readers, chats).await;
        ledgers.map_err(|failure| failure.during("store", "ledgers"))
    }

    async fn session(&self, chat: &ChatKey) -> PortResult<StoredSession> {
        let session = read::session(&self.readers, chat).await;
        session.map_err(|failure| failure.during("store", "session"))
    }

    async fn expenses(
        &self,
        ledger: LedgerId,
        filter: &ExpenseFilter,
        page: PageRequest,
    ) -> PortResult<Page> {
        let page = list::expenses(&self.readers, ledger, filter, page).await;
        page.map_err(|failure| failure.during("store", "expenses"))
    }

    async fn totals(&self, ledger: LedgerId, query: &TotalsQuery) -> PortResult<Vec<Total>> {
        let totals = totals::totals(&self.readers, ledger, query).await;
        totals.map_err(|failure| failure.during("store", "totals"))
    }

    async fn tags(&self, ledger: LedgerId) -> PortResult<Vec<(Tag, u64)>> {
        let tags = read::tags(&self.readers, ledger).await;
        tags.map_err(|failure| failure.during("store", "tags"))
    }

    async fn draft(&self, ledger: LedgerId, query: &DraftQuery) -> PortResult<Option<Draft>> {
        let draft = read::draft(&self.readers, ledger, query).await;
        draft.map_err(|failure| failure.during("store", "draft"))
    }

    async fn change(&self, ledger: LedgerId, query: &ChangeQuery) -> PortResult<Option<Change>> {
        let change = read::change(&self.readers, ledger, query).await;
        change.map_err(|failure| failure.during("store", "change"))
    }

    async fn people(&self) -> PortResult<Vec<Person>> {
        let people = read::people(&self.readers).await;
        people.map_err(|failure| failure.during("store", "people"))
    }

    async fn census(&self) -> PortResult<Census> {
        let census = read::census(&self.readers).await;
        census.map_err(|failure| failure.during("store", "census"))
    }
}
