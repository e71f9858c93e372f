//! Every talk of `tests/talks` says what its script expects.
//!
//! With `UPDATE_TALKS=1` the scripts are rewritten to what is really said, to be read and judged.

use std::fs;
use std::path::PathBuf;

use expense_core::testing::talk;

#[test]
fn talks() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/talks");
    let mut scripts: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "talk"))
        .collect();
    scripts.sort();
    assert!(!scripts.is_empty());
    let mut failures = String::new();
    for path in &scripts {
        let script = fs::read_to_string(path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy();
        if std::env::var_os("UPDATE_TALKS").is_some() {
            match talk::run(&script) {
                Ok(said) => fs::write(path, said).unwrap(),
                Err(error) => failures.push_str(&format!("{name}\n{error}\n\n")),
            }
        } else if let Err(difference) = talk::check(&script) {
            failures.push_str(&format!("{name}\n{difference}\n\n"));
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}
