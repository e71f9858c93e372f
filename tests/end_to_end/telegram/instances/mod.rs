//! Several instances of one bot over one database and one Redis: who polls, what follows where one
//! of them or Redis dies or hangs, and that limits are those of all together. And without Redis: what
//! the database has for all.

mod gone;
mod model;
mod pace;
mod polling;
mod stale;
mod unshared;
mod woken;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use expense_core::conversation::question::{ExpenseFilter, PageRequest};
use expense_core::domain::keys::{ChatKey, LedgerId};
use expense_core::domain::limits;
use expense_core::ports::store::ExpenseStore;
use expense_store_postgres::PostgresStore;
use expense_store_postgres::testing::Database;
use telegram_fake::load;
use telegram_fake::{Arrival, Fake, Options, Person};
use tempfile::TempDir;
use test_servers::redis::Server;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, sleep, timeout};

use super::bot::By;
use super::program::Program;

/// People who write in turn.
const PEOPLE: usize = 8;
/// Far more than anything may take.
const HANG: Duration = Duration::from_secs(60);

/// What the instances share, and people who write to them.
struct Town {
    fake: Fake,
    redis: Server,
    database: Database,
    home: TempDir,
    people: Vec<Person>,
    arrivals: UnboundedReceiver<Arrival>,
    written: usize,
    answered: BTreeSet<usize>,
}

impl Town {
    async fn fresh() -> Self {
        let fake = Fake::start(Options::default()).await.expect("a free port");
        let redis = tokio::task::spawn_blocking(Server::start).await;
        let redis = redis.expect("it does not panic");
        Self {
            redis: redis.unwrap_or_else(|error| panic!("{error}")),
            database: Database::fresh().await,
            home: tempfile::tempdir().expect("a folder"),
            people: (1_001..).take(PEOPLE).map(|id| fake.user(id)).collect(),
            arrivals: fake.arrivals(),
            fake,
            written: 0,
            answered: BTreeSet::new(),
        }
    }

    fn program(&self, by: By, term: Duration) -> Program {
        let database = self.database.url();
        let program = Program::new(&self.fake, by, self.home.path(), database);
        program.sharing(self.redis.url(), term)
    }

    /// The next one writes a message that nobody has written.
    fn write(&mut self) {
        let words = load::words(self.written);
        self.people[self.written % PEOPLE].say(&words);
        self.written += 1;
    }

    /// Notes an answer; whether it is the first to its message.
    fn note(&mut self, arrival: &Arrival) -> bool {
        load::index(&arrival.words).is_some_and(|index| self.answered.insert(index))
    }

    /// They write on until somebody gets the first answer to a message from now on: when that was.
    async fn sign_of_life(&mut self) -> Instant {
        let begun = Instant::now();
        while let Ok(arrival) = self.arrivals.try_recv() {
            self.note(&arrival);
        }
        loop {
            self.write();
            let next = timeout(Duration::from_millis(50), self.arrivals.recv()).await;
            if let Ok(Some(arrival)) = next
                && self.note(&arrival)
            {
                return arrival.at;
            }
            assert!(begun.elapsed() < HANG, "nobody answers");
        }
    }

    /// They write on for so long.
    async fn go_on(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while Instant::now() < end {
            self.sign_of_life().await;
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Until everybody is answered: what was written is recorded once, in order, and nothing else.
    async fn comes_out_even(&mut self) {
        let begun = Instant::now();
        while self.answered.len() < self.written {
            let next = timeout(HANG, self.arrivals.recv()).await;
            if let Some(arrival) = next.expect("everybody is answered") {
                self.note(&arrival);
            }
            assert!(begun.elapsed() < HANG, "not everybody is answered");
        }
        let store = PostgresStore::open(self.database.config()).await;
        let store = store.expect("the server answers");
        let mut all = BTreeSet::new();
        for person in &self.people {
            let kept = kept(&store, person.id()).await;
            let numbers: Vec<_> = kept.values().collect();
            assert!(numbers.is_sorted(), "out of order: {kept:?}");
            all.extend(kept.into_keys());
        }
        store.close().await;
        let written: BTreeSet<_> = (0..self.written).collect();
        assert_eq!(all, written, "something is missing");
        assert_eq!(self.fake.violations(), Vec::<String>::new());
    }
}

/// The number of each expense in this person's ledger, by its message. Panics where one is doubled.
async fn kept(store: &PostgresStore, person: i64) -> BTreeMap<usize, u32> {
    let chat = ChatKey::new(format!("telegram:{person}")).expect("a short key");
    let (ledger, filter) = (LedgerId::of(&chat), ExpenseFilter::default());
    let mut found = BTreeMap::new();
    let mut page = PageRequest {
        after: None,
        limit: limits::MAX_PAGE,
    };
    loop {
        let part = store.expenses(ledger, &filter, page).await;
        let part = part.expect("the store answers");
        for expense in &part.expenses {
            let index = load::index(expense.details.description.as_str());
            let number = expense.number.map_or(0, |number| number.0);
            let before = found.insert(index.expect("it was written"), number);
            assert_eq!(before, None, "{index:?} is recorded twice");
        }
        page.after = part.next;
        if page.after.is_none() {
            return found;
        }
    }
}
