//! A directory of archives, and what monitoring learns of it.

use std::fs;
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use expense_archive::{ArchiveError, Shelf, Status};
use expense_core::testing::fixtures::noon;

fn at(days: i64) -> DateTime<Utc> {
    noon() + TimeDelta::days(days)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| !name.starts_with('.')).collect();
    names.sort();
    names
}

#[test]
fn what_a_rule_lets_go_goes_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("backups");
    let shelf = Shelf::open(&folder).unwrap();
    for day in 0..5 {
        fs::write(shelf.place(at(day)), "an archive").unwrap();
    }
    for mine in [
        "notes.txt",
        "expense-bot-old.jsonl.gz",
        "expense-bot-2026.gz",
    ] {
        fs::write(folder.join(mine), "mine").unwrap();
    }
    let kept = shelf.archives().unwrap();
    let told: Vec<_> = kept.iter().map(|archive| archive.made_at).collect();
    assert_eq!(told, (0..5).map(at).collect::<Vec<_>>());

    let rule = "2d".parse().unwrap();
    let gone = shelf.let_go(&rule, &shelf.place(at(4))).unwrap();
    let gone: Vec<_> = gone.iter().map(|archive| archive.made_at).collect();
    assert_eq!(gone, (0..3).map(at).collect::<Vec<_>>());
    let left = [
        "expense-bot-2026.gz",
        "expense-bot-20260506T120000Z.jsonl.gz",
        "expense-bot-20260507T120000Z.jsonl.gz",
        "expense-bot-old.jsonl.gz",
        "notes.txt",
    ];
    assert_eq!(names(&folder), left);
}

/// A clock that was ahead made an archive of a day that is yet to come.
#[test]
fn one_from_the_future_pushes_no_good_one_out() {
    let folder = tempfile::tempdir().unwrap();
    let shelf = Shelf::open(folder.path()).unwrap();
    for day in [0, 1, 400] {
        fs::write(shelf.place(at(day)), "an archive").unwrap();
    }
    let rule = "1d".parse().unwrap();
    let gone = shelf.let_go(&rule, &shelf.place(at(1))).unwrap();
    assert_eq!(gone.len(), 1);
    assert_eq!(shelf.archives().unwrap().len(), 2);
    // Without a good one beside it nothing goes.
    let gone = shelf
        .let_go(&rule, &folder.path().join("elsewhere"))
        .unwrap();
    assert!(gone.is_empty());
}

#[test]
fn one_backup_at_a_time_and_what_a_killed_one_left_goes() {
    let folder = tempfile::tempdir().unwrap();
    let shelf = Shelf::open(folder.path()).unwrap();
    let error = Shelf::open(folder.path()).unwrap_err();
    assert!(matches!(error, ArchiveError::Busy(_)), "{error}");
    let mut half = shelf.place(at(0)).into_os_string();
    half.push(".part");
    fs::write(&half, "half").unwrap();
    let scratch = folder.path().join(format!("{}x", Shelf::SCRATCH));
    fs::create_dir(&scratch).unwrap();
    fs::write(folder.path().join("mine.part"), "mine").unwrap();
    drop(shelf);
    Shelf::open(folder.path()).unwrap();
    assert_eq!(names(folder.path()), ["mine.part"]);
    assert!(!scratch.exists());
}

#[test]
fn monitoring_reads_gauges() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup.prom");
    let mut status = Status {
        made_at: noon(),
        took: Duration::from_millis(1_250),
        bytes: 4_096,
        expenses: 12,
        ledgers: 3,
        kept: Some(2),
    };
    status.write(&file).unwrap();
    let text = fs::read_to_string(&file).unwrap();
    for line in [
        "# TYPE backup_last_success_timestamp_seconds gauge",
        "backup_last_success_timestamp_seconds 1777809600",
        "backup_duration_seconds 1.250",
        "backup_bytes 4096",
        "backup_expenses 12",
        "backup_ledgers 3",
        "backup_archives 2",
    ] {
        assert!(text.lines().any(|other| other == line), "{line} in {text}");
    }
    status.kept = None;
    status.write(&file).unwrap();
    assert!(
        !fs::read_to_string(&file)
            .unwrap()
            .contains("backup_archives")
    );
    assert_eq!(names(folder.path()), ["backup.prom"]);
}
