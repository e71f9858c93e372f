//! Nothing of what people say or are reaches a log, at any level, or the metrics.

use telegram_fake::{Fake, Options};

use crate::program::Program;

/// What must not be seen: a text, a category, an amount, a name, the ids of person and group.
const WORDS: &str = "zzlunchmarker";
const CAPTION: &str = "zzcaptionmarker";
const AMOUNT: &str = "98761.23";
const NAME: &str = "Zznamemarker";
const PERSON: i64 = 7_654_321_098;

const EVERYTHING: &str =
    "warn,expense_bot=trace,expense_core=trace,expense_telegram=trace,expense_store_sqlite=trace";

#[tokio::test]
async fn no_log_and_no_metric_tells_who_said_what() {
    let fake = Fake::start(Options::default()).await.unwrap();
    let variables = [("LOG", EVERYTHING), ("LOG_FORMAT", "json")];
    let program = Program::at(fake, &variables).await;
    let person = program.fake.user(PERSON).named(NAME);
    let chat = program.fake.chat(PERSON);
    // What can't be sent is logged, too.
    program
        .fake
        .fault("sendMessage#2: 502 Bad Gateway".parse().unwrap());
    for text in [
        format!("{AMOUNT} {WORDS}"),
        format!("/{WORDS} {AMOUNT}"),
        format!("/search {WORDS}"),
        format!("/addcategory {WORDS}"),
        "/list".to_owned(),
    ] {
        person.say(&text);
        chat.next_reply().await;
    }
    person.photo(b"no photo".to_vec(), CAPTION);
    chat.next_reply().await;
    let told = [program.log(), program.metrics()].concat();
    let secret = Options::TOKEN.split_once(':').unwrap().1;
    for marker in [
        WORDS,
        CAPTION,
        AMOUNT,
        "9876123",
        NAME,
        &PERSON.to_string(),
        secret,
    ] {
        assert!(!told.contains(marker), "{marker} is told:\n{told}");
    }
    is_structured(&program.log());
}

/// Each line is an object, and a line about a chat bears its alias.
fn is_structured(log: &str) {
    let lines = log.lines().filter(|line| line.starts_with('{'));
    let lines: Vec<serde_json::Value> = lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let alias = lines
        .iter()
        .find_map(|line| line["fields"]["chat"].as_str());
    let alias = alias.unwrap_or_else(|| panic!("no line about a chat:\n{log}"));
    assert!(
        alias.len() == 12 && alias.bytes().all(|b| b.is_ascii_hexdigit()),
        "{alias}"
    );
}
