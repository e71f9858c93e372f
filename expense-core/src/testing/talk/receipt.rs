//! What a script's reader found.

use std::str::FromStr;

use crate::conversation::event::ReadResult;
use crate::domain::receipt::{Confidence, LineItem, Receipt};
use crate::domain::speech::{Speech, Spoken, Transcript};
use crate::domain::text::Description;

/// What a reader found, as scripts write it: `receipt merchant=REWE; total=12.50`, `failed`, …
///
/// # Errors
///
/// What is not understood, in words.
pub fn result(text: &str) -> Result<ReadResult, String> {
    let (kind, fields) = text.split_once(' ').unwrap_or((text, ""));
    match kind {
        "receipt" => receipt(fields).map(|receipt| ReadResult::Receipt(Box::new(receipt))),
        "not_a_receipt" => Ok(ReadResult::NotAReceipt),
        "illegible" => Ok(ReadResult::Illegible),
        "expense" => spoken(fields).map(ReadResult::Heard),
        "talk" => Ok(ReadResult::Heard(Speech::Other {
            transcript: Transcript::new(fields.trim_start_matches("said=")),
        })),
        "silence" => Ok(ReadResult::Heard(Speech::Nothing)),
        "busy" => Ok(ReadResult::Busy),
        "used_up" => parsed(fields).map(|seconds| ReadResult::UsedUp { seconds }),
        "failed" => Ok(ReadResult::Failed),
        "no_reader" => Ok(ReadResult::NoReader),
        _ => Err("no such result of reading".to_owned()),
    }
}

fn spoken(fields: &str) -> Result<Speech, String> {
    let mut expense = Spoken::default();
    let mut transcript = Transcript::new("");
    for field in fields.split(';').map(str::trim).filter(|f| !f.is_empty()) {
        let (name, value) = field.split_once('=').ok_or("a field has no value")?;
        match name {
            "said" => transcript = Transcript::new(value),
            "amount" => expense.amount = Some(parsed(value)?),
            "currency" => expense.currency = Some(parsed(value)?),
            "date" => expense.date = Some(parsed(value)?),
            "merchant" => expense.merchant = Some(Description::new(value)),
            "description" => expense.description = Some(Description::new(value)),
            "category" => expense.category = Some(value.to_owned()),
            _ => return Err(format!("nobody says {name}")),
        }
    }
    let expense = Box::new(expense);
    Ok(Speech::Expense {
        transcript,
        expense,
    })
}

fn receipt(fields: &str) -> Result<Receipt, String> {
    let mut receipt = Receipt {
        confidence: Confidence::new(95),
        ..Receipt::default()
    };
    for field in fields.split(';').map(str::trim).filter(|f| !f.is_empty()) {
        let (name, value) = field.split_once('=').ok_or("a field has no value")?;
        let value = value.trim();
        match name {
            "merchant" => receipt.merchant = Some(value.to_owned()),
            "category" => receipt.category = Some(value.to_owned()),
            "total" => receipt.total = Some(parsed(value)?),
            "tax" => receipt.tax = Some(parsed(value)?),
            "tip" => receipt.tip = Some(parsed(value)?),
            "discount" => receipt.discount = Some(parsed(value)?),
            "date" => receipt.date = Some(parsed(value)?),
            "currency" => receipt.currency = Some(parsed(value)?),
            "sure" => receipt.confidence = Confidence::new(parsed(value)?),
            "item" => receipt.items.push(item(value)?),
            _ => return Err(format!("a receipt has no {name}")),
        }
    }
    Ok(receipt)
}

fn item(text: &str) -> Result<LineItem, String> {
    let (description, amount) = text.rsplit_once(' ').ok_or("an item has no amount")?;
    Ok(LineItem {
        description: description.to_owned(),
        quantity: 1.into(),
        amount: parsed(amount)?,
    })
}

fn parsed<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("not understood: {text}"))
}
