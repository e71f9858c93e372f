//! The three ports by their suites. Each request is held to Google's schema, too.

use std::sync::Arc;

use expense_core::ports::categorizer::Categorizer;
use expense_core::ports::ocr::ReceiptOcr;
use expense_core::ports::speech::SpeechReader;
use expense_ocr_gemini::fake::FakeGemini;
use serde_json::json;

use crate::common::google;

/// A server whose end proves that nothing it was sent was wrong.
struct Strict(FakeGemini);

impl Drop for Strict {
    fn drop(&mut self) {
        let breaches = self.0.breaches();
        assert!(
            breaches.is_empty() || std::thread::panicking(),
            "{breaches:?}"
        );
    }
}

mod receipts {
    use super::*;
    use expense_core::testing::conformance::ocr::OcrBench;

    async fn fresh() -> OcrBench {
        let (google, gemini) = google().await;
        OcrBench::new(Arc::new(gemini) as Arc<dyn ReceiptOcr>).keeping(Strict(google))
    }
    expense_core::receipt_ocr_conformance!(fresh);
}

mod voices {
    use super::*;
    use expense_core::testing::conformance::speech::SpeechBench;

    async fn fresh() -> SpeechBench {
        let (google, gemini) = google().await;
        SpeechBench::new(Arc::new(gemini) as Arc<dyn SpeechReader>).keeping(Strict(google))
    }
    expense_core::speech_reader_conformance!(fresh);
}

mod categories {
    use super::*;
    use expense_core::testing::conformance::categorizer::CategorizerBench;

    async fn fresh() -> CategorizerBench {
        let (google, gemini) = google().await;
        google.knows_text("taxi", json!({"category": "Transportation"}));
        CategorizerBench::new(Arc::new(gemini) as Arc<dyn Categorizer>).keeping(Strict(google))
    }
    expense_core::categorizer_conformance!(fresh);
}
