//! Every text of the official server has its row in `docs/failures.md`, and the row is true.

use std::path::{Path, PathBuf};

use rstest::rstest;
use serde_json::{Value, json};

use super::*;

/// A row of the section on Telegram: what may come, and the remedy that it promises.
struct Row {
    /// What stands in code: parts of a text, codes, names of parameters.
    came: Vec<String>,
    remedy: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn rows() -> Vec<Row> {
    let page = std::fs::read_to_string(root().join("docs/failures.md")).expect("the page");
    let section = page
        .split("\n## ")
        .find(|section| section.starts_with("Telegram\n"));
    let lines = section.expect("the section").lines();
    let rows = lines.filter(|line| line.starts_with('|')).skip(2);
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        assert_eq!(cells.len(), 4, "{row}");
        assert!(cells.iter().all(|cell| !cell.is_empty()), "{row}");
        let came = cells[0].split('`').skip(1).step_by(2);
        let (remedy, _) = cells[3].split_once(':').expect("a remedy");
        Row {
            came: came.map(str::to_owned).collect(),
            remedy: remedy.to_owned(),
        }
    })
    .collect()
}

/// The remedy that the page promises: by the text, else by the code, else as any other.
fn promised<'r>(rows: &'r [Row], code: u16, text: &str) -> &'r str {
    let text = text.to_lowercase();
    let is_number = |part: &str| part.parse::<u16>().is_ok();
    // The longest part that fits is the one that was meant.
    let by_text = rows
        .iter()
        .flat_map(|row| row.came.iter().map(move |part| (part, row)))
        .filter(|(part, _)| !is_number(part) && text.contains(part.as_str()))
        .max_by_key(|(part, _)| part.len());
    let by_code = || {
        let code = if code >= 500 { 500 } else { code }.to_string();
        rows.iter().find(|row| row.came.contains(&code))
    };
    let row = by_text.map(|(_, row)| row).or_else(by_code);
    &row.unwrap_or_else(|| panic!("no row for {code} {text}"))
        .remedy
}

fn refusal(code: u16, description: &str, parameters: Value) -> Refusal {
    let answer = json!({
        "ok": false, "error_code": code, "description": description, "parameters": parameters,
    });
    Refusal::read(answer.to_string().as_bytes()).expect("a refusal")
}

/// The official server's texts, where they are at hand.
fn official() -> Vec<(u16, String)> {
    let shared =
        std::env::var_os("SHARED_DIR").map_or_else(|| root().join("../shared"), Into::into);
    let file = shared.join("telegram-bot-api/official-server-error-texts.json");
    let Ok(texts) = std::fs::read(&file) else {
        eprintln!("NOT RUN: {} is not here", file.display());
        return Vec::new();
    };
    let texts: Value = serde_json::from_slice(&texts).expect("JSON");
    let errors = texts["errors"].as_array().expect("a list");
    assert!(errors.len() > 250, "the list is whole");
    let read = |error: &Value| {
        let text = error["text"].as_str().expect("a text").to_owned();
        let told = error["code"]
            .as_u64()
            .and_then(|code| u16::try_from(code).ok());
        // Where the server's source names no code, the text shows it.
        let code = told.unwrap_or(if text.starts_with("Conflict") {
            409
        } else {
            400
        });
        (code, text)
    };
    errors.iter().map(read).collect()
}

#[test]
fn every_official_text_has_a_true_row() {
    let rows = rows();
    for (code, text) in official() {
        let remedy = refusal(code, &text, json!({})).remedy();
        assert_eq!(promised(&rows, code, &text), remedy.name(), "{code} {text}");
    }
}

/// What the servers behind the official one say is not on its list.
#[rstest]
#[case(
    400,
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same",
    "unchanged"
)]
#[case(400, "Bad Request: message to edit not found", "send anew")]
#[case(400, "Bad Request: message can't be edited", "send anew")]
#[case(400, "Bad Request: MESSAGE_ID_INVALID", "send anew")]
#[case(400, "Bad Request: message thread not found", "general topic")]
#[case(400, "Bad Request: TOPIC_CLOSED", "general topic")]
#[case(400, "Bad Request: TOPIC_DELETED", "general topic")]
#[case(
    400,
    "Bad Request: can't parse entities: Can't find end tag",
    "plain text"
)]
#[case(400, "Bad Request: BUTTON_DATA_INVALID", "without buttons")]
#[case(400, "Bad Request: PEER_ID_INVALID", "denied")]
#[case(400, "Bad Request: have no rights to send a message", "denied")]
#[case(
    400,
    "Bad Request: not enough rights to send text messages to the chat",
    "denied"
)]
#[case(400, "Bad Request: CHAT_WRITE_FORBIDDEN", "denied")]
#[case(403, "Forbidden: bot was blocked by the user", "denied")]
#[case(
    403,
    "Forbidden: bot can't initiate conversation with a user",
    "denied"
)]
#[case(400, "Logged out", "later")]
#[case(
    400,
    "Bad Request: bad webhook: Failed to resolve host: Name or service not known",
    "host unknown"
)]
#[case(502, "Bad Gateway", "later")]
#[case(401, "Unauthorized", "token")]
#[case(404, "Not Found", "token")]
#[case(
    409,
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    "conflict"
)]
#[case(400, "Bad Request: message is too long", "bug")]
#[case(413, "Request Entity Too Large", "bug")]
fn a_known_text_has_a_true_row(#[case] code: u16, #[case] text: &str, #[case] remedy: &str) {
    assert_eq!(refusal(code, text, json!({})).remedy().name(), remedy);
    // What no row names by its code is like any other refusal of a request.
    let code = if code == 413 { 400 } else { code };
    assert_eq!(promised(&rows(), code, text), remedy);
}

#[rstest]
#[case(429, json!({ "retry_after": 7 }), Remedy::Wait(Duration::from_secs(7)))]
#[case(429, json!({}), Remedy::Wait(WAIT))]
#[case(400, json!({ "migrate_to_chat_id": -1001 }), Remedy::Moved(-1001))]
fn parameters_go_first(#[case] code: u16, #[case] parameters: Value, #[case] remedy: Remedy) {
    assert_eq!(refusal(code, "chat not found", parameters).remedy(), remedy);
}

#[test]
fn the_page_names_every_rule_and_no_other() {
    let rows = rows();
    for (part, remedy) in RULES {
        let named = rows
            .iter()
            .find(|row| row.came.iter().any(|came| came == part));
        let named = named.unwrap_or_else(|| panic!("no row names {part}"));
        assert_eq!(named.remedy, remedy.name(), "{part}");
    }
    let parameters = ["retry_after", "migrate_to_chat_id"];
    for part in rows.iter().flat_map(|row| &row.came) {
        let known = part.parse::<u16>().is_ok()
            || parameters.contains(&part.as_str())
            || RULES.iter().any(|(rule, _)| rule == part);
        assert!(known, "nobody looks for {part}");
    }
}
