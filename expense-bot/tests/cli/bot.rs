//! The program in a home of its own.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A home directory with nothing in it, and the program in it.
pub(crate) struct Bot {
    home: TempDir,
    variables: Vec<(String, String)>,
}

/// What the program said and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) code: Option<i32>,
}

impl Bot {
    pub(crate) fn new() -> Self {
        Self {
            home: tempfile::tempdir().unwrap(),
            variables: Vec::new(),
        }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Where the program keeps things by default.
    pub(crate) fn data(&self) -> PathBuf {
        self.home().join(".local/share/expense-bot")
    }

    /// The program, with this home and these variables as all of its environment.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_expense-bot"));
        let path = std::env::var_os("PATH").unwrap_or_default();
        command
            .args(args)
            .current_dir(self.home())
            .env_clear()
            .env("PATH", path);
        command
            .env("HOME", self.home())
            .envs(self.variables.iter().map(|(n, v)| (n, v)));
        command
    }

    pub(crate) fn start(&self, args: &[&str]) -> Child {
        let pipes = |command: &mut Command| {
            command
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
        };
        pipes(&mut self.command(args)).unwrap()
    }

    /// Runs it with this input to its end.
    pub(crate) fn run(&self, args: &[&str], input: impl AsRef<[u8]>) -> Said {
        let mut child = self.start(args);
        let input = input.as_ref().to_vec();
        let mut stdin = child.stdin.take().unwrap();
        // It may end without reading.
        let writer = std::thread::spawn(move || stdin.write_all(&input));
        let said = Said::from(child.wait_with_output().unwrap());
        let _ = writer.join();
        said
    }

    /// Chats line by line and gives what was said, every line of it.
    pub(crate) fn chat(&self, lines: &[&str]) -> Vec<String> {
        let said = self.run(&["console"], lines.join("\n"));
        assert_eq!(said.code, Some(0), "{said:?}");
        said.out.lines().map(str::to_owned).collect()
    }

    /// Chats in JSON and gives every reply.
    pub(crate) fn chat_json(&self, lines: &[&str]) -> Vec<Value> {
        let said = self.run(&["console", "--json"], lines.join("\n"));
        assert_eq!(said.code, Some(0), "{said:?}");
        objects(&said.out)
    }
}

/// One JSON object a line.
pub(crate) fn objects(out: &str) -> Vec<Value> {
    out.lines()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect()
}

/// The names of an object's fields.
pub(crate) fn fields(object: &Value) -> Vec<&str> {
    object
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code(),
        }
    }
}
