//! The suite of [`ReceiptOcr`].

use bytes::Bytes;

use super::Bench;
use crate::domain::currency::Currency;
use crate::domain::limits;
use crate::ports::error::Fault;
use crate::ports::ocr::{Document, Hints, Read, Reading, ReceiptOcr};
use crate::testing::fixtures::day;

/// What the suite is given.
pub type OcrBench = Bench<dyn ReceiptOcr>;

/// Proves a [`ReceiptOcr`](crate::ports::ocr::ReceiptOcr).
#[macro_export]
macro_rules! receipt_ocr_conformance {
    ($fresh:path) => {
        $crate::__conformance! { $fresh; ocr {
            an_empty_image_is_a_value,
            a_text_file_is_a_value,
            a_landscape_is_a_value,
            a_damaged_image_is_a_value,
            no_parts_are_a_value,
            oversize_is_denied,
        } }
    };
}

/// Hills under a sky, 96 by 64 pixels.
const LANDSCAPE: &[u8] = include_bytes!("landscape.png");

/// Euros, English, the third of May 2026, no categories.
pub(super) fn hints() -> Hints {
    Hints {
        currency: Currency::EUR,
        locale: "en".parse().expect("a locale"),
        sent_on: day("2026-05-03"),
        categories: Vec::new(),
    }
}

fn document(parts: Vec<Bytes>) -> Document {
    Document {
        parts,
        hints: hints(),
    }
}

async fn is_no_receipt(bench: OcrBench, parts: Vec<Bytes>) {
    let read = bench.port().read(&document(parts)).await;
    let Read { place, reading } = read.expect("a value, not an error");
    assert!(!matches!(reading, Reading::Receipt(_)), "{reading:?}");
    assert!(!place.is_empty(), "somebody read it");
}

/// Nothing at all.
pub async fn an_empty_image_is_a_value(bench: OcrBench) {
    is_no_receipt(bench, vec![Bytes::new()]).await;
}

/// People send files by mistake.
pub async fn a_text_file_is_a_value(bench: OcrBench) {
    is_no_receipt(
        bench,
        vec![Bytes::from_static(b"Dear Anna,\nsee you at 5.\n")],
    )
    .await;
}

/// It can be seen, and it is something else.
pub async fn a_landscape_is_a_value(bench: OcrBench) {
    is_no_receipt(bench, vec![Bytes::from_static(LANDSCAPE)]).await;
}

/// Cut off on its way.
pub async fn a_damaged_image_is_a_value(bench: OcrBench) {
    let half = &LANDSCAPE[..LANDSCAPE.len() / 2];
    is_no_receipt(bench, vec![Bytes::from_static(half)]).await;
}

/// All of its photos may have been gone.
pub async fn no_parts_are_a_value(bench: OcrBench) {
    is_no_receipt(bench, Vec::new()).await;
}

/// One part or many: their sum counts.
pub async fn oversize_is_denied(bench: OcrBench) {
    let whole = vec![Bytes::from(vec![0; limits::DOCUMENT_BYTES + 1])];
    let parts = vec![Bytes::from(vec![0; limits::DOCUMENT_BYTES / 4]); 5];
    for parts in [whole, parts] {
        let error = bench
            .port()
            .read(&document(parts))
            .await
            .expect_err("too large");
        assert_eq!(error.fault, Fault::Denied);
    }
}
