//! A reader that was told what stands on each receipt.

use std::collections::HashMap;

use async_trait::async_trait;
use bytes::Bytes;

use crate::domain::limits;
use crate::ports::error::{Fault, PortError, Result};
use crate::ports::ocr::{Document, Read, Reading, ReceiptOcr};

/// [`ReceiptOcr`] that answers by the content of a document's first part; what it does not know
/// is no receipt.
#[derive(Debug, Default)]
pub struct ScriptedReader {
    readings: HashMap<Bytes, Reading>,
}

impl ScriptedReader {
    /// The place that it names.
    pub const PLACE: &'static str = "from a script";

    /// The same reader, which knows one more image.
    #[must_use]
    pub fn with(mut self, image: impl Into<Bytes>, reading: Reading) -> Self {
        self.readings.insert(image.into(), reading);
        self
    }
}

#[async_trait]
impl ReceiptOcr for ScriptedReader {
    async fn read(&self, document: &Document) -> Result<Read> {
        if document.bytes() > limits::DOCUMENT_BYTES {
            return Err(PortError::new("ocr", "read", Fault::Denied)
                .because("the document is larger than allowed"));
        }
        let known = document.parts.first();
        let reading = known.and_then(|part| self.readings.get(part));
        Ok(Read {
            place: Self::PLACE.to_owned(),
            reading: reading.cloned().unwrap_or(Reading::NotAReceipt),
        })
    }
}
