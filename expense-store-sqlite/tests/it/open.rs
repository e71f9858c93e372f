//! What may stand at the path, and what is said about it.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use expense_store_sqlite::OpenError;
use sqlx::{Connection, Executor};

use crate::diary::{expenses, open, record, stranger};

#[tokio::test]
async fn a_new_file_is_made_with_its_folder_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data/bot/expenses.db");
    let store = open(&file).await.unwrap();
    record(&store, "anna", "1").await.unwrap();
    for path in [&file, &folder.path().join("data/bot/expenses.db-wal")] {
        let mode = fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{path:?}");
    }
    let mode = fs::metadata(file.parent().unwrap())
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[tokio::test]
async fn what_was_recorded_is_there_again_however_the_store_ended() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("expenses.db");
    let store = open(&file).await.unwrap();
    record(&store, "anna", "1").await.unwrap();
    drop(store);
    let store = open(&file).await.unwrap();
    record(&store, "anna", "2").await.unwrap();
    store.close().await;
    let store = open(&file).await.unwrap();
    assert_eq!(expenses(&store, "anna").await.len(), 2);
}

#[tokio::test]
async fn files_of_others_are_left_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    fs::write(&text, "not a database, and longer than the header of one").unwrap();
    let database = folder.path().join("other.db");
    let mut db = stranger(&database).await;
    db.execute("CREATE TABLE t (a); INSERT INTO t VALUES (1)")
        .await
        .unwrap();
    db.close().await.unwrap();
    for file in [text, database] {
        let before = fs::read(&file).unwrap();
        let error = open(&file).await.err().unwrap();
        assert!(matches!(error, OpenError::Foreign(_)), "{error}");
        assert_eq!(fs::read(&file).unwrap(), before);
    }
}

#[tokio::test]
async fn a_newer_schema_is_left_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("expenses.db");
    open(&file).await.unwrap().close().await;
    let mut db = stranger(&file).await;
    db.execute("PRAGMA user_version = 1000").await.unwrap();
    db.close().await.unwrap();
    let error = open(&file).await.err().unwrap();
    assert!(
        matches!(error, OpenError::Newer { found: 1_000, .. }),
        "{error}"
    );
    assert!(error.to_string().contains("update this program"));
}

#[tokio::test]
async fn a_folder_is_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let error = open(folder.path()).await.err().unwrap();
    assert!(matches!(error, OpenError::NotAFile(_)), "{error}");
}

#[tokio::test]
async fn a_damaged_file_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("expenses.db");
    let store = open(&file).await.unwrap();
    record(&store, "anna", "1").await.unwrap();
    store.close().await;
    let mut bytes = fs::read(&file).unwrap();
    // The list of tables behind the header of the first page.
    bytes[100..4_096].fill(0x5a);
    fs::write(&file, bytes).unwrap();
    let error = open(&file).await.err().unwrap();
    assert!(matches!(error, OpenError::Corrupt(_)), "{error}");
}

#[tokio::test]
async fn a_file_that_another_program_holds_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("expenses.db");
    let mut db = stranger(&file).await;
    db.execute("BEGIN EXCLUSIVE").await.unwrap();
    let error = open(&file).await.err().unwrap();
    assert!(matches!(error, OpenError::Locked(_)), "{error}");
    db.execute("ROLLBACK").await.unwrap();
    open(&file).await.unwrap();
}

/// From every earlier schema the file becomes what a new one is.
#[tokio::test]
async fn every_earlier_schema_is_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let new = folder.path().join("new.db");
    open(&new).await.unwrap().close().await;
    let known = sqlx::migrate!().iter().count();
    for count in 0..=known {
        let file = folder.path().join(format!("{count}.db"));
        let mut earlier = sqlx::migrate!();
        earlier.migrations.to_mut().truncate(count);
        let mut db = stranger(&file).await;
        if count > 0 {
            earlier.run(&mut db).await.unwrap();
        }
        db.close().await.unwrap();
        let store = open(&file).await.unwrap();
        record(&store, "anna", "1").await.unwrap();
        store.close().await;
        assert_eq!(schema(&file).await, schema(&new).await, "from {count}");
    }
}

async fn schema(file: &std::path::Path) -> Vec<(String, Option<String>)> {
    let mut db = stranger(file).await;
    sqlx::query_as("SELECT name, sql FROM sqlite_schema ORDER BY name")
        .fetch_all(&mut db)
        .await
        .unwrap()
}
