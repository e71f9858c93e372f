//! How a console is set up.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::models::Models;

/// How a console is set up.
#[derive(Clone)]
pub struct Setup {
    /// Print one JSON object a reply.
    pub json: bool,
    /// The file that remembers what was typed.
    pub history: PathBuf,
    /// The file that remembers messages and their buttons; one for each database.
    pub messages: PathBuf,
    /// The directory that files are saved in.
    pub files: PathBuf,
    /// The person's own directory, for `~`.
    pub home: Option<PathBuf>,
    /// What reading photos takes, where the person can have it fetched.
    pub models: Option<Arc<dyn Models>>,
}

impl Setup {
    /// Text for people, with every file of its own in this directory.
    #[must_use]
    pub fn at(directory: &Path) -> Self {
        Self {
            json: false,
            history: directory.join("history"),
            messages: directory.join("messages.json"),
            files: directory.to_owned(),
            home: std::env::home_dir(),
            models: None,
        }
    }
}
