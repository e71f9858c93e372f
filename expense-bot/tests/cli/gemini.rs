//! The program with Gemini behind it: a server on this machine stands in for Google's.

use expense_ocr_gemini::fake::FakeGemini;
use serde_json::json;
use tokio::runtime::Runtime;

use crate::bot::{Bot, objects};

/// The server, with what it runs in.
struct Google {
    fake: FakeGemini,
    _runtime: Runtime,
}

const PHOTO: &[u8] = b"\xFF\xD8\xFF\xE0 lunch at noon";

fn google() -> Google {
    let runtime = Runtime::new().unwrap();
    let fake = runtime.block_on(FakeGemini::start()).unwrap();
    let receipt = json!({
        "kind": "receipt", "merchant": "Kiosk", "date": "2026-05-02", "currency": "EUR",
        "total_printed": "12,50 EUR", "total": "12.50", "category": "Food - Dining Out",
        "items": [{"description": "Soup", "quantity": "1", "amount": "12.50"}],
    });
    fake.knows(PHOTO, receipt);
    Google {
        fake,
        _runtime: runtime,
    }
}

/// A home with one photo, and nobody but Gemini to read it.
fn bot(google: &Google, key: &str) -> Bot {
    let bot = Bot::new()
        .with("OCR", "gemini")
        .with("GEMINI_API_URL", google.fake.url().as_str())
        .with("GEMINI_API_KEY", key);
    std::fs::write(bot.home().join("lunch.jpg"), PHOTO).unwrap();
    bot
}

#[test]
fn a_photo_becomes_an_expense() {
    let google = google();
    let bot = bot(&google, FakeGemini::KEY);
    let lines = ["photo lunch.jpg", "press Save", "/list"];
    let replies = bot.chat_json(&lines);
    let said: String = replies.iter().map(ToString::to_string).collect();
    assert!(said.contains("Read by Gemini."), "{said}");
    let list = replies.last().unwrap()["reply"].as_str().unwrap();
    assert!(list.contains("Kiosk") && list.contains("12.50"), "{said}");
    assert_eq!(google.fake.breaches(), Vec::<String>::new());
}

#[test]
fn scan_reads_by_it() {
    let google = google();
    let bot = bot(&google, FakeGemini::KEY);
    let said = bot.run(&["scan", "--json", "--reader", "gemini", "lunch.jpg"], "");
    let object = &objects(&said.out)[0];
    assert_eq!(
        (&object["total"], &object["balanced"], &object["reader"]),
        (&json!("12.50"), &json!(true), &json!("gemini")),
        "{said:?}"
    );
}

#[test]
fn a_wrong_key_is_named_and_the_photo_is_kept() {
    let google = google();
    let bot = bot(&google, "another-key");
    let said = bot.run(&["doctor"], "");
    assert_eq!(said.code, Some(1), "{said:?}");
    let problem = said.out.lines().find(|line| line.contains("gemini"));
    let problem = problem.unwrap_or_default();
    assert!(
        problem.starts_with("PROBLEM") && problem.contains("GEMINI_API_KEY"),
        "{said:?}"
    );

    let said = bot.run(&["console"], "photo lunch.jpg\n12.50\npress Save\n");
    assert!(said.out.contains("Reading this photo failed"), "{said:?}");
    assert!(said.out.contains("#1"), "{said:?}");
    assert!(
        said.err.contains("GEMINI_API_KEY"),
        "the log names it: {}",
        said.err
    );
    assert!(!said.err.contains("another-key"), "{}", said.err);
}

#[test]
fn doctor_finds_it_well() {
    let google = google();
    let said = bot(&google, FakeGemini::KEY).run(&["doctor"], "");
    let found = said.out.lines().find(|line| line.contains("gemini"));
    assert!(found.unwrap_or_default().starts_with("ok"), "{said:?}");
}
