//! How much of an allowed rate is used under load, counted by the server.
//!
//! ```sh
//! cargo run -p expense-ocr-gemini --features fake --example pace -- 3 100
//! ```
//!
//! More readings than the quota allows wait all the time, for so many minutes and with so many
//! requests a minute. The server counts what arrives and refuses what exceeds the quota in any
//! sixty seconds. Prints one JSON object: the share of the rate that was used, and the most that
//! arrived within any minute.

#![allow(
    clippy::unwrap_used,
    reason = "a measurement that can't go on has failed"
)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use expense_core::memory::clock::SystemClock;
use expense_core::memory::rate::MemoryRateLimiter;
use expense_core::ports::categorizer::{Categorizer, Subject};
use expense_core::wrap::Wrapped;
use expense_core::wrap::queue::{Pace, RequestQueue};
use expense_ocr_gemini::Gemini;
use expense_ocr_gemini::fake::FakeGemini;
use serde_json::json;

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args()
        .skip(1)
        .filter_map(|text| text.parse().ok());
    let minutes: u32 = arguments.next().unwrap_or(3);
    let per_minute: u32 = arguments.next().unwrap_or(100);
    let google = FakeGemini::start().await.unwrap();
    google.takes(Duration::from_millis(500));
    google.allows(per_minute as usize, MINUTE);
    let categorizer = queued(&google, per_minute);

    let subject = Subject {
        description: expense_core::domain::text::Description::new("taxi"),
        merchant: None,
        categories: vec!["Transportation".to_owned()],
    };
    // The first request of the minute after the last ends the measurement.
    let wanted = minutes * per_minute + 1;
    let began = Instant::now();
    let calls = (0..wanted).map(|_| {
        let (categorizer, subject) = (categorizer.clone(), subject.clone());
        tokio::spawn(async move { categorizer.suggest(&subject).await.is_ok() })
    });
    let mut refused = 0;
    for call in calls.collect::<Vec<_>>() {
        refused += u32::from(!call.await.unwrap());
    }
    let allowed = u128::from(per_minute) * began.elapsed().as_millis() / MINUTE.as_millis();
    let used = u128::from(wanted - 1) * 1_000 / allowed.max(1);
    println!(
        "{}",
        json!({
            "per_minute": per_minute,
            "minutes": minutes,
            "used_permille": used as u64,
            "busiest_minute": google.busiest(MINUTE),
            "refused": refused,
        })
    );
}

fn queued(google: &FakeGemini, per_minute: u32) -> Arc<dyn Categorizer> {
    let clock = Arc::new(SystemClock);
    let gemini = Gemini::new(google.config(), clock.clone()).unwrap();
    let pace = Pace {
        at_once: 4,
        depth: 10_000,
        per_minute,
        per_day: None,
    };
    let limiter = Arc::new(MemoryRateLimiter::new(clock.clone()));
    let queue = RequestQueue::new("gemini", pace, limiter, clock);
    Arc::new(Wrapped::categorizer(Arc::new(gemini), queue))
}
