//! How much of real receipts is read right, where they and the models are on this machine.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

#[path = "common/measure.rs"]
mod measure;
#[path = "common/models.rs"]
mod models;

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use expense_ocr_local::LocalReader;
use measure::Row;

/// The receipts that all our projects share: in `$SHARED_DIR`, else beside this project.
fn receipts() -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let shared = std::env::var_os("SHARED_DIR").map_or_else(beside, PathBuf::from);
    shared.join("receipts")
}

#[tokio::test]
async fn receipts_are_read_as_well_as_promised() {
    let folder = receipts();
    let (Some(models), true) = (models::find(), folder.join("truth.json").exists()) else {
        eprintln!("NOT RUN: it needs the models of the local reader and ../shared/receipts");
        return;
    };
    let reader = LocalReader::new(models.folder());
    let sent_on = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
    let rows = measure::folder(&reader, &folder, sent_on, |row| eprintln!("{}", row.line()))
        .await
        .unwrap();
    let count = |right: fn(&Row) -> bool| rows.iter().filter(|row| right(row)).count();
    let all = rows.len();
    let (total, date) = (count(|row| row.total), count(|row| row.date));
    let both = count(|row| row.total && row.date);
    assert!(
        all >= 15 && total == all && date + 1 >= all && both + 1 >= all,
        "of {all} receipts {total} totals, {date} dates and {both} of both are right"
    );
}
