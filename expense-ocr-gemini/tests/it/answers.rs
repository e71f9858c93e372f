//! Recorded answers of the live service: whatever comes, something understandable follows.

use std::fs;

use expense_core::ports::categorizer::Categorizer;
use expense_core::ports::ocr::{Reading, ReceiptOcr};
use expense_ocr_gemini::GeminiError;
use expense_ocr_gemini::fake::{Next, shared};
use rstest::rstest;
use serde_json::{Value, json};

use crate::common::{PHOTO, document, google, subject};
use crate::faults::cause;

fn says(parts: &Value, reason: &str) -> Value {
    json!({"candidates": [{"content": {"parts": parts}, "finishReason": reason}]})
}

fn answers(body: &Value) -> Next {
    Next::Answers {
        status: 200,
        body: body.to_string(),
        retry_after: None,
    }
}

const RECEIPT: &str = r#"{"kind":"receipt","merchant":"Kiosk","total":3.2,"items":[{"description":"Gum","amount":3.20}]}"#;

/// All of them read the same receipt, of which the last lost its items.
#[rstest]
#[case::plain(says(&json!([{"text": RECEIPT}]), "STOP"), 1)]
#[case::in_pieces(says(&json!([{"text": &RECEIPT[..20]}, {"text": &RECEIPT[20..]}]), "STOP"), 1)]
#[case::after_thoughts(says(&json!([{"text": "{}", "thought": true}, {"text": RECEIPT}]), "STOP"), 1)]
#[case::fenced(says(&json!([{"text": format!("```json\n{RECEIPT}\n```")}]), "STOP"), 1)]
#[case::unknown_reason(says(&json!([{"text": RECEIPT}]), "A_REASON_OF_TOMORROW"), 1)]
#[case::cut_off(says(&json!([{"text": &RECEIPT[..RECEIPT.len() - 9]}]), "MAX_TOKENS"), 0)]
#[tokio::test]
async fn a_receipt_in_many_forms(#[case] body: Value, #[case] items: usize) {
    let (google, gemini) = google().await;
    google.then(answers(&body));
    let read = gemini.read(&document(&[PHOTO])).await.unwrap();
    let Reading::Receipt(receipt) = read.reading else {
        panic!("{:?}", read.reading);
    };
    assert_eq!(receipt.total.unwrap().to_string(), "3.20");
    assert_eq!(receipt.merchant.as_deref(), Some("Kiosk"));
    assert_eq!(receipt.items.len(), items);
}

/// Every reason that Google names for stopping, and one that it does not name yet.
#[rstest]
#[case("SAFETY", None)]
#[case("RECITATION", None)]
#[case("LANGUAGE", None)]
#[case("BLOCKLIST", None)]
#[case("PROHIBITED_CONTENT", None)]
#[case("SPII", None)]
#[case("IMAGE_SAFETY", None)]
#[case("IMAGE_PROHIBITED_CONTENT", None)]
#[case("IMAGE_RECITATION", None)]
#[case("STOP", Some(GeminiError::Silent))]
#[case("MAX_TOKENS", Some(GeminiError::Garbled))]
#[case("OTHER", Some(GeminiError::Silent))]
#[case("FINISH_REASON_UNSPECIFIED", Some(GeminiError::Silent))]
#[case("MALFORMED_FUNCTION_CALL", Some(GeminiError::Silent))]
#[case("UNEXPECTED_TOOL_CALL", Some(GeminiError::Silent))]
#[case("TOO_MANY_TOOL_CALLS", Some(GeminiError::Silent))]
#[case("NO_IMAGE", Some(GeminiError::Silent))]
#[case("IMAGE_OTHER", Some(GeminiError::Silent))]
#[case("A_REASON_OF_TOMORROW", Some(GeminiError::Silent))]
#[tokio::test]
async fn reasons_for_saying_nothing(#[case] reason: &str, #[case] error: Option<GeminiError>) {
    let (google, gemini) = google().await;
    google.then(answers(&json!({"candidates": [{"finishReason": reason}]})));
    let read = gemini.read(&document(&[PHOTO])).await;
    match error {
        // It declines: another reader may see more.
        None => assert_eq!(read.unwrap().reading, Reading::Illegible),
        Some(error) => assert_eq!(cause(&read.unwrap_err()), error),
    }
}

#[rstest]
#[case(json!({"promptFeedback": {"blockReason": "SAFETY"}}), None)]
#[case(json!({"promptFeedback": {"blockReason": "OF_TOMORROW"}}), None)]
#[case(json!({"candidates": [], "promptFeedback": {}}), None)]
#[case(json!({"candidates": []}), Some(GeminiError::Garbled))]
#[case(json!({"candidates": [{"content": {}}]}), Some(GeminiError::Silent))]
#[case(json!({"this": "is not it"}), Some(GeminiError::Garbled))]
#[case(json!([]), Some(GeminiError::Garbled))]
#[tokio::test]
async fn no_candidate(#[case] body: Value, #[case] error: Option<GeminiError>) {
    let (google, gemini) = google().await;
    google.then(answers(&body));
    google.then(answers(&body));
    let read = gemini.read(&document(&[PHOTO])).await;
    let suggested = gemini.suggest(&subject("taxi")).await;
    match error {
        None => {
            assert_eq!(read.unwrap().reading, Reading::Illegible);
            assert_eq!(suggested.unwrap(), None);
        }
        Some(error) => {
            assert_eq!(cause(&read.unwrap_err()), error);
            assert_eq!(cause(&suggested.unwrap_err()), error);
        }
    }
}

/// None of Google's recorded answers is a receipt, so none may become one, and none may be
/// mistaken for a broken connection or a wrong key.
#[tokio::test]
async fn recorded_answers_are_understood() {
    let Some(folder) = shared("mock-responses") else {
        eprintln!("NOT RUN: recorded answers of Gemini, they are not at ../shared/gemini");
        return;
    };
    let (google, gemini) = google().await;
    let mut count = 0;
    for service in ["googleai", "vertexai"] {
        for file in fs::read_dir(folder.join(service)).unwrap() {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if !name.ends_with(".json") {
                continue;
            }
            let body = fs::read_to_string(&path).unwrap();
            let recorded: Value = serde_json::from_str(&body).unwrap();
            if recorded.get("error").is_some() {
                continue;
            }
            google.then(answers(&recorded));
            match gemini.read(&document(&[PHOTO])).await {
                Ok(read) => assert_eq!(read.reading, Reading::Illegible, "{name}"),
                Err(error) => {
                    let expected = [GeminiError::Garbled, GeminiError::Silent];
                    assert!(expected.contains(&cause(&error)), "{name}: {error:?}");
                }
            }
            count += 1;
        }
    }
    assert!(count > 50, "only {count} answers");
}
