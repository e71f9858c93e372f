//! Every port of the service failing at every place, over the memory adapters.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use expense_core::conversation::event::Envelope;
use expense_core::conversation::question::{
    Census, ChangeQuery, DraftQuery, ExpenseFilter, Page, PageRequest, Total, TotalsQuery,
};
use expense_core::domain::access::Person;
use expense_core::domain::change::Change;
use expense_core::domain::draft::Draft;
use expense_core::domain::keys::{ChatKey, DraftId, LedgerId, UpdateKey};
use expense_core::domain::ledger::Ledger;
use expense_core::domain::text::Tag;
use expense_core::memory::store::MemoryStore;
use expense_core::ports::error::Result;
use expense_core::ports::jobs::{Backlog, ClaimRequest, Job, Jobs, Parked, Release, Served};
use expense_core::ports::queue::{Buried, Delivery, DeliveryId, Settle, UpdateQueue};
use expense_core::ports::store::{Commit, Committed, ExpenseStore, Outcome, StoredSession};
use expense_core::testing::simulation::scenario::{
    CONVERTED, DELIVERED_TWICE, EXPIRED, PARKED, PHOTOGRAPHED, REWRITTEN, SEVERAL, SPOKEN,
    SUGGESTED, Scenario, UNDO_PRESSED, UNDONE, WRITTEN,
};
use expense_core::testing::simulation::{Setting, Stores, Wrap, explore};
use rstest::rstest;

#[rstest]
#[case(WRITTEN)]
#[case(DELIVERED_TWICE)]
#[case(SEVERAL)]
#[case(UNDONE)]
#[case(UNDO_PRESSED)]
#[case(REWRITTEN)]
#[case(PHOTOGRAPHED)]
#[case(SPOKEN)]
#[case(SUGGESTED)]
#[case(PARKED)]
fn ends_as_intended_with_any_two_faults(#[case] scenario: Scenario) {
    let runs = explore(scenario, 2, &memory()).unwrap_or_else(|why| panic!("{why}"));
    assert!(runs > 1_000, "only {runs} runs");
}

#[rstest]
#[case(WRITTEN)]
#[case(UNDONE)]
fn ends_as_intended_with_three_faults(#[case] scenario: Scenario) {
    let setting = Setting {
        stride: 97,
        ..memory()
    };
    let runs = explore(scenario, 3, &setting).unwrap_or_else(|why| panic!("{why}"));
    assert!(runs > 1_000, "only {runs} runs");
}

/// An hour passes in every run, so that not every pair of faults is played.
#[test]
fn converts_once_whatever_fails() {
    let runs = explore(CONVERTED, 1, &memory()).unwrap_or_else(|why| panic!("{why}"));
    assert!(runs > 100, "only {runs} runs");
    let setting = Setting {
        stride: 61,
        ..memory()
    };
    let runs = explore(CONVERTED, 2, &setting).unwrap_or_else(|why| panic!("{why}"));
    assert!(runs > 200, "only {runs} runs");
}

#[test]
fn a_draft_that_expired_is_not_saved() {
    let runs = explore(EXPIRED, 0, &memory()).unwrap_or_else(|why| panic!("{why}"));
    assert_eq!(runs, 1);
}

// The simulation is worth nothing unless it notices what is broken.

#[test]
fn notices_a_store_that_forgets_keys() {
    let found = explore(
        UNDONE,
        1,
        &over(|store| Arc::new(Forgetful::new(store)), |jobs| jobs),
    );
    assert!(found.is_err(), "{found:?}");
}

#[test]
fn notices_a_queue_that_acknowledges_too_early() {
    let setting = Setting {
        wrap_queue: |queue| Arc::new(Hasty(queue)),
        ..memory()
    };
    let found = explore(WRITTEN, 1, &setting);
    assert!(found.is_err(), "{found:?}");
}

#[test]
fn notices_a_store_that_drops_parked_replies() {
    let found = explore(
        WRITTEN,
        1,
        &over(|store| store, |jobs| Arc::new(Careless(jobs))),
    );
    assert!(found.is_err(), "{found:?}");
}

fn memory() -> Setting {
    over(|store| store, |jobs| jobs)
}

