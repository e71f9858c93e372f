//! `scan`: what a reader makes of files, recording nothing.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use chrono::NaiveDate;
use clap::ValueEnum;
use expense_core::domain::category::DEFAULT_CATEGORIES;
use expense_core::domain::currency::Currency;
use expense_core::domain::limits::ATTACHMENT_BYTES;
use expense_core::domain::receipt::Receipt;
use expense_core::memory::clock::SystemClock;
use expense_core::ports::clock::Clock;
use expense_core::ports::ocr::{Document, Hints, Reading, ReceiptOcr};
use rust_decimal::Decimal;
use serde::Serialize;

use crate::config::Config;
use crate::error::Failure;
#[cfg(any(feature = "gemini", feature = "ocr-local"))]
use crate::wire;

/// Who reads, or why nobody does.
type Reader = Result<Arc<dyn ReceiptOcr>, String>;

/// Reads receipts: photos and PDFs.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The files, read in this order
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print one JSON object a file
    #[arg(long)]
    json: bool,
    /// Who reads
    #[arg(long, value_enum, default_value_t = ReaderName::Local)]
    reader: ReaderName,
}

/// The readers by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
enum ReaderName {
    /// This machine, without a network
    Local,
    /// Google's Gemini
    Gemini,
}

/// What one file came to. Amounts are decimal strings at the scale of their currency.
#[derive(Debug, Serialize)]
struct Scanned {
    file: String,
    outcome: Outcome,
    merchant: Option<String>,
    date: Option<NaiveDate>,
    total: Option<String>,
    /// Only where the receipt names it.
    currency: Option<&'static str>,
    tax: Option<String>,
    tip: Option<String>,
    items: Vec<Item>,
    /// Whether items and total agree; null where there is nothing to compare.
    balanced: Option<bool>,
    /// From 0 to 1.
    confidence: Option<f64>,
    reader: ReaderName,
    milliseconds: u128,
}

#[derive(Debug, Serialize)]
struct Item {
    description: String,
    quantity: String,
    amount: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Receipt,
    NotAReceipt,
    Illegible,
    Failed,
}

/// Reads all files; one that can't be read does not stop the others, but shows in the exit code.
pub(crate) async fn run(config: &Config, args: &Args) -> Result<ExitCode, Failure> {
    let reader = match args.reader {
        ReaderName::Local => local(config)?,
        ReaderName::Gemini => Ok(gemini(config)?),
    };
    let mut all_read = true;
    for file in &args.files {
        let scanned = scan(config, &reader, args.reader, file).await;
        all_read &= scanned.outcome != Outcome::Failed;
        let mut out = io::stdout().lock();
        if args.json {
            serde_json::to_writer(&mut out, &scanned).map_err(io::Error::from)?;
            writeln!(out)?;
        } else {
            show(&mut out, &scanned)?;
        }
        out.flush()?;
    }
    Ok(ExitCode::from(u8::from(!all_read)))
}

/// This machine's reader, or what it lacks: then every file fails with that.
#[cfg(feature = "ocr-local")]
fn local(config: &Config) -> Result<Reader, Failure> {
    let models = expense_ocr_local::Models::locate(crate::models::folder(config));
    let reader = || Arc::new(wire::readers::local::reader(config)) as _;
    Ok(models.map(|_| reader()).map_err(|error| error.to_string()))
}

#[cfg(not(feature = "ocr-local"))]
fn local(_: &Config) -> Result<Reader, Failure> {
    Err(Failure::lacks("ocr-local"))
}

#[cfg(feature = "gemini")]
fn gemini(config: &Config) -> Result<Arc<dyn ReceiptOcr>, Failure> {
    let Some(gemini) = &config.readers.gemini else {
        let needed = "--reader gemini needs GEMINI_API_KEY, and OCR=auto or OCR=gemini";
        return Err(Failure::Refused(needed.to_owned()));
    };
    Ok(wire::readers::gemini::client(
        gemini,
        Arc::new(SystemClock),
    )?)
}

#[cfg(not(feature = "gemini"))]
fn gemini(_: &Config) -> Result<Arc<dyn ReceiptOcr>, Failure> {
    Err(Failure::lacks("gemini"))
}

