//! The store in memory: the books behind a lock. What it holds dies with the process.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;

use super::books::Books;
use super::steady::OnwardClock;
use super::{later, locked};
use crate::conversation::question::{
    Census, ChangeQuery, DraftQuery, ExpenseFilter, Page, PageRequest, Total, TotalsQuery,
};
use crate::domain::access::Person;
use crate::domain::change::Change;
use crate::domain::draft::Draft;
use crate::domain::keys::{ChatKey, DraftId, LedgerId, UpdateKey};
use crate::domain::ledger::Ledger;
use crate::domain::text::Tag;
use crate::ports::clock::Clock;
use crate::ports::error::Result;
use crate::ports::jobs::{Backlog, ClaimRequest, Job, Jobs, Parked, Release, Served};
use crate::ports::store::{Commit, Committed, ExpenseStore, Outcome, StoredSession};

/// [`ExpenseStore`] and [`Jobs`] over [`Books`].
pub struct MemoryStore {
    books: Mutex<Books>,
    clock: OnwardClock,
}

impl MemoryStore {
    /// An empty store. Claims run out by this clock.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            books: Mutex::new(Books::default()),
            clock: OnwardClock::over(clock),
        }
    }
}

#[async_trait]
impl ExpenseStore for MemoryStore {
    async fn commit(&self, commit: Arc<Commit>) -> Result<Committed> {
        Ok(locked(&self.books).commit(&commit))
    }

    async fn recorded(&self, chat: &ChatKey, key: &UpdateKey) -> Result<Option<Outcome>> {
        Ok(locked(&self.books).recorded(chat, key))
    }

    async fn ledger(&self, chat: &ChatKey) -> Result<Option<Ledger>> {
        Ok(locked(&self.books).ledger(chat).cloned())
    }

    async fn ledgers(&self, chats: &[ChatKey]) -> Result<Vec<Ledger>> {
        Ok(locked(&self.books).ledgers(chats))
    }

    async fn session(&self, chat: &ChatKey) -> Result<StoredSession> {
        Ok(locked(&self.books).session(chat))
    }

    async fn expenses(
        &self,
        ledger: LedgerId,
        filter: &ExpenseFilter,
        page: PageRequest,
    ) -> Result<Page> {
        Ok(locked(&self.books).page(ledger, filter, page))
    }

    async fn totals(&self, ledger: LedgerId, query: &TotalsQuery) -> Result<Vec<Total>> {
        Ok(locked(&self.books).totals(ledger, query))
    }

    async fn tags(&self, ledger: LedgerId) -> Result<Vec<(Tag, u64)>> {
        Ok(locked(&self.books).tags(ledger))
    }

    async fn draft(&self, ledger: LedgerId, query: &DraftQuery) -> Result<Option<Draft>> {
        Ok(locked(&self.books).draft(ledger, query))
    }

    async fn change(&self, ledger: LedgerId, query: &ChangeQuery) -> Result<Option<Change>> {
        Ok(locked(&self.books).change(ledger, query))
    }

    async fn people(&self) -> Result<Vec<Person>> {
        Ok(locked(&self.books).people())
    }

    async fn census(&self) -> Result<Census> {
        Ok(locked(&self.books).census())
    }
}

#[async_trait]
impl Jobs for MemoryStore {
    async fn claim(&self, wanted: ClaimRequest) -> Result<Vec<Job>> {
        let now = self.clock.now();
        Ok(locked(&self.books).claim(now, wanted))
    }

    async fn waiting(&self, limit: usize) -> Result<Vec<DraftId>> {
        Ok(locked(&self.books).waiting(self.clock.now(), limit))
    }

    async fn parked(&self, limit: usize, served: Served, dying: Duration) -> Result<Vec<ChatKey>> {
        let now = self.clock.now();
        Ok(locked(&self.books).parked(now, limit, served, later(now, dying)))
    }

    async fn backlog(&self) -> Result<Backlog> {
        Ok(locked(&self.books).backlog())
    }

    async fn release(&self, job: &Job, release: Release) -> Result<()> {
        locked(&self.books).release(self.clock.now(), job, release);
        Ok(())
    }

    async fn park(&self, parked: &Parked, wait: Duration) -> Result<()> {
        locked(&self.books).park(parked, later(self.clock.now(), wait));
        Ok(())
    }
}
