//! What is said to people stands in `conversation/wording`: the flows decide, they do not speak.

use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("the folder can be read").path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                sources(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

/// Two words in a row within a string.
fn speaks(line: &str) -> bool {
    let strings = line.split('"').skip(1).step_by(2);
    let word = |text: &str| text.len() > 1 && text.chars().all(char::is_alphabetic);
    strings
        .map(|text| text.split(' ').collect::<Vec<_>>())
        .any(|words| {
            words
                .windows(2)
                .any(|pair| pair.iter().all(|text| word(text)))
        })
}

#[test]
fn flows_do_not_speak() {
    let room = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/conversation");
    let mut files = sources(&room.join("flows"));
    let beside = [
        "context.rs",
        "changes.rs",
        "categorize.rs",
        "patch.rs",
        "patch/read.rs",
        "step.rs",
    ];
    files.extend(beside.map(|name| room.join(name)));
    assert!(files.len() > 30);
    let mut spoken = Vec::new();
    for file in &files {
        let text = fs::read_to_string(file).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let lines = code
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        spoken.extend(
            lines
                .filter(|line| speaks(line))
                .map(|line| format!("{}: {line}", file.display())),
        );
    }
    assert!(
        spoken.is_empty(),
        "sentences outside wording/:\n{}",
        spoken.join("\n")
    );
}

#[test]
fn a_sentence_is_noticed() {
    assert!(speaks(r#"ctx.say("Nothing here yet.")"#));
    assert!(!speaks(r#""en" | "english" => words::LANGUAGE, "1.234""#));
}
