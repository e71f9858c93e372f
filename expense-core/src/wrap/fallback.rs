//! The next reader where one fails.

use std::sync::Arc;

use async_trait::async_trait;

use crate::ports::error::{PortError, Result};
use crate::ports::ocr::{Document, Read, Reading, ReceiptOcr};

/// Asks its readers in turn until one can say what it sees. An error or an illegible reading
/// goes on to the next; when all are through, an illegible reading is the answer, else the first
/// error that is worth another try, else the first error.
pub struct FallbackOcr {
    first: Arc<dyn ReceiptOcr>,
    others: Vec<Arc<dyn ReceiptOcr>>,
}

impl FallbackOcr {
    /// The first reader and those behind it.
    #[must_use]
    pub fn new(first: Arc<dyn ReceiptOcr>, others: Vec<Arc<dyn ReceiptOcr>>) -> Self {
        Self { first, others }
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl ReceiptOcr for FallbackOcr {
    async fn read(&self, document: &Document) -> Result<Read> {
        let mut best = self.first.read(document).await;
        for reader in &self.others {
            if is_settled(&best) {
                break;
            }
            best = better(best, reader.read(document).await);
        }
        best
    }
}

fn is_settled(result: &Result<Read>) -> bool {
    let reading = result.as_ref().map(|read| &read.reading);
    matches!(reading, Ok(Reading::Receipt(_) | Reading::NotAReceipt))
}

/// The earlier one, unless the later one says more. Nobody at hand says least, less than a
/// failure that another try may mend.
fn better(earlier: Result<Read>, later: Result<Read>) -> Result<Read> {
    let is_transient = |result: &Result<Read>| {
        let error = result.as_ref().err();
        error.is_some_and(PortError::is_transient)
    };
    let is_nobody = |result: &Result<Read>| {
        let reading = result.as_ref().map(|read| &read.reading);
        matches!(reading, Ok(Reading::NoReader))
    };
    let says_more = match (&earlier, &later) {
        (_, _) if is_nobody(&earlier) || is_nobody(&later) => is_nobody(&earlier),
        (Ok(_), _) => is_settled(&later),
        (Err(_), Ok(_)) => true,
        (Err(_), Err(_)) => is_transient(&later) && !is_transient(&earlier),
    };
    if says_more { later } else { earlier }
}