async fn scan(config: &Config, reader: &Reader, name: ReaderName, file: &Path) -> Scanned {
    let started = Instant::now();
    let read = match (reader, bytes(file)) {
        (Ok(reader), Ok(bytes)) => reader
            .read(&document(config, bytes))
            .await
            .map_err(|error| {
                let because = error.source.as_ref().map(ToString::to_string);
                because.unwrap_or_else(|| error.to_string())
            }),
        (_, Err(reason)) => Err(reason),
        (Err(reason), Ok(_)) => Err(reason.clone()),
    };
    let nothing = |outcome| (outcome, Receipt::default());
    let failed = |reason: &str| {
        eprintln!("{}: {reason}", file.display());
        nothing(Outcome::Failed)
    };
    let (outcome, receipt) = match read.map(|read| read.reading) {
        Ok(Reading::Receipt(receipt)) => (Outcome::Receipt, *receipt),
        Ok(Reading::NotAReceipt) => nothing(Outcome::NotAReceipt),
        Ok(Reading::Illegible) => nothing(Outcome::Illegible),
        Ok(Reading::NoReader) => failed("the models have gone: run `expense-bot models`"),
        Err(reason) => failed(&reason),
    };
    let supposed = receipt.currency.unwrap_or(config.defaults.currency);
    let amount = |amount: Decimal| at_scale(amount, supposed);
    Scanned {
        file: file.display().to_string(),
        outcome,
        total: receipt.total.map(amount),
        tax: receipt.tax.map(amount),
        tip: receipt.tip.map(amount),
        balanced: receipt.balanced(),
        confidence: (outcome == Outcome::Receipt)
            .then(|| f64::from(receipt.confidence.percent()) / 100.0),
        currency: receipt.currency.map(Currency::code),
        merchant: receipt.merchant,
        date: receipt.date,
        items: receipt
            .items
            .into_iter()
            .map(|item| Item {
                description: item.description,
                quantity: item.quantity.normalize().to_string(),
                amount: amount(item.amount),
            })
            .collect(),
        reader: name,
        milliseconds: started.elapsed().as_millis(),
    }
}

fn document(config: &Config, bytes: Vec<u8>) -> Document {
    let settings = config.at_this_machine();
    Document {
        parts: vec![bytes.into()],
        hints: Hints {
            currency: settings.currency,
            sent_on: settings.zone.civil_date(SystemClock.now()),
            locale: settings.locale,
            categories: DEFAULT_CATEGORIES.map(str::to_owned).to_vec(),
        },
    }
}

/// The file, or why not.
fn bytes(file: &Path) -> Result<Vec<u8>, String> {
    let about = std::fs::metadata(file).map_err(|error| format!("it can't be opened ({error})"))?;
    if !about.is_file() {
        return Err("it is no file".to_owned());
    }
    if about.len() > ATTACHMENT_BYTES as u64 {
        return Err(format!(
            "it is larger than {} MB",
            ATTACHMENT_BYTES / 1024 / 1024
        ));
    }
    std::fs::read(file).map_err(|error| format!("it can't be read ({error})"))
}

/// `12.5` as `12.50` in euros. Digits that the currency does not have are left as printed.
fn at_scale(amount: Decimal, currency: Currency) -> String {
    let mut amount = amount.normalize();
    amount.rescale(amount.scale().max(currency.exponent()));
    amount.to_string()
}

fn show(out: &mut impl Write, scanned: &Scanned) -> io::Result<()> {
    writeln!(out, "{}", scanned.file)?;
    let outcome = match scanned.outcome {
        Outcome::Receipt => None,
        Outcome::NotAReceipt => Some("this is no receipt"),
        Outcome::Illegible => Some("too little of it can be read"),
        Outcome::Failed => Some("it could not be read"),
    };
    if let Some(words) = outcome {
        return writeln!(out, "  {words}");
    }
    let unknown = || "?".to_owned();
    let line =
        |out: &mut dyn Write, name: &str, value: String| writeln!(out, "  {name:<11}{value}");
    line(
        out,
        "merchant",
        scanned.merchant.clone().unwrap_or_else(unknown),
    )?;
    line(
        out,
        "date",
        scanned.date.map_or_else(unknown, |date| date.to_string()),
    )?;
    let currency = scanned.currency.unwrap_or_default();
    let total = scanned.total.clone().unwrap_or_else(unknown);
    line(
        out,
        "total",
        format!("{total} {currency}").trim_end().to_owned(),
    )?;
    for (name, amount) in [("tax", &scanned.tax), ("tip", &scanned.tip)] {
        if let Some(amount) = amount {
            line(out, name, amount.clone())?;
        }
    }
    for (place, item) in scanned.items.iter().enumerate() {
        let name = if place == 0 { "items" } else { "" };
        let quantity = match item.quantity.as_str() {
            "1" => String::new(),
            quantity => format!("{quantity} × "),
        };
        line(
            out,
            name,
            format!("{:>10}  {quantity}{}", item.amount, item.description),
        )?;
    }
    let balanced = match scanned.balanced {
        Some(true) => "items and total agree",
        Some(false) => "items and total differ",
        None => "no items to compare the total with",
    };
    let percent = scanned.confidence.unwrap_or_default() * 100.0;
    line(
        out,
        "sure",
        format!("{percent:.0} %; {balanced}; {} ms", scanned.milliseconds),
    )
}
