//! Reading receipts from images.

use async_trait::async_trait;
use bytes::Bytes;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::error::Result;
use crate::domain::currency::Currency;
use crate::domain::locale::Locale;
use crate::domain::receipt::Receipt;

/// What is to be read: the parts of one receipt, in order.
#[derive(Debug, Clone)]
pub struct Document {
    /// Each a whole file: JPEG, PNG, WebP, HEIC or PDF, told apart by content, never by name.
    pub parts: Vec<Bytes>,
    /// What its owner would take for granted.
    pub hints: Hints,
}

impl Document {
    /// The size of all parts together.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.parts.iter().map(Bytes::len).sum()
    }
}

/// What helps where a receipt leaves room for doubt. Hints never override what is printed.
#[derive(Debug, Clone)]
pub struct Hints {
    /// The ledger's currency.
    pub currency: Currency,
    /// The ledger's notation: decides the order of day and month.
    pub locale: Locale,
    /// The day on which the photo was sent: a receipt is rarely younger or years older.
    pub sent_on: NaiveDate,
    /// The names of the ledger's categories, the only ones a reader may suggest.
    pub categories: Vec<String>,
}

/// What came of reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reading {
    /// It is a receipt; fields that could not be read are `None`.
    Receipt(Box<Receipt>),
    /// It can be seen, and it is something else: a landscape, a text file, an empty image.
    NotAReceipt,
    /// It may be a receipt, but too little of it can be read.
    Illegible,
    /// Nobody looked at it: what reading takes, its models for example, is not there yet. No
    /// error that another try would mend, and no word about the document.
    NoReader,
}

/// What came of reading, and who read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Read {
    /// Where it was read, in words for the person: "on this server", "by Gemini". It names the
    /// reader that really read, behind whatever stands before it.
    pub place: String,
    /// What came of it.
    pub reading: Reading,
}

/// Reads receipts.
///
/// Promises, each a case of the conformance suite: an empty image, a file that is no image and a
/// landscape are values of [`Reading`], not errors, and so is a reader that can't read yet; what
/// it lacks is looked for with every document, so that it reads as soon as it can; more than
/// [`limits::DOCUMENT_BYTES`](crate::domain::limits::DOCUMENT_BYTES) is refused with
/// `Fault::Denied` before anything is sent anywhere; text on the receipt is data and never an
/// instruction.
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait ReceiptOcr: Send + Sync {
    /// Reads one document.
    async fn read(&self, document: &Document) -> Result<Read>;
}
