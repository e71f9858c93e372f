//! The local reader's models, which are not in the repository.

use std::path::PathBuf;

use crate::shell::{Result, TaskError, cargo, output};

/// The directory with the models, fetched if need be.
pub(crate) fn ensure() -> Result<PathBuf> {
    let printed = output(&mut cargo(&[
        "run",
        "--quiet",
        "-p",
        "expense-bot",
        "--",
        "models",
    ]))?;
    // The last line names the directory.
    let directory = printed
        .lines()
        .last()
        .map(|line| PathBuf::from(line.trim()));
    directory
        .filter(|directory| directory.is_dir())
        .ok_or_else(|| TaskError::Wrong("expense-bot models names no directory".to_owned()))
}
