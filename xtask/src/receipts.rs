//! `cargo xtask receipts DIR`: how much of a folder of receipts is read right.

use std::path::Path;

use crate::models;
use crate::shell::{self, Result, cargo};

/// Reads them with the release build of the local reader, which prints the table.
pub(crate) fn run(dir: &Path) -> Result {
    let dir = std::path::absolute(dir)?;
    let models = models::ensure()?;
    let accuracy = [
        "run",
        "--quiet",
        "--release",
        "-p",
        "expense-ocr-local",
        "--example",
        "accuracy",
        "--",
    ];
    shell::run(cargo(&accuracy).arg(dir).env("OCR_MODEL_DIR", models))
}
