//! Two instances over a primary and a standby that tests may do with as they like.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use expense_core::conversation::question::{
    Census, ExpenseFilter, Page, PageRequest, Total, TotalsQuery,
};
use expense_core::domain::keys::LedgerId;
use expense_core::domain::text::Tag;
use expense_core::ports::error::Result;
use expense_core::ports::replica::{Lag, Mark, ReadReplica, Seen};
use expense_core::testing::diary::{expenses, record};
use expense_core::testing::dice::Dice;
use expense_core::wrap::Wrapped;
use expense_core::wrap::replica::Replica;
use expense_core::wrap::retry::Retry;
use expense_store_postgres::testing::Pair;
use expense_store_postgres::{Config, PostgresReplica, PostgresStore};
use sqlx::{Connection, Executor, PgConnection};
use test_servers::postgres::Server;
use tokio::task::JoinHandle;

/// How long anything may take that is waited for.
const SOON: Duration = Duration::from_secs(60);

/// A copy whose answers are counted.
pub(super) struct Counted {
    copy: PostgresReplica,
    answers: AtomicUsize,
}

impl Counted {
    pub(super) fn open(config: Config) -> Arc<Self> {
        Arc::new(Self {
            copy: PostgresReplica::open(&config).unwrap(),
            answers: AtomicUsize::new(0),
        })
    }

    pub(super) fn answers(&self) -> usize {
        self.answers.load(Ordering::Relaxed)
    }

    fn count<T>(&self, answer: Result<T>) -> Result<T> {
        self.answers
            .fetch_add(usize::from(answer.is_ok()), Ordering::Relaxed);
        answer
    }
}

#[async_trait]
impl ReadReplica for Counted {
    async fn expenses(
        &self,
        ledger: LedgerId,
        filter: &ExpenseFilter,
        page: PageRequest,
    ) -> Result<Seen<Page>> {
        self.count(self.copy.expenses(ledger, filter, page).await)
    }

    async fn totals(&self, ledger: LedgerId, query: &TotalsQuery) -> Result<Seen<Vec<Total>>> {
        self.count(self.copy.totals(ledger, query).await)
    }

    async fn tags(&self, ledger: LedgerId) -> Result<Seen<Vec<(Tag, u64)>>> {
        self.count(self.copy.tags(ledger).await)
    }

    async fn census(&self) -> Result<Census> {
        self.copy.census().await
    }

    async fn lag(&self, mark: Mark) -> Result<Lag> {
        self.copy.lag(mark).await
    }
}

/// Two instances over one primary and its standby, all of their own.
pub(super) struct House {
    pub(super) pair: Pair,
    pub(super) copy: Arc<Counted>,
    pub(super) stores: [Arc<Replica>; 2],
    watches: Vec<JoinHandle<()>>,
}

impl House {
    pub(super) async fn build() -> Self {
        let pair = Pair::alone().await;
        let copy = Counted::open(pair.standby_config());
        let mut stores = Vec::new();
        let mut watches = Vec::new();
        for _ in 0..2 {
            let store = PostgresStore::open(pair.config()).await;
            let store = Arc::new(store.unwrap());
            let patient = Wrapped::store(store.clone(), Retry::default());
            let copies = vec![copy.clone() as _];
            let store = Arc::new(Replica::new(Arc::new(patient), store, copies));
            let watched = store.clone();
            watches.push(tokio::spawn(async move { watched.watch().await }));
            stores.push(store);
        }
        let house = Self {
            pair,
            copy,
            stores: stores.try_into().ok().unwrap(),
            watches,
        };
        house.is_used().await;
        house
    }

    /// Waits until reads are answered by the standby.
    pub(super) async fn is_used(&self) {
        let begun = Instant::now();
        for store in &self.stores {
            let before = self.copy.answers();
            while self.copy.answers() == before {
                assert!(begun.elapsed() < SOON, "the standby is not used");
                expenses(&**store, "nobody").await.unwrap();
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    }

    /// The standby's server.
    pub(super) fn standby(&mut self) -> &mut Server {
        &mut self.pair.servers().unwrap().1
    }

    pub(super) async fn tell_standby(&self, statement: &'static str) {
        let url = self.pair.standby_url();
        let mut connection = PgConnection::connect(&url).await.unwrap();
        connection.execute(statement).await.unwrap();
    }

    /// One instance writes, the other reads, and sees all of it; returns how long a read took at
    /// most.
    pub(super) async fn rounds(&self, chat: &str, first: usize, count: usize) -> Duration {
        let mut dice = Dice::new(first as u64);
        let mut longest = Duration::ZERO;
        for n in first..first + count {
            let [writer, reader] = [dice.below(2), dice.below(2)];
            let update = format!("{n}:{chat}");
            record(&*self.stores[writer], chat, &update).await.unwrap();
            let begun = Instant::now();
            let found = expenses(&*self.stores[reader], chat).await.unwrap();
            longest = longest.max(begun.elapsed());
            assert_eq!(found.len(), n + 1, "{chat}, round {n}");
        }
        longest
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.watches.iter().for_each(JoinHandle::abort);
    }
}
