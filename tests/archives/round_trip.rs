//! What one database held is what another holds that was filled from its archive.

use std::sync::Arc;
use std::time::Duration;

use expense_core::conversation::write::Write;
use expense_core::domain::access::Role;
use expense_core::domain::keys::ChatKey;
use expense_core::domain::ledger::Lesson;
use expense_core::memory::record::{KINDS, Kind};
use expense_core::ports::jobs::{ClaimRequest, JobKind, Jobs, Parked};
use expense_core::ports::store::{Committed, ExpenseStore};
use expense_core::testing::dice::Dice;
use expense_core::testing::fixtures;
use expense_store_postgres::testing::Database;
use rstest::rstest;

use crate::held::answers;
use crate::life::{Life, chats};
use crate::stores::{archive_postgres, archive_sqlite, now, postgres, records, renewed, sqlite};

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_database_holds_what_the_other_held(#[values(1, 2)] seed: u64) {
    eprintln!("SEED={seed}");
    let mut dice = Dice::new(seed);
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    let (first, last) = (place("first.sqlite"), place("last.sqlite"));

    // Of a file, on a server.
    let life = Life::begin(sqlite(&first).await);
    let mut updates = life.pass(&mut dice, "first", 90).await;
    let store = life.end().await;
    extras(&*store).await;
    let mut all = chats();
    all.extend(["extras", "moved", "erased"].map(fixtures::chat));
    let told = answers(&*store, &all, &updates).await;
    let held = archive_sqlite(&first, &place("1.gz")).await.unwrap();
    for kind in KINDS {
        assert!(held.count(kind) > 0, "no {} was archived", kind.name());
    }
    let database = Database::fresh().await;
    expense_store_postgres::load(&database.config(), false, records(&place("1.gz")))
        .await
        .unwrap();
    let again = archive_postgres(&database, &place("2.gz")).await.unwrap();
    assert_eq!(again, held);
    let store = postgres(&database).await;
    assert_eq!(answers(&*store, &all, &updates).await, told);

    // It goes on there. What was recorded before is known as done: delivered again, it does nothing.
    let before = answers(&*store, &chats(), &[]).await;
    let life = Life::begin(store);
    for update in &updates {
        let known = life.store.recorded(&update.chat, &update.key).await;
        if known.unwrap().is_some() {
            life.deliver(update).await;
        }
    }
    assert_eq!(answers(&*life.store, &chats(), &[]).await, before);
    updates.extend(life.pass(&mut dice, "second", 40).await);
    let store = life.end().await;
    let told = answers(&*store, &all, &updates).await;

    // And back into a file.
    let held = archive_postgres(&database, &place("3.gz")).await.unwrap();
    let filled = expense_store_sqlite::load(&last, now(), false, records(&place("3.gz")));
    assert_eq!(filled.await.unwrap().kept_aside, None);
    let again = archive_sqlite(&last, &place("4.gz")).await.unwrap();
    assert_eq!(again, held);
    let store = sqlite(&last).await;
    assert_eq!(answers(&*store, &all, &updates).await, told);
    let life = Life::begin(store);
    let census = life.store.census().await.unwrap();
    let (chat, ledgers) = (&chats()[0], held.count(Kind::Ledger));
    assert_eq!(census.ledgers, ledgers);
    // Whatever was being asked there.
    for (n, words) in ["/cancel", "plums 3", "/undo"].iter().enumerate() {
        life.say(chat, &format!("third:{n}"), words).await;
    }
    let change = life.store.ledger(chat).await.unwrap().unwrap();
    let found = crate::held::expenses(&*life.store, change.id).await;
    let plums = found.iter().max_by_key(|expense| expense.number).unwrap();
    assert_eq!(plums.details.description.as_str(), "plums");
    assert!(plums.removed, "the undo of a restored ledger");
    life.end().await;
}

