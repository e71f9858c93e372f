//! Running other programs.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Why a task failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TaskError {
    #[error("`{0}` failed")]
    Failed(String),
    #[error("`{0}` can't be started: {1}")]
    NotStarted(String, io::Error),
    #[error("{0}")]
    Wrong(String),
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("unexpected output: {0}")]
    Output(#[from] serde_json::Error),
}

pub(crate) type Result<T = ()> = std::result::Result<T, TaskError>;

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_owned()
}

/// The cargo that runs this, started at the root.
pub(crate) fn cargo(args: &[&str]) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(args).current_dir(root());
    // What cargo tells this program about its package would be taken for a change of others: the
    // build scripts of `ring` and half of what stands on it would run again, here and outside.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

/// Runs it to a good end, its output being ours.
pub(crate) fn run(command: &mut Command) -> Result {
    eprintln!("+ {}", line(command));
    let status = command
        .status()
        .map_err(|e| TaskError::NotStarted(line(command), e))?;
    match status.success() {
        true => Ok(()),
        false => Err(TaskError::Failed(line(command))),
    }
}

/// Runs it to a good end and gives what it printed on standard output.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let out = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|e| TaskError::NotStarted(line(command), e))?;
    match out.status.success() {
        true => Ok(String::from_utf8_lossy(&out.stdout).into_owned()),
        false => Err(TaskError::Failed(line(command))),
    }
}

/// Whether this runs to a good end, silently.
pub(crate) fn works(command: &mut Command) -> bool {
    let quiet = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// The command as one would type it.
pub(crate) fn line(command: &Command) -> String {
    let program = Path::new(command.get_program())
        .file_name()
        .unwrap_or_default();
    let words = [program].into_iter().chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}
