//! Every talk of the core, had in Telegram.

use std::fs;
use std::path::{Path, PathBuf};

use expense_core::testing::talk::compare;
use rstest::rstest;

use super::bot::By;
use super::stage::{Where, can_happen, run};

fn scripts() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../expense-core/tests/talks");
    let files = fs::read_dir(folder)
        .expect("talks")
        .map(|file| file.expect("a talk").path());
    let mut scripts: Vec<_> = files
        .map(|path| (path.clone(), fs::read_to_string(path).expect("a talk")))
        .filter(|(_, script)| can_happen(script))
        .collect();
    scripts.sort();
    scripts
}

#[rstest]
#[case::polling(By::Polling)]
#[case::webhook(By::Webhook)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn talks_go_the_same_way_in_telegram(#[case] by: By) {
    let scripts = scripts();
    assert!(scripts.len() > 10, "most talks can be had here");
    let mut failures = String::new();
    for (path, script) in scripts {
        let place = match script.contains("in: group") {
            true => Where::Group,
            false => Where::Private,
        };
        let said = run(&script, by, place).await;
        let script = without_periods(&script);
        if let Err(difference) = said.and_then(|said| compare(&script, &said)) {
            let name = path.file_name().unwrap_or_default().display();
            failures.push_str(&format!("{name} ({place:?})\n{difference}\n\n"));
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

/// `<csv all>` is `<csv>`: a chat shows a file's name, not its period.
fn without_periods(script: &str) -> String {
    let mut text = String::new();
    let mut rest = script;
    while let Some((before, after)) = rest.split_once("<csv ") {
        text.push_str(before);
        text.push_str("<csv>");
        rest = after.split_once('>').map_or("", |(_, rest)| rest);
    }
    text + rest
}
