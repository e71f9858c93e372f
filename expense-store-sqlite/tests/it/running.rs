//! What happens to a store while it runs.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use expense_core::conversation::write::Write;
use expense_core::ports::error::{Fault, PortError};
use expense_core::ports::store::{Committed, ExpenseStore};
use expense_core::testing::diary::close_in_between;
use sqlx::Executor;
use tokio::task::JoinSet;

use crate::diary::{expenses, is_sound, lunch, open, record, stranger};

#[tokio::test]
async fn a_locked_file_is_busy_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("expenses.db");
    let store = open(&file).await.unwrap();
    record(&store, "anna", "1").await.unwrap();
    let mut db = stranger(&file).await;
    db.execute("BEGIN IMMEDIATE").await.unwrap();
    let error = record(&store, "anna", "2").await.unwrap_err();
    assert!(matches!(error.fault, Fault::Busy { .. }), "{error}");
    assert_eq!(expenses(&store, "anna").await.len(), 1);
    db.execute("ROLLBACK").await.unwrap();
    record(&store, "anna", "2").await.unwrap();
    assert_eq!(expenses(&store, "anna").await.len(), 2);
}

/// One commit breaks the file's own rules; those that are written with it stand.
#[tokio::test]
async fn a_commit_that_fails_does_not_fail_its_neighbors() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("expenses.db");
    let store = Arc::new(open(&file).await.unwrap());
    let mut commits = Vec::new();
    for n in 0..20 {
        commits.push(lunch(&store, &format!("chat{n}"), "1").await);
    }
    let mut db = stranger(&file).await;
    db.execute(
        "CREATE TRIGGER rule BEFORE INSERT ON ledgers WHEN NEW.chat LIKE '%chat7'
         BEGIN SELECT RAISE(ABORT, 'against the rules'); END",
    )
    .await
    .unwrap();
    let mut running = JoinSet::new();
    for (n, commit) in commits.into_iter().enumerate() {
        let store = Arc::clone(&store);
        running.spawn(async move { (n, store.commit(commit).await) });
    }
    while let Some(done) = running.join_next().await {
        let (n, result) = done.unwrap();
        match result {
            Ok(Committed::Recorded { .. }) => assert_ne!(n, 7),
            Err(error) => assert_eq!((n, error.fault), (7, Fault::Bug)),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn closing_finishes_what_waits_and_refuses_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("expenses.db");
    let store = Arc::new(open(&file).await.unwrap());
    let recorded = close_in_between(&store, 50, store.close()).await.unwrap();
    let store = open(&file).await.unwrap();
    for chat in recorded {
        assert_eq!(expenses(&store, &chat).await.len(), 1);
    }
}

#[tokio::test]
async fn what_was_erased_leaves_no_trace_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("expenses.db");
    let store = open(&file).await.unwrap();
    for n in 0..100 {
        record(&store, "anna", &n.to_string()).await.unwrap();
    }
    let mut erase = lunch(&store, "anna", "erase").await;
    Arc::make_mut(&mut erase).writes = vec![Write::Erase];
    store.commit(erase).await.unwrap();
    store.close().await;
    let bytes = std::fs::read(&file).unwrap();
    assert!(!bytes.windows(5).any(|text| text == b"lunch"));
}

/// A disk of one megabyte. Only root may make one.
#[tokio::test]
async fn a_full_disk_is_reported_nothing_is_lost_and_room_is_enough_to_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let Some(_disk) = Disk::of_one_megabyte(folder.path()) else {
        eprintln!("NOT RUN: a full disk (this user can't mount one)");
        return;
    };
    let file = folder.path().join("expenses.db");
    let other = folder.path().join("something else");
    std::fs::write(&other, vec![1; 300_000]).unwrap();
    let store = open(&file).await.unwrap();
    let mut recorded = 0;
    let error = loop {
        match record(&store, "anna", &recorded.to_string()).await {
            Ok(_) => recorded += 1,
            Err(error) => break error,
        }
    };
    assert_full(&error);
    assert_full(&record(&store, "anna", "again").await.unwrap_err());
    assert!(recorded > 0);
    assert_eq!(expenses(&store, "anna").await.len(), recorded);
    std::fs::remove_file(&other).unwrap();
    record(&store, "anna", "room").await.unwrap();
    assert_eq!(expenses(&store, "anna").await.len(), recorded + 1);
    drop(store);
    assert!(is_sound(&file).await);
}

fn assert_full(error: &PortError) {
    assert_eq!(error.fault, Fault::Full, "{error}");
    let reason = std::error::Error::source(error).unwrap().to_string();
    assert!(reason.contains("free some space"), "{reason}");
}

struct Disk<'a>(&'a Path);

impl<'a> Disk<'a> {
    fn of_one_megabyte(at: &'a Path) -> Option<Self> {
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"])
            .arg(at)
            .output();
        mount
            .is_ok_and(|mount| mount.status.success())
            .then_some(Self(at))
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}
