//! The files of `deploy/`: their own checkers take them, and what they say to the program is what
//! it knows. No container engine runs here.

mod checkers;
mod compose;
mod dockerfile;
mod kubernetes;
mod program;
mod replica;
mod scripts;
mod systemd;

use std::path::{Path, PathBuf};

/// The root of the repository.
fn root() -> &'static Path {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("the tests are in the repository")
}

/// A file or folder of `deploy/`.
fn deploy(path: &str) -> PathBuf {
    root().join("deploy").join(path)
}

fn read(path: impl AsRef<Path>) -> String {
    let path = path.as_ref();
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The longest time from the signal to the end, in seconds: what was accepted is finished.
fn ending() -> u64 {
    expense_core::domain::limits::SHUTDOWN.as_secs()
}

/// The secrets as `deploy/secrets.sh` makes them.
fn secrets() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let made = std::process::Command::new("sh")
        .arg(deploy("secrets.sh"))
        .arg(folder.path())
        .env("TELEGRAM_BOT_TOKEN", "123456:ABC-DEF")
        .status();
    assert!(
        made.is_ok_and(|status| status.success()),
        "secrets.sh fails"
    );
    folder
}
