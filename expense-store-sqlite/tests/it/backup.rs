//! Copies while the store is in use, and back.

use std::fs;

use expense_store_sqlite::{BackupError, backup, restore};

use crate::diary::{expenses, is_sound, open, record};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_made_while_recording_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (file, copy) = (
        folder.path().join("expenses.db"),
        folder.path().join("copy.db"),
    );
    let store = open(&file).await.unwrap();
    record(&store, "anna", "first").await.unwrap();
    let recording = async {
        for n in 0..100 {
            record(&store, "anna", &n.to_string()).await.unwrap();
        }
    };
    let (copied, ()) = tokio::join!(backup(&file, &copy), recording);
    copied.unwrap();
    assert!(is_sound(&copy).await);
    let copied = expenses(&open(&copy).await.unwrap(), "anna").await;
    assert!((1..=101).contains(&copied.len()));
    assert!(!folder.path().join("copy.db.part").exists());
    let error = backup(&file, &copy).await.unwrap_err();
    assert!(matches!(error, BackupError::Exists(_)), "{error}");
}

#[tokio::test]
async fn a_restore_keeps_the_old_file_aside() {
    let folder = tempfile::tempdir().unwrap();
    let (file, copy) = (
        folder.path().join("expenses.db"),
        folder.path().join("copy.db"),
    );
    let store = open(&file).await.unwrap();
    record(&store, "anna", "1").await.unwrap();
    backup(&file, &copy).await.unwrap();
    record(&store, "anna", "2").await.unwrap();

    let error = restore(&copy, &file, false).await.unwrap_err();
    assert!(matches!(error, BackupError::Exists(_)), "{error}");
    let error = restore(&copy, &file, true).await.unwrap_err();
    assert!(matches!(error, BackupError::InUse(_)), "{error}");
    store.close().await;

    let restored = restore(&copy, &file, true).await.unwrap();
    let aside = restored.kept_aside.unwrap();
    assert_eq!(expenses(&open(&file).await.unwrap(), "anna").await.len(), 1);
    assert_eq!(
        expenses(&open(&aside).await.unwrap(), "anna").await.len(),
        2
    );
    let elsewhere = folder.path().join("new.db");
    assert_eq!(
        restore(&copy, &elsewhere, false).await.unwrap().kept_aside,
        None
    );
    assert_eq!(
        expenses(&open(&elsewhere).await.unwrap(), "anna")
            .await
            .len(),
        1
    );
}

#[tokio::test]
async fn only_a_sound_backup_of_ours_is_restored() {
    let folder = tempfile::tempdir().unwrap();
    let (file, copy) = (
        folder.path().join("expenses.db"),
        folder.path().join("copy.db"),
    );
    let store = open(&file).await.unwrap();
    for n in 0..300 {
        record(&store, "anna", &n.to_string()).await.unwrap();
    }
    backup(&file, &copy).await.unwrap();
    store.close().await;
    let before = fs::read(&file).unwrap();

    let text = folder.path().join("notes.txt");
    fs::write(&text, "nothing of ours, whatever its name says it is").unwrap();
    let error = restore(&text, &file, true).await.unwrap_err();
    assert!(matches!(error, BackupError::Open(_)), "{error}");
    let error = restore(&folder.path().join("missing.db"), &file, true)
        .await
        .unwrap_err();
    assert!(matches!(error, BackupError::Missing(_)), "{error}");

    let mut damaged = fs::read(&copy).unwrap();
    let middle = damaged.len() / 2 / 4_096 * 4_096;
    damaged[middle..middle + 8_192].fill(0x5a);
    fs::write(&copy, damaged).unwrap();
    restore(&copy, &file, true).await.unwrap_err();
    assert_eq!(fs::read(&file).unwrap(), before);
}