/// Memory stores, broken on the way.
fn over(store: Wrap<dyn ExpenseStore>, jobs: Wrap<dyn Jobs>) -> Setting {
    Setting {
        stores: Box::new(move |clock| {
            let memory = Arc::new(MemoryStore::new(clock));
            let stores = Stores {
                store: store(memory.clone()),
                jobs: jobs(memory),
            };
            Box::pin(std::future::ready(stores))
        }),
        threaded: false,
        wrap_queue: |queue| queue,
        stride: 1,
    }
}

/// Says that an update is safe before it is.
struct Hasty(Arc<dyn UpdateQueue>);

#[async_trait]
impl UpdateQueue for Hasty {
    async fn publish(&self, envelope: Envelope) -> Result<()> {
        let queue = Arc::clone(&self.0);
        tokio::spawn(async move { queue.publish(envelope).await });
        Ok(())
    }

    async fn claim(&self, limit: usize, wait: Duration) -> Result<Vec<Delivery>> {
        self.0.claim(limit, wait).await
    }

    async fn settle(&self, id: DeliveryId, settle: Settle) -> Result<()> {
        self.0.settle(id, settle).await
    }

    async fn buried(&self, limit: usize) -> Result<Vec<Buried>> {
        self.0.buried(limit).await
    }

    async fn revive(&self, key: &UpdateKey) -> Result<bool> {
        self.0.revive(key).await
    }
}

/// Keeps no reply.
struct Careless(Arc<dyn Jobs>);

#[async_trait]
impl Jobs for Careless {
    async fn claim(&self, wanted: ClaimRequest) -> Result<Vec<Job>> {
        self.0.claim(wanted).await
    }

    async fn parked(&self, limit: usize, served: Served, dying: Duration) -> Result<Vec<ChatKey>> {
        self.0.parked(limit, served, dying).await
    }

    async fn backlog(&self) -> Result<Backlog> {
        self.0.backlog().await
    }

    async fn waiting(&self, limit: usize) -> Result<Vec<DraftId>> {
        self.0.waiting(limit).await
    }

    async fn release(&self, job: &Job, release: Release) -> Result<()> {
        self.0.release(job, release).await
    }

    async fn park(&self, _parked: &Parked, _wait: Duration) -> Result<()> {
        Ok(())
    }
}

/// Records every commit under a key of its own.
struct Forgetful {
    store: Arc<dyn ExpenseStore>,
    commits: AtomicUsize,
}

impl Forgetful {
    fn new(store: Arc<dyn ExpenseStore>) -> Self {
        let commits = AtomicUsize::new(0);
        Self { store, commits }
    }
}

#[async_trait]
impl ExpenseStore for Forgetful {
    async fn commit(&self, mut commit: Arc<Commit>) -> Result<Committed> {
        let count = self.commits.fetch_add(1, Ordering::SeqCst);
        let key = UpdateKey::new(format!("forgotten:{count}")).expect("a short key");
        Arc::make_mut(&mut commit).key = key;
        self.store.commit(commit).await
    }

    async fn recorded(&self, chat: &ChatKey, key: &UpdateKey) -> Result<Option<Outcome>> {
        self.store.recorded(chat, key).await
    }

    async fn ledger(&self, chat: &ChatKey) -> Result<Option<Ledger>> {
        self.store.ledger(chat).await
    }

    async fn ledgers(&self, chats: &[ChatKey]) -> Result<Vec<Ledger>> {
        self.store.ledgers(chats).await
    }

    async fn session(&self, chat: &ChatKey) -> Result<StoredSession> {
        self.store.session(chat).await
    }

    async fn expenses(
        &self,
        ledger: LedgerId,
        filter: &ExpenseFilter,
        page: PageRequest,
    ) -> Result<Page> {
        self.store.expenses(ledger, filter, page).await
    }

    async fn totals(&self, ledger: LedgerId, query: &TotalsQuery) -> Result<Vec<Total>> {
        self.store.totals(ledger, query).await
    }

    async fn tags(&self, ledger: LedgerId) -> Result<Vec<(Tag, u64)>> {
        self.store.tags(ledger).await
    }

    async fn draft(&self, ledger: LedgerId, query: &DraftQuery) -> Result<Option<Draft>> {
        self.store.draft(ledger, query).await
    }

    async fn change(&self, ledger: LedgerId, query: &ChangeQuery) -> Result<Option<Change>> {
        self.store.change(ledger, query).await
    }

    async fn people(&self) -> Result<Vec<Person>> {
        self.store.people().await
    }

    async fn census(&self) -> Result<Census> {
        self.store.census().await
    }
}
