//! Connections that break, answers that never end, quotas that run out.

use std::time::Duration;

use expense_core::ports::categorizer::Categorizer;
use expense_core::ports::error::{Fault, Result};
use expense_core::ports::ocr::{Read, ReceiptOcr};
use expense_ocr_gemini::fake::{FakeGemini, Next};
use expense_ocr_gemini::{Config, Gemini, GeminiError};
use serde_json::json;

use crate::common::{PHOTO, document, gemini, google, subject};

async fn read(gemini: &Gemini) -> Result<Read> {
    gemini.read(&document(&[PHOTO])).await
}

/// What lies behind the port's error.
pub(crate) fn cause(error: &expense_core::ports::error::PortError) -> GeminiError {
    let source = error.source.as_ref().unwrap();
    *source.downcast_ref().unwrap()
}

#[tokio::test]
async fn a_connection_that_breaks_is_worth_another_try() {
    let (google, gemini) = google().await;
    google.then(Next::Breaks);
    let error = read(&gemini).await.unwrap_err();
    assert_eq!(
        (error.fault, cause(&error)),
        (Fault::Unavailable, GeminiError::Unreachable)
    );
    read(&gemini).await.unwrap();
}

#[tokio::test]
async fn nobody_waits_beyond_the_limit() {
    let (google, _) = google().await;
    google.then(Next::Waits(Duration::from_secs(3_600)));
    let hasty = gemini(Config {
        time_limit: Duration::from_millis(200),
        ..google.config()
    });
    let error = read(&hasty).await.unwrap_err();
    assert_eq!(
        (error.fault, cause(&error)),
        (Fault::Unavailable, GeminiError::TimedOut)
    );
}

#[tokio::test]
async fn an_answer_has_a_bound() {
    let (google, gemini) = google().await;
    google.then(Next::Answers {
        status: 200,
        body: " ".repeat(5 * 1024 * 1024),
        retry_after: None,
    });
    let error = read(&gemini).await.unwrap_err();
    assert_eq!(cause(&error), GeminiError::Garbled);
}

#[tokio::test]
async fn a_quota_by_the_minute_says_how_long() {
    let (google, gemini) = google().await;
    google.allows(2, Duration::from_secs(60));
    read(&gemini).await.unwrap();
    gemini.suggest(&subject("taxi")).await.unwrap();
    let Fault::Busy {
        retry_after: Some(wait),
    } = read(&gemini).await.unwrap_err().fault
    else {
        panic!("it is busy");
    };
    assert!(
        wait > Duration::from_secs(50) && wait <= Duration::from_secs(60),
        "{wait:?}"
    );
    assert_eq!(
        (google.requests(), google.busiest(Duration::from_secs(60))),
        (3, 3)
    );
}

/// At noon in Greenwich it is five in the morning at the Pacific.
#[tokio::test]
async fn a_quota_by_the_day_lasts_until_midnight_pacific_time() {
    let (google, gemini) = google().await;
    google.allows_today(1);
    read(&gemini).await.unwrap();
    let error = read(&gemini).await.unwrap_err();
    let retry_after = Duration::from_secs(19 * 3_600);
    assert_eq!(cause(&error), GeminiError::Day { retry_after });
    assert!(error.is_transient());
}

#[tokio::test]
async fn the_fake_refuses_what_google_would() {
    let google = FakeGemini::start().await.unwrap();
    let http = reqwest::Client::new();
    let address = google
        .url()
        .join("v1beta/models/gemini-x:generateContent")
        .unwrap();
    let post = |body: serde_json::Value| {
        let request = http
            .post(address.clone())
            .header("x-goog-api-key", FakeGemini::KEY);
        let request = request
            .header("content-type", "application/json")
            .body(body.to_string());
        async { request.send().await.unwrap().status().as_u16() }
    };
    assert_eq!(
        post(json!({"contents": [{"parts": [{"text": "Hello"}]}]})).await,
        200
    );
    assert_eq!(google.breaches(), Vec::<String>::new());
    let two_kinds = json!({"text": "a", "inlineData": {"mimeType": "image/png", "data": ""}});
    assert_eq!(
        post(json!({"contents": [{"parts": [two_kinds]}]})).await,
        400
    );
    let no_base64 = json!({"inlineData": {"mimeType": "image/png", "data": "%%"}});
    assert_eq!(
        post(json!({"contents": [{"parts": [no_base64]}]})).await,
        400
    );
    assert_eq!(google.breaches().len(), 2, "{:?}", google.breaches());
    if !google.checks_schema() {
        eprintln!("NOT RUN: requests against Google's schema, it is not at ../shared/gemini");
        return;
    }
    for wrong in [
        json!({}),
        json!({"contents": "Hello"}),
        json!({"contents": [{"parts": [{"text": "a"}]}], "system": "b"}),
        json!({"contents": [{"parts": [{"text": 1}]}]}),
        json!({"contents": [{"parts": [{"text": "a"}]}], "generationConfig": {"responseSchema": {"type": "FLOAT"}}}),
    ] {
        let before = google.breaches().len();
        assert_eq!(post(wrong.clone()).await, 400, "{wrong}");
        assert!(google.breaches().len() > before, "{wrong}");
    }
    let address = address.join("?key=fake-key-0123456789").unwrap();
    let in_address = http
        .post(address)
        .header("x-goog-api-key", FakeGemini::KEY)
        .send()
        .await;
    assert_eq!(in_address.unwrap().status(), 400);
}
