//! How quickly messages are recorded, beside inserting the same rows one a transaction.
//!
//! `--json` prints one object of medians: how many a second, and the processor time of each in
//! microseconds, which other programs on the machine disturb less. `RECORDING_DIR` names the
//! disk.

mod baseline;
mod commits;
mod measure;
mod path;

use std::error::Error;
use std::path::PathBuf;

use measure::{Contestant, Figure, tenths};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Chats that talk at the same time.
const CHATS: usize = 1_024;
/// Messages of each chat that are timed.
const MESSAGES: usize = 24;
/// Messages whose rows are inserted again, one or one message's a transaction.
const BASELINE: u32 = 4_000;
const RUNS: usize = 3;

#[tokio::main]
async fn main() -> Outcome<()> {
    let folder = match std::env::var_os("RECORDING_DIR") {
        Some(folder) => PathBuf::from(folder),
        None => std::env::temp_dir(),
    };
    let mut contestants = [
        Contestant::new("row", "an expense's row alone, one a transaction"),
        Contestant::new("rows", "all rows of a message, one message a transaction"),
        Contestant::new("commit", "commits of many chats"),
        Contestant::new(
            "path",
            "messages of many chats, from the door to the answer",
        ),
    ];
    for _ in 0..RUNS {
        let run = tempfile::tempdir_in(&folder)?;
        let recorded = run.path().join("path.db");
        let [row, rows, commit, path] = &mut contestants;
        path.add(path::measure(&recorded).await?);
        commit.add(commits::measure(&run.path().join("commits.db")).await?);
        row.add(baseline::row(&recorded, &run.path().join("row.db")).await?);
        rows.add(baseline::rows(&recorded, &run.path().join("rows.db")).await?);
    }
    let figures = contestants.each_ref().map(Contestant::median);
    if std::env::args().any(|argument| argument == "--json") {
        print_json(&contestants, &figures);
    } else {
        print_table(&contestants, &figures);
    }
    Ok(())
}

fn print_table(contestants: &[Contestant; 4], figures: &[Figure; 4]) {
    for (contestant, figure) in contestants.iter().zip(figures) {
        let Figure { per_s, cpu_us } = figure;
        println!("{:<52}{per_s:>7} /s {cpu_us:>5} µs", contestant.what);
    }
    let [row, rows, _, path] = figures;
    println!(
        "the path is {} times the row",
        tenths(path.per_s, row.per_s)
    );
    println!("and {} times all rows", tenths(path.per_s, rows.per_s));
}

fn print_json(contestants: &[Contestant; 4], figures: &[Figure; 4]) {
    let mut fields = Vec::new();
    for (Contestant { name, .. }, Figure { per_s, cpu_us }) in contestants.iter().zip(figures) {
        fields.push(format!(
            r#""{name}_per_s": {per_s}, "{name}_cpu_us": {cpu_us}"#
        ));
    }
    let [row, rows, _, path] = figures;
    let (to_row, to_rows) = (
        tenths(path.per_s, row.per_s),
        tenths(path.per_s, rows.per_s),
    );
    fields.push(format!(r#""times_row": {to_row}, "times_rows": {to_rows}"#));
    println!("{{{}}}", fields.join(", "));
}
