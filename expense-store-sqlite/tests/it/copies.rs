//! The whole store handed out while it is in use, and put in another's place.

use std::fs;
use std::path::Path;

use expense_core::memory::record::{Kind, Record};
use expense_core::testing::fixtures::noon;
use expense_store_sqlite::{CopyError, Loaded, OpenError, dump, load, snapshot};

use crate::diary::{expenses, is_sound, open, record, stranger};

async fn taken(file: &Path) -> Result<Vec<Record>, CopyError> {
    let mut records = Vec::new();
    let put = |record| {
        records.push(record);
        Ok::<_, CopyError>(())
    };
    dump(file, put).await.map(|()| records)
}

async fn put(file: &Path, replace: bool, records: &[Record]) -> Result<Loaded, CopyError> {
    load(file, noon(), replace, records.iter().cloned().map(Ok)).await
}

fn lunches(records: &[Record]) -> usize {
    let expenses = records.iter();
    expenses
        .filter(|record| record.kind() == Kind::Expense)
        .count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_taken_while_recording_is_of_one_moment() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("expenses.db");
    let store = open(&file).await.unwrap();
    record(&store, "anna", "first").await.unwrap();
    let recording = async {
        for n in 0..100 {
            record(&store, "anna", &n.to_string()).await.unwrap();
        }
    };
    let (records, ()) = tokio::join!(taken(&file), recording);
    let records = records.unwrap();
    let count = lunches(&records);
    assert!((1..=101).contains(&count));
    // Whatever is told about a moment agrees with itself.
    let counted = records.iter().find_map(|record| match record {
        Record::Ledger(kept) => usize::try_from(kept.last_number).ok(),
        _ => None,
    });
    assert_eq!(counted, Some(count));
    let copy = folder.path().join("copy.db");
    put(&copy, false, &records).await.unwrap();
    assert!(is_sound(&copy).await);
    let copied = expenses(&open(&copy).await.unwrap(), "anna").await;
    assert_eq!(copied.len(), count);
}

#[tokio::test]
async fn what_is_replaced_is_kept_aside() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("expenses.db");
    let store = open(&file).await.unwrap();
    record(&store, "anna", "1").await.unwrap();
    let records = taken(&file).await.unwrap();
    record(&store, "anna", "2").await.unwrap();

    let error = put(&file, false, &records).await.unwrap_err();
    assert!(matches!(error, CopyError::NotEmpty(_)), "{error}");
    let error = put(&file, true, &records).await.unwrap_err();
    assert!(matches!(error, CopyError::InUse(_)), "{error}");
    store.close().await;

    let aside = put(&file, true, &records).await.unwrap();
    let aside = aside.kept_aside.unwrap();
    assert_eq!(expenses(&open(&file).await.unwrap(), "anna").await.len(), 1);
    let old = expenses(&open(&aside).await.unwrap(), "anna").await;
    assert_eq!(old.len(), 2);
    let elsewhere = folder.path().join("new.db");
    let loaded = put(&elsewhere, false, &records).await.unwrap();
    assert_eq!(loaded.kept_aside, None);
    // What holds nothing need not be given up.
    let empty = folder.path().join("empty.db");
    open(&empty).await.unwrap().close().await;
    put(&empty, false, &records).await.unwrap();
    let found = expenses(&open(&empty).await.unwrap(), "anna").await;
    assert_eq!(found.len(), 1);
}

#[tokio::test]
async fn what_fails_half_way_leaves_everything_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("expenses.db");
    let store = open(&file).await.unwrap();
    for n in 0..300 {
        record(&store, "anna", &n.to_string()).await.unwrap();
    }
    let mut records = taken(&file).await.unwrap();
    store.close().await;
    let before = fs::read(&file).unwrap();
    let names = || fs::read_dir(folder.path()).unwrap().count();
    let count = names();

    // An expense of a ledger that is not there.
    records.retain(|record| record.kind() != Kind::Ledger);
    let error = put(&file, true, &records).await.unwrap_err();
    assert!(matches!(error, CopyError::Damaged(_)), "{error}");
    assert_eq!(fs::read(&file).unwrap(), before);
    // The same expense twice.
    let twice = [records[0].clone(), records[0].clone()];
    put(&file, true, &twice).await.unwrap_err();
    assert_eq!(fs::read(&file).unwrap(), before);
    assert_eq!(names(), count);
}

#[tokio::test]
async fn only_a_sound_store_of_ours_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    let (file, copy) = (place("expenses.db"), place("copy.db"));
    let store = open(&file).await.unwrap();
    for n in 0..300 {
        record(&store, "anna", &n.to_string()).await.unwrap();
    }
    snapshot(&file, &copy).await.unwrap();
    store.close().await;
    let found = expenses(&open(&copy).await.unwrap(), "anna").await;
    assert_eq!(found.len(), 300);

    let text = place("notes.txt");
    fs::write(&text, "nothing of ours, whatever its name says it is").unwrap();
    let missing = place("missing.db");
    for (file, words) in [(&text, "another program"), (&missing, "is not there")] {
        let error = taken(file).await.unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
        let error = snapshot(file, &place("other.db")).await.unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
    // Nor is anything else replaced by one.
    let before = fs::read(&text).unwrap();
    let error = put(&text, true, &taken(&copy).await.unwrap()).await;
    assert!(error.unwrap_err().to_string().contains("another program"));
    assert_eq!(fs::read(&text).unwrap(), before);

    let mut damaged = fs::read(&file).unwrap();
    let middle = damaged.len() / 2 / 4_096 * 4_096;
    damaged[middle..middle + 8_192].fill(0x5a);
    fs::write(&file, damaged).unwrap();
    snapshot(&file, &place("other.db")).await.unwrap_err();
}

#[tokio::test]
async fn another_schema_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("expenses.db");
    open(&file).await.unwrap().close().await;
    for (schema, words) in [
        ("3", "`expense-bot migrate` first"),
        ("999", "newer version"),
    ] {
        let mut db = stranger(&file).await;
        let set = format!("PRAGMA user_version = {schema}");
        sqlx::query(sqlx::AssertSqlSafe(set))
            .execute(&mut db)
            .await
            .unwrap();
        sqlx::Connection::close(db).await.unwrap();
        let error = taken(&file).await.unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
        if schema == "999" {
            let open = matches!(error, CopyError::Open(OpenError::Newer { .. }));
            assert!(open, "{error}");
        }
    }
}
