//! Google's own SDK for Python judges the server that stands in for Google's.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use expense_ocr_gemini::Config;
use expense_ocr_gemini::fake::{FakeGemini, Next};
use serde_json::json;
use tokio::process::Command;

#[tokio::test]
async fn the_official_sdk_takes_it_for_google() {
    let Some(python) = std::env::var_os("JUDGES_PYTHON") else {
        eprintln!(
            "NOT RUN: JUDGES_PYTHON names no Python with google-genai; `cargo xtask test` does"
        );
        return;
    };
    let google = FakeGemini::start().await.unwrap();
    google.answers(json!({"merchant": "REWE", "total": "12.50"}));
    // Its calls come one by one: three that succeed, then one for each error.
    for _ in 0..3 {
        google.then(Next::Waits(Duration::ZERO));
    }
    google.then(Next::Answers {
        status: 503,
        body: r#"{"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}}"#.to_owned(),
        retry_after: None,
    });
    google.allows_today(4);
    let judge = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/judge.py");
    let judged = Command::new(python)
        .arg(judge)
        .args([google.url().as_str(), FakeGemini::KEY, Config::MODEL])
        .env_remove("GOOGLE_API_KEY")
        .env_remove("GEMINI_API_KEY")
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    let (out, errors) = (
        String::from_utf8_lossy(&judged.stdout),
        String::from_utf8_lossy(&judged.stderr),
    );
    assert!(judged.status.success(), "{out}{errors}");
    assert_eq!(out.lines().count(), 8, "{out}");
    assert_eq!(google.breaches(), Vec::<String>::new());
}
