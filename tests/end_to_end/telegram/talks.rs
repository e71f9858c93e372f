//! Every talk of the core, had in Telegram: alone with the bot and in a group, by polling and by
//! webhook, with its ledgers in either database.
//!
//! No talk and no line is left out: one that can't be brought about here fails its talk. What the
//! service's own clockwork does is told to the service itself (see `clockwork`), and `redeliver` is
//! left to the tests that deliver everything several times.

use std::fs;
use std::path::Path;

use expense_core::testing::talk::{self, compare};
use futures::StreamExt;
use rstest::rstest;

use super::bot::By;
use super::kept::In;
use super::stage::run;

/// Talks that are had at a time: most of what one takes is waiting.
const AT_ONCE: usize = 8;

/// A talk and what is expected of it.
struct Talk {
    name: String,
    script: String,
}

/// All talks as they are written and, where they don't say themselves where they take place, what
/// the same lines come to in a group.
fn talks() -> Vec<Talk> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../expense-core/tests/talks");
    let mut talks = Vec::new();
    for file in fs::read_dir(folder).expect("talks") {
        let path = file.expect("a talk").path();
        let name = path.file_stem().unwrap_or_default().display().to_string();
        let script = fs::read_to_string(&path).expect("a talk");
        if !script.lines().any(|line| line.starts_with("in:")) {
            let in_group = talk::run(&format!("in: group\n{script}"));
            talks.push(Talk {
                script: in_group.unwrap_or_else(|error| panic!("{name} in a group\n{error}")),
                name: format!("{name} in a group"),
            });
        }
        talks.push(Talk { name, script });
    }
    talks.sort_by(|one, other| one.name.cmp(&other.name));
    talks
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn talks_go_the_same_way_in_telegram(
    #[values(By::Polling, By::Webhook)] by: By,
    #[values(In::Sqlite, In::Postgres)] kept: In,
) {
    let had = futures::stream::iter(talks()).map(|talk| had(talk, by, kept));
    let failures: Vec<String> = had
        .buffer_unordered(AT_ONCE)
        .filter_map(|had| async { had.err() })
        .collect()
        .await;
    assert!(failures.is_empty(), "\n{}", failures.join("\n\n"));
}

async fn had(talk: Talk, by: By, kept: In) -> Result<(), String> {
    let script = without_periods(&talk.script);
    let said = run(&script, by, kept).await;
    let same = said.and_then(|said| compare(&script, &said));
    same.map_err(|difference| format!("{}\n{difference}", talk.name))
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
