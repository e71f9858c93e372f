//! What tests of the whole share; see the folders beside this file.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The program: the one that `EXPENSE_TEST_BOT` names, else built where these tests are, once a
/// process.
///
/// # Panics
///
/// Where it can't be built.
#[must_use]
pub fn bot() -> PathBuf {
    static BOT: OnceLock<PathBuf> = OnceLock::new();
    BOT.get_or_init(build).clone()
}

fn build() -> PathBuf {
    if let Some(given) = std::env::var_os("EXPENSE_TEST_BOT") {
        return PathBuf::from(given);
    }
    let tests = std::env::current_exe().expect("these tests are a program");
    let folder = tests
        .parent()
        .and_then(Path::parent)
        .expect("it lies in the target folder");
    let bot = folder.join(format!("expense-bot{}", std::env::consts::EXE_SUFFIX));
    let mut build = Command::new(env!("CARGO"));
    // What cargo tells these tests about their package would be taken for a change of others: the
    // build scripts of `ring` and half of what stands on it would run again, here and outside.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            build.env_remove(&name);
        }
    }
    build.args([
        "build",
        "--quiet",
        "-p",
        "expense-bot",
        "--bin",
        "expense-bot",
        // The usual build has all but this.
        "--features",
        "kafka",
    ]);
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    let built = build
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .expect("cargo runs");
    assert!(
        built.success() && bot.exists(),
        "{} can't be built",
        bot.display()
    );
    bot
}
