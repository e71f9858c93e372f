//! Other teams' checkers: `cargo xtask test` installs them.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// Python with the checkers beside it; says so where there is none.
pub(super) fn installed() -> Option<Checkers> {
    let python = std::env::var_os("JUDGES_PYTHON");
    if python.is_none() {
        eprintln!("NOT RUN: JUDGES_PYTHON is not set; `cargo xtask test` sets it");
    }
    Some(Checkers {
        python: PathBuf::from(python?),
    })
}

pub(super) struct Checkers {
    python: PathBuf,
}

impl Checkers {
    /// What this checker prints that is content. Panics with what it says otherwise.
    pub(super) fn run(
        &self,
        program: &str,
        arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
    ) -> String {
        let folder = self.python.parent().expect("a program is in a folder");
        succeed(Command::new(folder.join(program)).args(arguments), "")
    }

    /// The documents of a YAML text.
    pub(super) fn yaml(&self, text: &str) -> Vec<Value> {
        let script = "import json, sys, yaml; \
                      json.dump(list(yaml.safe_load_all(sys.stdin)), sys.stdout)";
        let json = succeed(Command::new(&self.python).args(["-c", script]), text);
        serde_json::from_str(&json).expect("it is JSON")
    }

    /// The only document of a YAML file.
    pub(super) fn document(&self, file: &Path) -> Value {
        let mut documents = self.yaml(&super::read(file));
        assert_eq!(documents.len(), 1, "{}", file.display());
        documents.remove(0)
    }
}

/// What a command prints that ends well on this input.
pub(super) fn succeed(command: &mut Command, input: &str) -> String {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let mut stdin = child.stdin.take().expect("it was asked for");
    let input = input.to_owned();
    let writing = std::thread::spawn(move || {
        // Who does not read is not told.
        let _ = stdin.write_all(input.as_bytes());
    });
    let output = child.wait_with_output().expect("it ends");
    writing.join().expect("it does not panic");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{command:?}: {}\n{said}{complained}",
        output.status
    );
    said
}
