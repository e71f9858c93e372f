//! Reads a folder of receipts with known answers and prints how many are right.
//!
//! `cargo run --release -p expense-ocr-local --example accuracy -- FOLDER`
//!
//! The folder holds `truth.json`: `{"file": {"merchant", "date", "total", "currency"}}`. Every
//! file is read with the same neutral hints, so that nothing gives the answer away. The models
//! are looked for in `OCR_MODEL_DIR`, else in the user's data directory.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use chrono::NaiveDate;
use expense_core::domain::receipt::Receipt;
use expense_core::ports::ocr::{Document, Hints, Reading, ReceiptOcr};
use expense_ocr_local::{LocalReader, Models};
use rust_decimal::Decimal;
use serde::Deserialize;

type AnyError = Box<dyn std::error::Error>;

#[derive(Deserialize)]
struct Truth {
    merchant: Option<String>,
    date: NaiveDate,
    total: Decimal,
    currency: String,
}

/// What is right about one file.
struct Row {
    total: bool,
    date: bool,
    currency: bool,
    merchant: Option<bool>,
    seconds: f64,
}

#[tokio::main]
async fn main() -> Result<(), AnyError> {
    let folder: PathBuf = std::env::args_os()
        .nth(1)
        .ok_or("name a folder with truth.json")?
        .into();
    let truths: BTreeMap<String, Truth> =
        serde_json::from_slice(&std::fs::read(folder.join("truth.json"))?)?;
    let reader = LocalReader::new(Models::locate(model_folder()?)?);
    let today = chrono::DateTime::from_timestamp(seconds_since_1970()?, 0).ok_or("no date")?;
    let hints = Hints {
        currency: "EUR".parse()?,
        locale: "en-GB".parse()?,
        sent_on: today.date_naive(),
        categories: Vec::new(),
    };
    let mut rows = Vec::new();
    for (file, truth) in &truths {
        rows.push(measure(&reader, &folder.join(file), file, truth, &hints).await?);
    }
    summary(&rows);
    Ok(())
}

async fn measure(
    reader: &LocalReader,
    path: &Path,
    file: &str,
    truth: &Truth,
    hints: &Hints,
) -> Result<Row, AnyError> {
    let document = Document {
        parts: vec![std::fs::read(path)?.into()],
        hints: hints.clone(),
    };
    let started = Instant::now();
    let read = reader.read(&document).await?;
    let seconds = started.elapsed().as_secs_f64();
    let found = match read.reading {
        Reading::Receipt(receipt) => *receipt,
        Reading::NotAReceipt | Reading::Illegible => Receipt::default(),
    };
    let row = Row {
        total: found.total == Some(truth.total),
        date: found.date == Some(truth.date),
        currency: found
            .currency
            .is_some_and(|currency| currency.code() == truth.currency),
        merchant: truth
            .merchant
            .as_deref()
            .map(|name| same_name(found.merchant.as_deref(), name)),
        seconds,
    };
    let shown = |right: bool| if right { "right" } else { "WRONG" };
    println!(
        "{file:32} total {} {:>10}  date {} {:10}  {:3}  {:3} % sure{}  {:.1} s  {}",
        shown(row.total),
        found
            .total
            .map_or_else(|| "-".to_owned(), |total| total.to_string()),
        shown(row.date),
        found
            .date
            .map_or_else(|| "-".to_owned(), |date| date.to_string()),
        found
            .currency
            .map_or("-", expense_core::domain::currency::Currency::code),
        found.confidence.percent(),
        if found.balanced() == Some(true) {
            ", adds up"
        } else {
            "         "
        },
        seconds,
        found.merchant.as_deref().unwrap_or("-"),
    );
    Ok(row)
}

/// Names agree when one is within the other, letters and digits alone being compared.
fn same_name(found: Option<&str>, truth: &str) -> bool {
    let plain = |name: &str| -> String {
        name.to_uppercase()
            .chars()
            .filter(|sign| sign.is_alphanumeric())
            .collect()
    };
    let (found, truth) = (plain(found.unwrap_or_default()), plain(truth));
    !found.is_empty() && (found.contains(&truth) || truth.contains(&found))
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

fn model_folder() -> Result<PathBuf, AnyError> {
    if let Some(folder) = std::env::var_os("OCR_MODEL_DIR") {
        return Ok(folder.into());
    }
    let data = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from);
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share"));
    let data = data
        .or(home)
        .ok_or("set OCR_MODEL_DIR to the folder with the models")?;
    Ok(data.join("expense-bot/models"))
}

fn seconds_since_1970() -> Result<i64, AnyError> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    Ok(i64::try_from(since.as_secs())?)
}
