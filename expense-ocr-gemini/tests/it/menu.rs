//! Everything that Gemini was seen to answer instead of a result, once.

use std::time::Duration;

use expense_ocr_gemini::GeminiError;

/// One kind of failure.
pub(crate) struct Row {
    /// In words, for the table in the documents.
    pub(crate) came: &'static str,
    /// Where its body is.
    pub(crate) source: Source,
    /// What it means.
    pub(crate) means: GeminiError,
}

/// Where a body is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Source {
    /// The n-th of the shared `observed-errors.json`.
    Observed(usize),
    /// A file of the shared `mock-responses`.
    Recorded(&'static str),
    /// Here, with its status.
    Body(u16, &'static str),
    /// The connection is closed.
    Breaks,
    /// Nothing comes in time.
    Silence,
}

use self::Source::{Body, Breaks, Observed, Recorded, Silence};

const fn row(came: &'static str, source: Source, means: GeminiError) -> Row {
    Row {
        came,
        source,
        means,
    }
}

const fn minute(retry_after: Option<Duration>) -> GeminiError {
    GeminiError::Minute { retry_after }
}

/// At noon UTC in May: until midnight at the Pacific.
const DAY: GeminiError = GeminiError::Day {
    retry_after: Duration::from_secs(19 * 3_600),
};
const PAGE: &str = "<html><title>502 Bad Gateway</title></html>";
const OVERLOADED: GeminiError = GeminiError::Overloaded { retry_after: None };

#[rustfmt::skip]
pub(crate) const MENU: &[Row] = &[
    row("429, quota by the minute, asks for 26 s", Observed(0), minute(Some(Duration::from_secs(26)))),
    row("429, quota by the day, asks for 36 s all the same", Observed(1), DAY),
    row("429, asks for a fraction of seconds", Observed(2), minute(Some(Duration::new(45, 837_906_927)))),
    row("429, names neither quota nor time", Observed(3), minute(None)),
    row("429, without any details", Observed(4), minute(None)),
    row("429, as a list", Observed(5), minute(None)),
    row("503 UNAVAILABLE", Observed(6), OVERLOADED),
    row("429, a quota of zero", Recorded("vertexai/unary-failure-quota-exceeded.json"), GeminiError::Plan),
    row("400 API_KEY_INVALID", Recorded("googleai/unary-failure-api-key.json"), GeminiError::Key),
    row("400 API_KEY_INVALID of another service", Recorded("vertexai/unary-failure-api-key.json"), GeminiError::Key),
    row("400 FAILED_PRECONDITION, location", Recorded("vertexai/unary-failure-unsupported-user-location.json"), GeminiError::Location),
    row("400 FAILED_PRECONDITION without a message", Recorded("vertexai/unary-failure-http-error.json"), GeminiError::Location),
    row("400, the image is rejected", Recorded("vertexai/unary-failure-image-rejected.json"), GeminiError::File),
    row("400, cached content of another model", Recorded("vertexai/unary-failure-context-cache-model-doesnt-match.json"), GeminiError::Request),
    row("400, cached content that can't be", Recorded("vertexai/unary-failure-invalid-context-cache-id.json"), GeminiError::Request),
    row("404, cached content that is gone", Recorded("vertexai/unary-failure-context-cache-not-found.json"), GeminiError::Request),
    row("403, API not enabled", Recorded("googleai/unary-failure-generativelanguage-api-not-enabled.json"), GeminiError::Permission),
    row("403, API not enabled, Vertex AI", Recorded("vertexai/unary-failure-firebasevertexai-api-not-enabled.json"), GeminiError::Permission),
    row("403, API not enabled, Firebase ML", Recorded("vertexai/unary-failure-firebaseml-api-not-enabled.json"), GeminiError::Permission),
    row("403, permission missing", Recorded("vertexai/unary-failure-iam-permission-denied.json"), GeminiError::Permission),
    row("404, unknown model", Recorded("googleai/unary-failure-unknown-model.json"), GeminiError::Model),
    row("404, unknown model, Vertex AI", Recorded("vertexai/unary-failure-unknown-model.json"), GeminiError::Model),
    row("404, model without this method", Recorded("vertexai/unary-failure-model-not-found.json"), GeminiError::Model),
    row("400, the model can't do what is asked", Body(400, r#"{"error":{"status":"INVALID_ARGUMENT","message":"JSON mode is not enabled for models/x"}}"#), GeminiError::Model),
    row("400, a field is unknown", Body(400, r#"{"error":{"status":"INVALID_ARGUMENT","message":"Invalid JSON payload received."}}"#), GeminiError::Request),
    row("400, more than 20 MB", Body(400, r#"{"error":{"status":"INVALID_ARGUMENT","message":"Request payload size exceeds the limit: 20971520 bytes."}}"#), GeminiError::TooLarge),
    row("401", Body(401, r#"{"error":{"status":"UNAUTHENTICATED","message":""}}"#), GeminiError::Key),
    row("402, prepaid credit used up", Body(402, r#"{"error":{"status":"RESOURCE_EXHAUSTED","message":""}}"#), GeminiError::Credit),
    row("403, a page", Body(403, PAGE), GeminiError::Address),
    row("404, a page", Body(404, PAGE), GeminiError::Address),
    row("413, a page", Body(413, PAGE), GeminiError::TooLarge),
    row("301, elsewhere", Body(301, PAGE), GeminiError::Address),
    row("500 INTERNAL", Body(500, r#"{"error":{"status":"INTERNAL","message":""}}"#), GeminiError::Failed { status: 500 }),
    row("502, a page", Body(502, PAGE), GeminiError::Failed { status: 502 }),
    row("504 DEADLINE_EXCEEDED", Body(504, r#"{"error":{"status":"DEADLINE_EXCEEDED","message":""}}"#), GeminiError::Failed { status: 504 }),
    row("499 CANCELLED", Body(499, r#"{"error":{"status":"CANCELLED","message":""}}"#), GeminiError::Failed { status: 499 }),
    row("200, a page", Body(200, PAGE), GeminiError::Garbled),
    row("200, words without JSON", Body(200, r#"{"candidates":[{"content":{"parts":[{"text":"I can't"}]},"finishReason":"STOP"}]}"#), GeminiError::Garbled),
    row("200, no words", Body(200, r#"{"candidates":[{"content":{},"finishReason":"STOP"}]}"#), GeminiError::Silent),
    row("200, the prompt is blocked", Body(200, r#"{"promptFeedback":{"blockReason":"SAFETY"}}"#), GeminiError::Declined),
    row("200, stopped for SAFETY or RECITATION", Body(200, r#"{"candidates":[{"finishReason":"SAFETY"}]}"#), GeminiError::Declined),
    row("the connection breaks, or there is none", Breaks, GeminiError::Unreachable),
    row("nothing within 30 s", Silence, GeminiError::TimedOut),
];
