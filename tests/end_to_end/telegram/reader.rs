//! A reader of receipts and voice notes that waits to be told what it finds.

use async_trait::async_trait;
use expense_core::conversation::event::ReadResult;
use expense_core::ports::error::{Fault, PortError, Result};
use expense_core::ports::ocr::{Document, Read, Reading, ReceiptOcr};
use expense_core::ports::speech::{Heard, Recording, SpeechReader};
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Where talks have everything read.
const PLACE: &str = "on this server";

/// Reads what comes through a channel.
pub(super) struct Prompted(Mutex<UnboundedReceiver<ReadResult>>);

pub(super) fn prompted() -> (UnboundedSender<ReadResult>, Prompted) {
    let (tell, told) = unbounded_channel();
    (tell, Prompted(Mutex::new(told)))
}

#[async_trait]
impl ReceiptOcr for Prompted {
    async fn read(&self, _: &Document) -> Result<Read> {
        let reading = match self.told().await? {
            ReadResult::Receipt(receipt) => Reading::Receipt(receipt),
            ReadResult::NotAReceipt => Reading::NotAReceipt,
            ReadResult::Illegible => Reading::Illegible,
            ReadResult::NoReader => Reading::NoReader,
            ReadResult::Failed | ReadResult::Busy | ReadResult::Heard(_) => return Err(failed()),
        };
        let place = PLACE.to_owned();
        Ok(Read { place, reading })
    }
}

#[async_trait]
impl SpeechReader for Prompted {
    async fn read(&self, _: &Recording) -> Result<Heard> {
        match self.told().await? {
            ReadResult::Heard(speech) => Ok(Heard {
                place: PLACE.to_owned(),
                speech,
            }),
            _ => Err(failed()),
        }
    }
}

impl Prompted {
    async fn told(&self) -> Result<ReadResult> {
        self.0.lock().await.recv().await.ok_or_else(failed)
    }
}

fn failed() -> PortError {
    PortError::new("reader", "read", Fault::Corrupt)
}
