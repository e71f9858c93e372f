//! What a reading costs beside the model's own time.
//!
//! ```sh
//! cargo run --release -p expense-ocr-gemini --features fake --example overhead
//! ```
//!
//! A server on this machine thinks for 200 ms about each photo. The overhead is what a reading
//! takes beyond the time that the server has it in hand, beside that of a bare POST of as many bytes
//! by the same HTTP client. Prints one JSON object: microseconds for each size, and for many readings
//! at a time.

#![allow(
    clippy::unwrap_used,
    reason = "a measurement that can't go on has failed"
)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use expense_core::memory::clock::SystemClock;
use expense_core::ports::ocr::{Document, Hints, ReceiptOcr};
use expense_ocr_gemini::Gemini;
use expense_ocr_gemini::fake::FakeGemini;
use serde_json::{Value, json};

const THINKING: Duration = Duration::from_millis(200);
const ROUNDS: usize = 21;
const CROWD: usize = 40;

#[tokio::main]
async fn main() {
    let google = FakeGemini::start().await.unwrap();
    google.takes(THINKING);
    google.answers(json!({"kind": "receipt", "total": "12.50", "merchant": "REWE"}));
    let gemini = Gemini::new(google.config(), Arc::new(SystemClock)).unwrap();
    let mut figures = serde_json::Map::new();
    for bytes in [100_000, 300_000, 1_000_000, 5_000_000, 15_000_000] {
        let document = document(bytes);
        let reading = median(&google, || async {
            gemini.read(&document).await.unwrap();
        });
        let reading = reading.await;
        let bare = bare(&google, bytes).await;
        let kilobytes = bytes / 1_000;
        figures.insert(format!("overhead_us_of_{kilobytes}_kB"), micros(reading));
        figures.insert(format!("bare_post_us_of_{kilobytes}_kB"), micros(bare));
    }
    let beyond = crowd(gemini).await;
    figures.insert(format!("all_of_{CROWD}_at_once_us"), micros(beyond));
    println!("{}", Value::Object(figures));
}

fn micros(time: Duration) -> Value {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX).into()
}

fn document(bytes: usize) -> Document {
    let mut photo = b"\xFF\xD8\xFF\xE0".to_vec();
    photo.extend((0..bytes as u32).map(|at| at.wrapping_mul(2_654_435_761) as u8));
    Document {
        parts: vec![photo.into()],
        hints: Hints {
            currency: "EUR".parse().unwrap(),
            locale: "de-DE".parse().unwrap(),
            sent_on: "2026-05-03".parse().unwrap(),
            categories: (1..=16).map(|n| format!("Category {n}")).collect(),
        },
    }
}

/// The median of what the calls take beyond the server's time.
async fn median<F: Future<Output = ()>>(google: &FakeGemini, call: impl Fn() -> F) -> Duration {
    call().await;
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let (spent, began) = (google.spent(), Instant::now());
        call().await;
        times.push(began.elapsed().saturating_sub(google.spent() - spent));
    }
    times.sort();
    times[ROUNDS / 2]
}

/// A POST of a body that is ready, as large as that of the photo.
async fn bare(google: &FakeGemini, bytes: usize) -> Duration {
    let part = json!({"text": "x".repeat(bytes.div_ceil(3) * 4)});
    let body = Bytes::from(json!({"contents": [{"parts": [part]}]}).to_string());
    let path = "v1beta/models/gemini-flash-latest:generateContent";
    let (http, url) = (reqwest::Client::new(), google.url().join(path).unwrap());
    median(google, || async {
        let request = http.post(url.clone()).body(body.clone());
        let request = request
            .header("x-goog-api-key", FakeGemini::KEY)
            .header("content-type", "application/json");
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success());
        answer.bytes().await.unwrap();
    })
    .await
}

/// So many photos of usual size at the same time, twenty seconds' worth at two a second: how long
/// all of them take beyond the model's own time.
async fn crowd(gemini: Gemini) -> Duration {
    let began = Instant::now();
    let document = document(300_000);
    let readings = (0..CROWD).map(|_| {
        let (gemini, document) = (gemini.clone(), document.clone());
        tokio::spawn(async move { gemini.read(&document).await.unwrap() })
    });
    for reading in readings.collect::<Vec<_>>() {
        reading.await.unwrap();
    }
    began.elapsed().saturating_sub(THINKING)
}
