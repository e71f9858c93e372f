//! How long the entry grammar takes: for lines as people write them, and for messages of 4,096
//! characters made to keep it busy.
//!
//! `cargo run --release -p expense-core --example entry_speed` prints one JSON object. Each time
//! is the median of many runs, in microseconds, beside the same measure of a yardstick: folding
//! the same text to small letters in their compatibility form (NFKC).

use std::hint::black_box;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use expense_core::conversation::entry::{Context, read};
use expense_core::domain::currency::Currency;
use expense_core::domain::limits::{CATEGORIES, LINES_PER_MESSAGE, MESSAGE_CHARS};
use expense_core::domain::locale::Locale;
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;

const TYPICAL: [&str; 14] = [
    "5.50 coffee",
    "coffee 5,50",
    "$10 lunch",
    "10€ taxi #work [Transport]",
    "lunch 12.50 yesterday",
    "12.50 lunch 3 May",
    "2026-05-03 rent 900",
    "12+3.50 snacks",
    "3x4.20 beer",
    "-20 refund shoes",
    "usd 30 book",
    "PS5 500",
    "1,234.56 laptop",
    "1.234,56 Laptop",
];

/// What is repeated until a message is full, each with its name.
const HOSTILE: [(&str, &str); 28] = [
    ("lone digits", "5 "),
    ("commas", "1,"),
    ("dots", "1."),
    ("groups", "1,000,"),
    ("spaced groups", "100 "),
    ("no-break groups", "1\u{A0}"),
    ("one tag", "#a "),
    ("brackets", "["),
    ("bracket pairs", "[] "),
    ("dashes", "- "),
    ("ranges", "5 - "),
    ("products", "3x"),
    ("spaced products", "3 x "),
    ("spaced sums", "1 + "),
    ("days", "1/2 "),
    ("dotted days", "3.5. "),
    ("months", "3 May "),
    ("euro signs", "€ "),
    ("amounts", "€5 "),
    ("decimals", "5.50 "),
    ("combining marks", "\u{301}"),
    ("marks of two classes", "\u{327}\u{301}"),
    ("long word", "a"),
    ("long word of wide letters", "ﷺ"),
    ("dense script", "5元"),
    ("mixed scripts", "é5 日3円 ٣ кафе 👩‍👩‍👧 "),
    ("category words", "Categorie "),
    ("ends like a category", "é "),
];

fn main() {
    let names: Vec<String> = (0..CATEGORIES)
        .map(|n| format!("Catégorie {n} dépensé é é é é"))
        .collect();
    let many: Vec<&str> = names.iter().map(String::as_str).collect();
    let few = ["Food", "Fast Food", "Transportation", "Others"];
    let typical: Vec<Value> = TYPICAL
        .iter()
        .map(|line| measured(line, line, &few))
        .collect();
    let repeated = HOSTILE
        .iter()
        .map(|(name, part)| measured(name, &full(part), &many));
    let lines = several_lines()
        .into_iter()
        .map(|(name, text)| measured(name, &text, &many));
    let hostile: Vec<Value> = repeated.chain(lines).collect();
    let report = json!({
        "typical_median_us": middle(&typical),
        "hostile_worst_us": worst(&hostile),
        "typical": typical,
        "hostile": hostile,
    });
    println!("{report:#}");
}

/// A message of the greatest length made of one part.
fn full(part: &str) -> String {
    part.chars().cycle().take(MESSAGE_CHARS).collect()
}

/// Messages with as many lines as are read, and one whose words are all different.
fn several_lines() -> Vec<(&'static str, String)> {
    let width = MESSAGE_CHARS / LINES_PER_MESSAGE - 1;
    let lines = |part: &str| {
        let line: String = part.chars().cycle().take(width).collect();
        [line.as_str(); LINES_PER_MESSAGE].join("\n")
    };
    let tags: String = (0..).map(|n| format!("#a{n} ")).take(700).collect();
    vec![
        ("lines", "5 x\n".repeat(LINES_PER_MESSAGE)),
        ("lines of numbers", lines("5 ")),
        ("lines that end like a category", lines("dépensé é é é é ")),
        (
            "category in brackets",
            ["5 [é]"; LINES_PER_MESSAGE].join("\n"),
        ),
        ("different tags", tags.chars().take(MESSAGE_CHARS).collect()),
    ]
}

fn measured(name: &str, text: &str, categories: &[&str]) -> Value {
    let locale = Locale::default();
    let context = Context {
        currency: Currency::EUR,
        locale: &locale,
        today: NaiveDate::default(),
        categories,
    };
    let reading = median(|| drop(black_box(read(black_box(text), &context))));
    let folding = median(|| {
        let folded: String = black_box(text).to_lowercase().nfkc().collect();
        drop(black_box(folded));
    });
    json!({
        "text": name,
        "us": tenths(reading.as_secs_f64() * 1e6),
        "times_folding": tenths(reading.as_secs_f64() / folding.as_secs_f64()),
    })
}

fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// The median of as many runs as fit into a moment, at least eleven.
fn median(mut run: impl FnMut()) -> Duration {
    let begun = Instant::now();
    let mut times = Vec::new();
    while times.len() < 11 || begun.elapsed() < Duration::from_millis(40) {
        let begun = Instant::now();
        run();
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    times[times.len() / 2]
}

fn times(measured: &[Value]) -> Vec<f64> {
    let mut times: Vec<f64> = measured
        .iter()
        .filter_map(|one| one["us"].as_f64())
        .collect();
    times.sort_unstable_by(f64::total_cmp);
    times
}

fn middle(measured: &[Value]) -> f64 {
    let times = times(measured);
    times[times.len() / 2]
}

fn worst(measured: &[Value]) -> Option<f64> {
    times(measured).pop()
}
