//! How quickly messages are recorded, beside inserting the same rows one a transaction.
//!
//! `--json` prints one object of medians, in rows a second; `RECORDING_DIR` names the disk.

mod baseline;
mod commits;
mod path;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Chats that talk at the same time.
const CHATS: usize = 1_024;
/// Messages of each chat that are timed.
const MESSAGES: usize = 24;
/// Rows of the baseline that are timed.
const BASELINE_ROWS: usize = 4_000;
const RUNS: usize = 3;

#[tokio::main]
async fn main() -> Outcome<()> {
    let folder = match std::env::var_os("RECORDING_DIR") {
        Some(folder) => PathBuf::from(folder),
        None => std::env::temp_dir(),
    };
    let (mut baseline, mut commit, mut whole) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let run = tempfile::tempdir_in(&folder)?;
        let recorded = run.path().join("path.db");
        whole.push(path::measure(&recorded).await?);
        commit.push(commits::measure(&run.path().join("commits.db")).await?);
        baseline.push(baseline::measure(&recorded, &run.path().join("baseline.db")).await?);
    }
    let (baseline, commit, whole) = (median(baseline), median(commit), median(whole));
    let tenths = whole * 10 / baseline.max(1);
    let ratio = format!("{}.{}", tenths / 10, tenths % 10);
    if std::env::args().any(|argument| argument == "--json") {
        println!(
            r#"{{"baseline_per_s": {baseline}, "commit_per_s": {commit}, "path_per_s": {whole}, "ratio": {ratio}}}"#
        );
    } else {
        println!("one row a transaction    {baseline:>7} /s");
        println!("commits of many chats    {commit:>7} /s");
        println!("messages of many chats   {whole:>7} /s, {ratio} times the first");
    }
    Ok(())
}

fn median(mut figures: Vec<u64>) -> u64 {
    figures.sort_unstable();
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}

fn per_second(count: usize, since: Instant) -> u64 {
    let micros = since.elapsed().max(Duration::from_micros(1)).as_micros();
    u64::try_from(count as u128 * 1_000_000 / micros).unwrap_or(u64::MAX)
}

/// The connections of both contestants are alike.
fn connection(file: &Path) -> sqlx::sqlite::SqliteConnectOptions {
    sqlx::sqlite::SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
        .synchronous(sqlx::sqlite::SqliteSynchronous::Full)
}
