//! The drill: a database is lost under load, and had again from its newest archive.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use expense_core::conversation::event::Envelope;
use expense_core::domain::keys::{ChatKey, LedgerId};
use expense_core::memory::record::Kind;
use expense_core::ports::jobs::Jobs;
use expense_core::ports::store::ExpenseStore;
use expense_core::testing::fixtures;
use expense_store_postgres::testing::Database;

use crate::held::expenses;
use crate::life::{Life, text, update};
use crate::stores::{Anything, archive_postgres, archive_sqlite, now, postgres, renewed, sqlite};

const CHATS: usize = 6;
/// Acknowledged before the archive is begun, and after it was made.
const SOME: usize = 60;
const PATIENCE: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_file_is_had_again() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    let (file, archive) = (place("lost.sqlite"), place("1.gz"));
    let life = Life::begin(sqlite(&file).await);
    let under_load = Load::default();
    let seen = under_load
        .around(&life, async || {
            archive_sqlite(&file, &archive).await.map(drop)
        })
        .await;
    let store = life.end().await;
    store.close().await;
    for lost in ["lost.sqlite", "lost.sqlite-wal", "lost.sqlite-shm"] {
        let _ = std::fs::remove_file(place(lost));
    }

    let begun = Instant::now();
    let verified = expense_archive::verify(&archive).unwrap();
    expense_store_sqlite::load(&file, now(), false, renewed(&archive, now()))
        .await
        .unwrap();
    let life = Life::begin(sqlite(&file).await);
    tell("SQLite", begun, verified.holds.count(Kind::Expense));
    seen.check(&life).await;
    let store = life.end().await;
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_server_is_had_again() {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("1.gz");
    let lost = Database::fresh().await;
    let life = Life::begin(postgres(&lost).await);
    let under_load = Load::default();
    let seen = under_load
        .around(&life, async || {
            archive_postgres(&lost, &archive).await.map(drop)
        })
        .await;
    let store = life.end().await;
    store.close().await;
    drop(lost);

    let database = Database::empty().await;
    let begun = Instant::now();
    let verified = expense_archive::verify(&archive).unwrap();
    expense_store_postgres::load(&database.config(), false, renewed(&archive, now()))
        .await
        .unwrap();
    let life = Life::begin(postgres(&database).await);
    tell("PostgreSQL", begun, verified.holds.count(Kind::Expense));
    seen.check(&life).await;
    let store = life.end().await;
    store.close().await;
}

fn tell(database: &str, begun: Instant, expenses: u64) {
    let took = begun.elapsed().as_millis();
    eprintln!("{database}: {expenses} expenses verified, restored and served again in {took} ms");
}

/// People who write while an archive is made.
#[derive(Default)]
struct Load {
    enough: AtomicBool,
    acknowledged: AtomicUsize,
}

/// What was sent, and how much of each chat was acknowledged before the archive was begun.
struct Seen {
    sent: Vec<Vec<Envelope>>,
    before: Vec<usize>,
}

impl Load {
    /// Sends entries in all chats at the same time, and archives in the midst of them.
    async fn around<S: ExpenseStore + Jobs + 'static>(
        &self,
        life: &Life<S>,
        archive: impl AsyncFnOnce() -> Result<(), Anything>,
    ) -> Seen {
        let counts: Vec<AtomicUsize> = (0..CHATS).map(|_| AtomicUsize::new(0)).collect();
        let chats = counts.iter().enumerate();
        let sending = chats.map(|(n, count)| self.send(life, n, count));
        let archiving = async {
            self.reached(SOME).await;
            let before = counts.iter().map(|count| count.load(Ordering::SeqCst));
            let before: Vec<_> = before.collect();
            archive().await.unwrap();
            self.reached(self.acknowledged.load(Ordering::SeqCst) + SOME)
                .await;
            self.enough.store(true, Ordering::SeqCst);
            before
        };
        let both = async { tokio::join!(futures::future::join_all(sending), archiving) };
        let (sent, before) = tokio::time::timeout(PATIENCE, both).await.unwrap();
        Seen { sent, before }
    }

    async fn send<S: ExpenseStore + Jobs + 'static>(
        &self,
        life: &Life<S>,
        chat: usize,
        count: &AtomicUsize,
    ) -> Vec<Envelope> {
        let mut sent = Vec::new();
        while !self.enough.load(Ordering::SeqCst) {
            let key = format!("{chat}:{}", sent.len());
            let words = format!("item{} 1.25", letters(sent.len()));
            let update = update(&name(chat), &key, text(&words));
            life.deliver(&update).await;
            sent.push(update);
            count.fetch_add(1, Ordering::SeqCst);
            self.acknowledged.fetch_add(1, Ordering::SeqCst);
        }
        sent
    }

    async fn reached(&self, count: usize) {
        while self.acknowledged.load(Ordering::SeqCst) < count {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

impl Seen {
    /// What was acknowledged before the archive is there, and after everything was delivered again
    /// all of it, once.
    async fn check<S: ExpenseStore + Jobs + 'static>(&self, life: &Life<S>) {
        for (chat, before) in self.before.iter().enumerate() {
            let found = kept(&*life.store, chat).await;
            assert!(found.len() >= *before, "{} of {before}", found.len());
            assert!(
                found.len() < self.sent[chat].len(),
                "the archive is of the end"
            );
        }
        let all = self.sent.iter().flatten();
        let deliveries = all.map(|update| life.deliver(update));
        futures::future::join_all(deliveries).await;
        for (chat, sent) in self.sent.iter().enumerate() {
            let found = kept(&*life.store, chat).await;
            assert_eq!(found.len(), sent.len());
            assert!(found.values().all(|times| *times == 1), "{found:?}");
        }
    }
}

/// The descriptions in a chat, and how often each is there.
async fn kept(store: &dyn ExpenseStore, chat: usize) -> BTreeMap<String, usize> {
    let mut kept = BTreeMap::new();
    for expense in expenses(store, LedgerId::of(&name(chat))).await {
        let words = expense.details.description.as_str().to_owned();
        *kept.entry(words).or_default() += 1;
    }
    kept
}

fn name(chat: usize) -> ChatKey {
    fixtures::chat(&format!("drill{chat}"))
}

/// A number as letters: digits would be read as an amount.
fn letters(mut number: usize) -> String {
    let mut letters = String::new();
    for _ in 0..4 {
        letters.push(char::from(b"bcdfghjklmnpqrstvwxz"[number % 20]));
        number /= 20;
    }
    letters
}
