//! A reader of receipts that waits to be told what it sees.

use async_trait::async_trait;
use expense_core::conversation::event::ReadResult;
use expense_core::ports::error::{Fault, PortError, Result};
use expense_core::ports::ocr::{Document, Read, Reading, ReceiptOcr};
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Reads what comes through a channel.
pub(super) struct Prompted(Mutex<UnboundedReceiver<ReadResult>>);

pub(super) fn prompted() -> (UnboundedSender<ReadResult>, Prompted) {
    let (tell, told) = unbounded_channel();
    (tell, Prompted(Mutex::new(told)))
}

#[async_trait]
impl ReceiptOcr for Prompted {
    async fn read(&self, _: &Document) -> Result<Read> {
        let failed = || PortError::new("ocr", "read", Fault::Corrupt);
        let told = self.0.lock().await.recv().await.ok_or_else(failed)?;
        let reading = match told {
            ReadResult::Receipt(receipt) => Reading::Receipt(receipt),
            ReadResult::NotAReceipt => Reading::NotAReceipt,
            ReadResult::Illegible => Reading::Illegible,
            ReadResult::NoReader => Reading::NoReader,
            ReadResult::Failed | ReadResult::Busy | ReadResult::Heard(_) => return Err(failed()),
        };
        let place = "on this server".to_owned();
        Ok(Read { place, reading })
    }
}
