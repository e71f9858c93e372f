//! Why a subcommand ended early, in words for whoever typed it.

use std::io;

use expense_ocr_local::ModelsError;
use expense_store_sqlite::{BackupError, OpenError};

use crate::config::ConfigError;

/// Why a subcommand ended early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The configuration has mistakes.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// What was asked for can't be done by this build or in this place.
    #[error("{0}")]
    Refused(String),
    /// The chat ended before its last message was answered.
    #[error(
        "the last message could not be answered: see /last, and send it again if it is missing"
    )]
    Unfinished,
    /// The database can't be used.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// There is no copy.
    #[error(transparent)]
    Copy(#[from] BackupError),
    /// The local reader's models can't be used.
    #[error(transparent)]
    Models(#[from] ModelsError),
    /// Reading or writing failed.
    #[error("input or output failed: {0}")]
    Io(#[from] io::Error),
}

impl Failure {
    /// Whether whoever reads the output has left: no failure to speak of.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Io(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// 2 for what another command line or configuration mends, 1 for anything else.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) | Self::Refused(_) => 2,
            Self::Unfinished | Self::Open(_) | Self::Copy(_) | Self::Models(_) | Self::Io(_) => 1,
        }
    }
}
