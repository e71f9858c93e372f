//! Models that are fetched, or that come, while somebody chats.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::bot::Bot;

/// A home with a photo in it, whose `PATH` holds no pip.
fn without_pip() -> Bot {
    let bot = Bot::new().with("PATH", "/no/such/directory");
    std::fs::write(bot.home().join("a.jpg"), b"no image").unwrap();
    bot
}

#[test]
fn fetching_is_offered_once_and_never_done_unasked() {
    let bot = without_pip();
    let said = bot
        .chat(&["photo a.jpg", "photo a.jpg", "\\models"])
        .join("\n");
    assert_eq!(said.matches("31 MB, once, with pip").count(), 1, "{said}");
    assert!(!said.contains("Pip was not found"), "{said}");
    assert!(!bot.data().join("models").exists(), "it was tried");
    let later = bot.chat(&["photo a.jpg"]).join("\n");
    assert!(later.contains("Type models"), "{later}");
}

#[test]
fn without_pip_it_says_what_to_do_and_loses_nothing() {
    let bot = without_pip();
    let said = bot.chat(&[
        "photo a.jpg lunch",
        "models",
        "12.50",
        "press Save",
        "/list",
    ]);
    let said = said.join("\n");
    assert!(
        said.contains("[1 Read again] [2 Edit] [3 Discard]"),
        "{said}"
    );
    assert!(
        said.contains("Pip was not found: install Python 3 with pip"),
        "{said}"
    );
    assert!(said.contains("#1 · lunch · €12.50"), "{said}");
}

#[test]
fn without_a_reader_there_is_nothing_to_fetch() {
    let bot = without_pip().with("OCR", "none");
    let said = bot.chat(&["photo a.jpg", "models"]).join("\n");
    assert!(!said.contains("Type models"), "{said}");
    assert!(said.contains("no models to fetch"), "{said}");
}

/// The models are copied into their place while the program runs.
#[test]
fn a_running_chat_uses_models_as_soon_as_they_are_there() {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let shared = std::env::var_os("SHARED_DIR").map_or_else(beside, PathBuf::from);
    let receipt = shared.join("receipts/peer-sample.jpg");
    let (Some(models), true) = (std::env::var_os("OCR_MODEL_DIR"), receipt.exists()) else {
        eprintln!("NOT RUN: it needs OCR_MODEL_DIR and ../shared/receipts");
        return;
    };
    let bot = Bot::new();
    let mut child = bot.start(&["console", "--json"]);
    let mut stdin = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut hear = |words: &str| loop {
        let line = lines.next().expect("it goes on").unwrap();
        let reply: Value = serde_json::from_str(&line).unwrap();
        if reply["reply"].as_str().unwrap().contains(words) {
            return reply;
        }
    };
    writeln!(stdin, "photo {}", receipt.display()).unwrap();
    let asked = hear("What was the amount?");
    assert_eq!(asked["buttons"][0], "Read again", "{asked}");
    hear("Type models");

    let place = bot.data().join("models");
    std::fs::create_dir_all(&place).unwrap();
    for file in std::fs::read_dir(models).unwrap().flatten() {
        std::fs::copy(file.path(), place.join(file.file_name())).unwrap();
    }
    writeln!(stdin, "press Read again").unwrap();
    let read = hear("54.60");
    assert_eq!(read["buttons"][0], "Save", "{read}");
    drop(stdin);
    assert!(child.wait().unwrap().success());
}