/// What people of a test seldom come to by chance: every kind of record in every shape.
async fn extras<S: ExpenseStore + Jobs>(store: &S) {
    let chat = fixtures::chat("extras");
    let id = fixtures::ledger(&chat).id;
    let key = fixtures::key("extras:1");
    let mut details = fixtures::details("12.50", "USD", "übung \u{1} \"quoted\"");
    details.tags = ["zebra", "apple", "旅行"].map(fixtures::tag).to_vec();
    let mut expense = fixtures::expense(id, &key, 0, details);
    expense.conversion = Some(fixtures::conversion(expense.details.money, "EUR", "0.50"));
    let later = fixtures::expense(id, &key, 1, fixtures::details("3", "JPY", "tea"));
    let lesson = |words: &str| {
        Write::PutLesson(Lesson {
            words: words.to_owned(),
            category: expense_core::domain::category::OTHERS,
        })
    };
    let writes = vec![
        Write::AddExpense(Box::new(expense.clone())),
        Write::AddExpense(Box::new(later.clone())),
        Write::WantCategory {
            expense: later.id,
            from: fixtures::noon(),
        },
        Write::PutDraft(Box::new(fixtures::draft(id, &key, fixtures::photo("p\"1")))),
        Write::PutChange(Box::new(fixtures::change(id, &key))),
        lesson("second words"),
        lesson("first words"),
        Write::PutMember(fixtures::member(1, "berta", "Bertha \u{2068}B.")),
        Write::PutPerson(fixtures::person("anna", Role::Owner)),
        Write::PutPerson(fixtures::person("Zoe", Role::Expelled)),
    ];
    write(store, &chat, "extras:1", writes).await;
    // It waits behind others of the same person.
    store
        .claim(ClaimRequest::new(
            JobKind::Reading,
            1,
            Duration::from_secs(1),
        ))
        .await
        .unwrap();
    for first in [0, 3, 1] {
        let parked = Parked {
            key: fixtures::key("extras:1"),
            chat: chat.clone(),
            first,
            replies: Vec::new(),
        };
        store.park(&parked, Duration::ZERO).await.unwrap();
    }
    let to = fixtures::chat("moved");
    write(store, &chat, "extras:2", vec![Write::Move { to }]).await;
    let gone = fixtures::chat("erased");
    write(store, &gone, "erased:1", Vec::new()).await;
    write(store, &gone, "erased:2", vec![Write::Erase]).await;
}

async fn write<S: ExpenseStore>(store: &S, chat: &ChatKey, key: &str, writes: Vec<Write>) {
    let ledger = store.ledger(chat).await.unwrap();
    let ledger = ledger.unwrap_or_else(|| fixtures::ledger(chat));
    let session = store.session(chat).await.unwrap();
    let commit = fixtures::commit(fixtures::key(key), &ledger, &session, writes);
    let done = store.commit(Arc::new(commit)).await.unwrap();
    assert!(matches!(done, Committed::Recorded { .. }), "{done:?}");
}

/// A bot that went on while its database was restored remembers what is over.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_from_before_a_restore_is_believed() {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("1.gz");
    let database = Database::fresh().await;
    let chat = fixtures::chat("home");
    let life = Life::begin(postgres(&database).await);
    life.say(&chat, "1", "lunch 12.50").await;
    archive_postgres(&database, &archive).await.unwrap();
    // As often as the restored ledger will have changed by then, and once more.
    life.say(&chat, "2", "/currency CHF").await;
    life.say(&chat, "3", "/currency USD").await;
    let loaded = expense_store_postgres::load(&database.config(), false, records(&archive)).await;
    let refused = loaded.unwrap_err().to_string();
    assert!(refused.contains("say --replace"), "{refused}");
    expense_store_postgres::load(&database.config(), true, renewed(&archive, now()))
        .await
        .unwrap();

    life.say(&chat, "4", "/timezone Asia/Tokyo").await;
    life.say(&chat, "5", "tea 2.20").await;
    let ledger = life.store.ledger(&chat).await.unwrap().unwrap();
    assert_eq!(ledger.settings.currency.code(), "EUR");
    let found = crate::held::expenses(&*life.store, ledger.id).await;
    assert_eq!(found.len(), 2);
    assert!(
        found
            .iter()
            .all(|one| one.details.money.currency().code() == "EUR")
    );
    let store = life.end().await;
    store.close().await;
}

/// Where the archive breaks off, everything stays as it is.
#[tokio::test]
async fn a_restore_that_fails_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    let (file, archive, half) = (place("a.sqlite"), place("1.gz"), place("half.gz"));
    let chat = fixtures::chat("home");
    let life = Life::begin(sqlite(&file).await);
    for n in 0..50 {
        life.say(&chat, &n.to_string(), &format!("item {n}.50"))
            .await;
    }
    let store = life.end().await;
    store.close().await;
    let held = archive_sqlite(&file, &archive).await.unwrap();
    let whole = std::fs::read(&archive).unwrap();
    std::fs::write(&half, &whole[..whole.len() - 20]).unwrap();

    let before = std::fs::read(&file).unwrap();
    let loaded = expense_store_sqlite::load(&file, now(), true, records(&half)).await;
    let told = loaded.unwrap_err().to_string();
    assert!(told.contains("ends too early"), "{told}");
    assert_eq!(std::fs::read(&file).unwrap(), before);
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 3, "{left:?}");

    let database = Database::fresh().await;
    let config = database.config();
    expense_store_postgres::load(&config, false, records(&archive))
        .await
        .unwrap();
    let loaded = expense_store_postgres::load(&config, true, records(&half)).await;
    let told = loaded.unwrap_err().to_string();
    assert!(told.contains("ends too early"), "{told}");
    let again = archive_postgres(&database, &place("2.gz")).await.unwrap();
    assert_eq!(again, held);
}
