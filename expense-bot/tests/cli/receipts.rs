use serde_json::json;

use crate::bot::{Bot, fields, objects};

#[test]
fn a_bad_file_does_not_stop_the_next() {
    let bot = Bot::new();
    std::fs::write(bot.home().join("a.jpg"), b"no image").unwrap();
    let said = bot.run(&["scan", "--json", "missing.jpg", "a.jpg", "."], "");
    let objects = objects(&said.out);
    let files: Vec<_> = objects
        .iter()
        .map(|o| o["file"].as_str().unwrap())
        .collect();
    assert_eq!(files, ["missing.jpg", "a.jpg", "."]);
    assert_eq!(objects[0]["outcome"], "failed");
    assert_eq!(said.code, Some(1));
    assert!(
        said.err.contains("missing.jpg: it can't be opened"),
        "{}",
        said.err
    );
    // There are no models in this home.
    assert!(
        said.err.contains("a.jpg: ") && said.err.contains("`expense-bot models`"),
        "{}",
        said.err
    );
}

#[test]
fn has_exactly_the_promised_fields() {
    let said = Bot::new().run(&["scan", "--json", "missing.jpg"], "");
    let mut object = objects(&said.out).remove(0);
    let mut promised = [
        "file",
        "outcome",
        "merchant",
        "date",
        "total",
        "currency",
        "tax",
        "tip",
        "items",
        "balanced",
        "confidence",
        "reader",
        "milliseconds",
    ];
    promised.sort_unstable();
    assert_eq!(fields(&object), promised);
    object.as_object_mut().unwrap().remove("milliseconds");
    assert_eq!(object["items"], json!([]));
    assert_eq!(
        (&object["reader"], &object["total"]),
        (&json!("local"), &json!(null))
    );
}

#[test]
fn gemini_needs_its_key() {
    let said = Bot::new().run(&["scan", "--reader", "gemini", "a.jpg"], "");
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("GEMINI_API_KEY"), "{}", said.err);
}

/// With the models and the receipts at hand, one is read whole.
#[test]
fn reads_a_receipt() {
    let receipt = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../shared/receipts/peer-sample.jpg"
    );
    let (Some(models), true) = (
        std::env::var_os("OCR_MODEL_DIR"),
        std::fs::exists(receipt).unwrap(),
    ) else {
        eprintln!("not run: it needs OCR_MODEL_DIR and ../shared/receipts");
        return;
    };
    let bot = Bot::new().with("OCR_MODEL_DIR", models.to_str().unwrap());
    let said = bot.run(&["scan", "--json", receipt], "");
    let object = &objects(&said.out)[0];
    assert_eq!(
        (&object["outcome"], &object["total"]),
        (&json!("receipt"), &json!("54.60")),
        "{object}"
    );

    let replies = bot.chat_json(&[&format!("photo {receipt}"), "press Save", "/list"]);
    let list = replies.last().unwrap()["reply"].as_str().unwrap();
    assert!(list.contains("54.60"), "{replies:?}");
}
