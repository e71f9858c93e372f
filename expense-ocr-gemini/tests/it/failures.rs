//! The failure menu: what comes, what it means, what the person sees, what the bot does; and
//! that `docs/failures.md` says the same.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use expense_core::ports::error::Fault;
use expense_core::ports::ocr::{Reading, ReceiptOcr};
use expense_core::testing::talk;
use expense_ocr_gemini::fake::{FakeGemini, Next, shared};
use expense_ocr_gemini::{Config, Gemini, GeminiError};
use serde_json::Value;

use crate::common::{PHOTO, document, gemini};
use crate::faults::cause;
use crate::menu::{MENU, Row, Source};

/// What stands in for each row; `None` where the shared data is not there.
fn body(source: Source) -> Option<Next> {
    let (status, body) = match source {
        Source::Breaks => return Some(Next::Breaks),
        Source::Silence => return Some(Next::Waits(Duration::from_secs(3_600))),
        Source::Body(status, body) => (status, body.to_owned()),
        Source::Observed(at) => {
            let observed = observed()?;
            let case = &observed["cases"][at];
            (case["http"].as_u64()? as u16, case["body"].to_string())
        }
        Source::Recorded(file) => {
            let path = shared("mock-responses")?.join(file);
            let body = fs::read_to_string(path).unwrap();
            let error: Value = serde_json::from_str(&body).unwrap();
            (error["error"]["code"].as_u64()? as u16, body)
        }
    };
    Some(Next::Answers {
        status,
        body,
        retry_after: None,
    })
}

fn observed() -> Option<Value> {
    let path = shared("observed-errors.json")?;
    Some(serde_json::from_slice(&fs::read(path).unwrap()).unwrap())
}

async fn check(google: &FakeGemini, gemini: &Gemini, row: &Row) {
    let Some(next) = body(row.source) else {
        eprintln!("NOT RUN: {}, its body is not at ../shared/gemini", row.came);
        return;
    };
    google.then(next);
    match gemini.read(&document(&[PHOTO])).await {
        Ok(read) => {
            let values = [GeminiError::File, GeminiError::Declined];
            assert!(values.contains(&row.means), "{}", row.came);
            assert_eq!(read.reading, Reading::Illegible, "{}", row.came);
        }
        Err(error) => {
            assert_eq!(cause(&error), row.means, "{}", row.came);
            assert_eq!(error.fault, row.means.fault(), "{}", row.came);
        }
    }
}

#[tokio::test]
async fn each_failure_has_its_meaning() {
    let google = FakeGemini::start().await.unwrap();
    let patient = gemini(google.config());
    let hasty = gemini(Config {
        time_limit: Duration::from_secs(1),
        ..google.config()
    });
    // What nothing comes for stands last: nobody takes what was meant for it.
    for row in MENU {
        let reader = match row.source {
            Source::Silence => &hasty,
            _ => &patient,
        };
        check(&google, reader, row).await;
    }
}

/// What was observed and has no row is a failure that nobody thought about.
#[test]
fn the_menu_is_complete() {
    let (Some(observed), Some(recorded)) = (observed(), shared("mock-responses")) else {
        eprintln!("NOT RUN: the observed errors of Gemini are not at ../shared/gemini");
        return;
    };
    let numbers = MENU.iter().filter_map(|row| match row.source {
        Source::Observed(at) => Some(at),
        _ => None,
    });
    let cases = observed["cases"].as_array().unwrap().len();
    assert!(numbers.eq(0..cases));
    let files: BTreeSet<String> = MENU
        .iter()
        .filter_map(|row| match row.source {
            Source::Recorded(file) => Some(file.to_owned()),
            _ => None,
        })
        .collect();
    let mut there = BTreeSet::new();
    for service in ["googleai", "vertexai"] {
        for file in fs::read_dir(recorded.join(service)).unwrap() {
            let name = file.unwrap().file_name().to_string_lossy().into_owned();
            let path = recorded.join(service).join(&name);
            if name.ends_with(".json") && fs::read_to_string(path).unwrap().contains("\"error\": {")
            {
                there.insert(format!("{service}/{name}"));
            }
        }
    }
    assert_eq!(files, there);
}

/// The words that the bot really says when a reading ends so.
fn words(end: &str) -> String {
    let said = talk::run(&format!("photo: a.jpg\nread: {end}\n")).unwrap();
    let last = said.lines().last().unwrap();
    let words = last.trim_start_matches("bot edits: ");
    words.split("   [").next().unwrap().to_owned()
}

/// What follows, by the kind of fault.
fn does(means: GeminiError) -> &'static str {
    match (means, means.fault()) {
        (GeminiError::File | GeminiError::Declined, _) => {
            "asks the local reader, if it stands behind"
        }
        (GeminiError::Day { .. }, _) => {
            "leaves Gemini alone until then; the local reader reads, if it stands behind"
        }
        (_, Fault::Busy { .. }) => {
            "tries again when it may; for a longer wait the local reader reads, if it stands behind"
        }
        (_, Fault::Full | Fault::Unavailable) => {
            "tries again, then the local reader, if it stands behind"
        }
        (_, Fault::Denied | Fault::Corrupt | Fault::Bug) => {
            "logs the meaning, tries no more; the local reader reads, if it stands behind"
        }
    }
}

fn section() -> String {
    let (failed, illegible) = (words("failed"), words("illegible"));
    let mut table = String::from(
        "## Gemini\n\nWhat is seen is what a photo comes to where nobody else reads it. The meaning is what the log and `doctor` \
         say.\n\n| what came | what it means | what the person sees | what the bot does |\n| --- | --- | --- | --- |\n",
    );
    for row in MENU {
        let sees = match row.means {
            GeminiError::File | GeminiError::Declined => illegible.clone(),
            GeminiError::Day { retry_after } => {
                words(&format!("used_up {}", retry_after.as_secs()))
            }
            _ => failed.clone(),
        };
        let does = does(row.means);
        table += &format!("| {} | {} | {sees} | {does} |\n", row.came, row.means);
    }
    table
}

/// `UPDATE_DOCS=1` writes the section; without, it must be there.
#[test]
fn the_documents_tell_the_menu() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/failures.md");
    let document = fs::read_to_string(&path).unwrap_or_default();
    let expected = section();
    let (before, rest) = document
        .split_once("## Gemini\n")
        .unwrap_or((&document, ""));
    let after = rest.find("\n## ").map_or("", |at| &rest[at..]);
    let told = format!("{before}{expected}{after}");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(path, told).unwrap();
        return;
    }
    assert!(
        document == told,
        "run the test with UPDATE_DOCS=1, then read the difference"
    );
}
