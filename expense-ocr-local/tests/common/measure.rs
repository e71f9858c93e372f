//! Reads a folder of receipts with known answers.
//!
//! The folder holds `truth.json`: `{"file": {"merchant", "date", "total", "currency"}}`. Every
//! file is read with the same neutral hints, so that nothing gives the answer away.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use chrono::NaiveDate;
use expense_core::domain::currency::Currency;
use expense_core::domain::receipt::Receipt;
use expense_core::ports::ocr::{Document, Hints, Reading, ReceiptOcr};
use expense_ocr_local::LocalReader;
use rust_decimal::Decimal;
use serde::Deserialize;

pub(crate) type AnyError = Box<dyn std::error::Error>;

#[derive(Deserialize)]
struct Truth {
    merchant: Option<String>,
    date: NaiveDate,
    total: Decimal,
    currency: String,
}

/// What is right about one file.
pub(crate) struct Row {
    pub(crate) file: String,
    pub(crate) total: bool,
    pub(crate) date: bool,
    pub(crate) currency: bool,
    /// `None` where the truth names nobody.
    pub(crate) merchant: Option<bool>,
    pub(crate) seconds: f64,
    pub(crate) found: Receipt,
}

/// Reads every file that the folder's truth names, one after the other, as if sent on this day.
pub(crate) async fn folder(
    reader: &LocalReader,
    folder: &Path,
    sent_on: NaiveDate,
    mut each: impl FnMut(&Row),
) -> Result<Vec<Row>, AnyError> {
    let truths: BTreeMap<String, Truth> =
        serde_json::from_slice(&std::fs::read(folder.join("truth.json"))?)?;
    let mut rows = Vec::new();
    for (file, truth) in truths {
        let document = Document {
            parts: vec![std::fs::read(folder.join(&file))?.into()],
            hints: Hints {
                currency: "EUR".parse()?,
                locale: "en-GB".parse()?,
                sent_on,
                categories: Vec::new(),
            },
        };
        let row = measure(reader, &document, file, &truth).await?;
        each(&row);
        rows.push(row);
    }
    Ok(rows)
}

impl Row {
    /// What was found, and what of it is right.
    pub(crate) fn line(&self) -> String {
        let Row { file, found, .. } = self;
        let shown = |right: bool| if right { "right" } else { "WRONG" };
        let unknown = || "-".to_owned();
        format!(
            "{file:32} total {} {:>10}  date {} {:10}  {} {:3}  {:3} % sure{:9}  {:.1} s  {} {}",
            shown(self.total),
            found.total.map_or_else(unknown, |total| total.to_string()),
            shown(self.date),
            found.date.map_or_else(unknown, |date| date.to_string()),
            shown(self.currency),
            found.currency.map_or("-", Currency::code),
            found.confidence.percent(),
            match found.balanced() {
                Some(true) => ", adds up",
                Some(false) | None => "",
            },
            self.seconds,
            self.merchant.map_or("", shown),
            found.merchant.as_deref().unwrap_or("-"),
        )
    }
}

async fn measure(
    reader: &LocalReader,
    document: &Document,
    file: String,
    truth: &Truth,
) -> Result<Row, AnyError> {
    let started = Instant::now();
    let read = reader.read(document).await?;
    let seconds = started.elapsed().as_secs_f64();
    let found = match read.reading {
        Reading::Receipt(receipt) => *receipt,
        Reading::NotAReceipt | Reading::Illegible => Receipt::default(),
        Reading::NoReader => return Err("the models have gone".into()),
    };
    let currency = found.currency.map(Currency::code);
    let merchant = found.merchant.as_deref();
    Ok(Row {
        file,
        total: found.total == Some(truth.total),
        date: found.date == Some(truth.date),
        currency: currency == Some(truth.currency.as_str()),
        merchant: truth
            .merchant
            .as_deref()
            .map(|name| same_name(merchant, name)),
        seconds,
        found,
    })
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
