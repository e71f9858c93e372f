//! Reads a folder of receipts with known answers and prints how many are right.
//!
//! `cargo run --release -p expense-ocr-local --example accuracy -- FOLDER`
//!
//! The folder holds `truth.json`: `{"file": {"merchant", "date", "total", "currency"}}`. The
//! models are looked for in `OCR_MODEL_DIR`, then in the user's data directory.

#[path = "../tests/common/measure.rs"]
mod measure;
#[path = "../tests/common/models.rs"]
mod models;

use std::path::PathBuf;

use expense_ocr_local::LocalReader;
use measure::{AnyError, Row};

#[tokio::main]
async fn main() -> Result<(), AnyError> {
    let folder: PathBuf = std::env::args_os()
        .nth(1)
        .ok_or("name a folder with truth.json")?
        .into();
    let models =
        models::find().ok_or("no models: run `expense-bot models`, or set OCR_MODEL_DIR")?;
    let reader = LocalReader::new(models.folder());
    let today = chrono::DateTime::from_timestamp(seconds_since_1970()?, 0).ok_or("no date")?;
    let rows = measure::folder(&reader, &folder, today.date_naive(), |row| {
        println!("{}", row.line())
    })
    .await?;
    summary(&rows);
    Ok(())
}

fn summary(rows: &[Row]) {
    let count = |right: &dyn Fn(&Row) -> bool| rows.iter().filter(|row| right(row)).count();
    let all = rows.len();
    let print = |name: &str, right: usize, of: usize| {
        println!(
            "{name:9} {right} of {of} ({:.0} %)",
            100.0 * right as f64 / of.max(1) as f64
        );
    };
    println!();
    print("total", count(&|row| row.total), all);
    print("date", count(&|row| row.date), all);
    print("both", count(&|row| row.total && row.date), all);
    print("currency", count(&|row| row.currency), all);
    print(
        "merchant",
        count(&|row| row.merchant == Some(true)),
        count(&|row| row.merchant.is_some()),
    );
    let mut seconds: Vec<f64> = rows.iter().map(|row| row.seconds).collect();
    seconds.sort_by(f64::total_cmp);
    let median = seconds.get(seconds.len() / 2).copied().unwrap_or_default();
    println!(
        "seconds   {median:.1} median, {:.1} most",
        seconds.last().copied().unwrap_or_default()
    );
    match peak_megabytes() {
        Some(peak) => println!("memory    {peak} MB at most"),
        None => println!("memory    unknown on this system"),
    }
}

/// The most memory that this process ever held, as Linux tells.
fn peak_megabytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim()
        .strip_suffix("kB")?
        .trim()
        .parse::<u64>()
        .ok()
        .map(|kilobytes| kilobytes / 1024)
}

fn seconds_since_1970() -> Result<i64, AnyError> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    Ok(i64::try_from(since.as_secs())?)
}
