//! What can be wrong with an archive, in words that say what to do.

use std::io;
use std::path::{Path, PathBuf};

/// Why an archive can't be written or read. Nothing of it is left behind, and nothing of what is
/// in it is quoted.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// There is no such file.
    #[error("{0} is not there: check the path")]
    Missing(PathBuf),
    /// There is a file already.
    #[error("{0} exists already: name another file")]
    Exists(PathBuf),
    /// It is something else.
    #[error("{0} belongs to another program: name a file that `expense-bot backup` wrote")]
    Foreign(PathBuf),
    /// A newer version of this program wrote it.
    #[error(
        "{path} was written by a newer version (format {found}, this one knows {known}): update \
         this program"
    )]
    Newer {
        /// The archive.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The newest format that this program knows.
        known: u32,
    },
    /// Its end is missing.
    #[error("{0} ends too early: it was not written or copied whole, use another backup")]
    Truncated(PathBuf),
    /// What it holds is not what was written.
    #[error("{path} is damaged ({what}): use another backup")]
    Damaged {
        /// The archive.
        path: PathBuf,
        /// How that shows.
        what: &'static str,
    },
    /// There is no room for it.
    #[error("the disk of {0} is full: free some space, or name a file on another disk")]
    Full(PathBuf),
    /// Another backup into the same directory is running.
    #[error("another backup writes into {0}: wait until it is done")]
    Busy(PathBuf),
    /// The machine refused.
    #[error("{path} can't be {verb}: {reason}")]
    File {
        /// The file.
        path: PathBuf,
        /// What was tried.
        verb: &'static str,
        /// What the machine said.
        reason: String,
    },
}

impl ArchiveError {
    pub(crate) fn damaged(path: &Path, what: &'static str) -> Self {
        let path = path.to_owned();
        Self::Damaged { path, what }
    }

    /// Why a file can't be written.
    pub(crate) fn writing(path: &Path, error: &io::Error) -> Self {
        let reason = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                return Self::Full(path.to_owned());
            }
            io::ErrorKind::NotFound => "its folder is not there".to_owned(),
            kind => kind.to_string(),
        };
        Self::File {
            path: path.to_owned(),
            verb: "written",
            reason,
        }
    }

    /// Why a file can't be read.
    pub(crate) fn reading(path: &Path, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Missing(path.to_owned()),
            io::ErrorKind::UnexpectedEof => Self::Truncated(path.to_owned()),
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
                Self::damaged(path, "its compressed content is not as it was written")
            }
            kind => Self::File {
                path: path.to_owned(),
                verb: "read",
                reason: kind.to_string(),
            },
        }
    }
}
