//! Reading a photo on this machine: no network, no key. `expense-bot models` fetches the models
//! once.
//!
//! `OCR_MODEL_DIR=… cargo run --release -p expense-examples --example scan_a_receipt -- PHOTO`

use anyhow::Context;
use expense_core::memory::clock::SystemClock;
use expense_core::ports::clock::Clock;
use expense_core::ports::ocr::{Document, Hints, Reading, ReceiptOcr};
use expense_ocr_local::LocalReader;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let photo = std::env::args()
        .nth(1)
        .context("name a photo of a receipt")?;
    let folder = std::env::var("OCR_MODEL_DIR").context("OCR_MODEL_DIR names no folder")?;
    let reader = LocalReader::new(folder);

    let document = Document {
        parts: vec![std::fs::read(photo)?.into()],
        hints: Hints {
            currency: "EUR".parse()?,
            locale: "de-DE".parse()?,
            sent_on: SystemClock.now().date_naive(),
            categories: Vec::new(),
        },
    };
    match reader.read(&document).await?.reading {
        Reading::Receipt(receipt) => {
            println!("merchant {:?}", receipt.merchant);
            println!("date     {:?}", receipt.date);
            println!("total    {:?} {:?}", receipt.total, receipt.currency);
            println!("balanced {:?}", receipt.balanced());
            println!("sure     {} %", receipt.confidence.percent());
        }
        Reading::NotAReceipt => println!("This is something else."),
        Reading::Illegible => println!("Too little of it can be read."),
        Reading::NoReader => println!("The models are missing: `expense-bot models` fetches them."),
    }
    Ok(())
}
