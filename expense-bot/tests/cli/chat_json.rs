use serde_json::json;

use crate::bot::{Bot, fields};

#[test]
fn has_exactly_the_promised_fields() {
    let replies = Bot::new().chat_json(&["12.50 lunch", "", "press Undo"]);
    let [recorded, undone] = &replies[..] else {
        panic!("{replies:?}")
    };
    assert_eq!(
        fields(recorded),
        ["buttons", "edits", "files", "id", "reply"]
    );
    assert!(
        recorded["reply"]
            .as_str()
            .unwrap()
            .starts_with("#1 · lunch · €12.50")
    );
    assert_eq!(recorded["buttons"], json!(["Edit", "Undo"]));
    assert_eq!(recorded["files"], json!([]));
    assert_eq!(recorded["edits"], json!(null));
    assert!(recorded["id"].is_u64());
    assert_eq!(undone["edits"], recorded["id"], "{undone}");
}

#[test]
fn a_photo_without_models_asks_for_its_amount() {
    let bot = Bot::new();
    std::fs::write(bot.home().join("my receipt.jpg"), b"no image at all").unwrap();
    let replies = bot.chat_json(&[
        "photo my receipt.jpg dinner",
        "12.50",
        "press Save",
        "/list",
    ]);
    let all = replies
        .iter()
        .map(|r| r["reply"].as_str().unwrap())
        .collect::<Vec<_>>()
        .join("\n");
    assert!(all.contains("What was the amount?"), "{all}");
    assert!(all.contains("Type models to fetch them now"), "{all}");
    let list = replies.last().unwrap()["reply"].as_str().unwrap();
    assert!(list.contains("12.50") && list.contains("dinner"), "{list}");
}

#[test]
fn an_export_is_a_file() {
    let bot = Bot::new();
    let replies = bot.chat_json(&["12.50 lunch", "/export", "/export"]);
    let files: Vec<_> = replies[1..]
        .iter()
        .map(|r| r["files"][0].as_str().unwrap())
        .collect();
    assert_ne!(files[0], files[1]);
    for file in files {
        let csv = std::fs::read_to_string(file).unwrap();
        assert!(csv.contains("lunch") && csv.contains("12.50"), "{csv}");
    }
}

#[test]
fn nothing_else_is_on_standard_output() {
    let bot = Bot::new().with("LOG", "trace");
    let replies = bot.chat_json(&["hello", "help", "photo x", "12.50 lunch"]);
    assert_eq!(replies.len(), 4);
}
