//! What can go wrong with the file, in words that say what to do.

use std::path::PathBuf;

use expense_core::memory::column::Unknown;
use expense_core::ports::error::{Fault, PortError};

/// Why a file can't be used as the store. The file is as it was.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder of the file can't be made.
    #[error("the folder of {0} can't be made: check the path and its permissions")]
    Folder(PathBuf),
    /// There is something else at this path.
    #[error("{0} is a folder: name a file in it")]
    NotAFile(PathBuf),
    /// The file or its folder can't be written.
    #[error(
        "{0} can't be written: give this user the right to write the file and its folder, \
         or name another file"
    )]
    ReadOnly(PathBuf),
    /// The file is no database, or that of another program.
    #[error("{0} belongs to another program: name another file, it was left untouched")]
    Foreign(PathBuf),
    /// A newer version of this program wrote the file.
    #[error(
        "{path} was written by a newer version (schema {found}, this one knows {known}): \
         update this program, the file was left untouched"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The newest schema that this program knows.
        known: i64,
    },
    /// Another program holds the file.
    #[error("{0} is being written by another program: wait until it is done, then try again")]
    Locked(PathBuf),
    /// There is no room on the disk.
    #[error("the disk of {0} is full: free some space, then try again")]
    Full(PathBuf),
    /// The file is damaged.
    #[error("{0} is damaged: keep it aside and restore a backup")]
    Corrupt(PathBuf),
    /// The machine reported something else.
    #[error("{path} can't be opened: {reason}")]
    Other {
        /// The file.
        path: PathBuf,
        /// What the machine said.
        reason: String,
    },
}

/// What can go wrong while the store runs. It quotes no data, so that it may be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    #[error("another program is writing to the database file: this is tried again")]
    Locked,
    #[error("the disk of the database file is full: free some space")]
    Full,
    #[error("the database file can't be reached (code {0}): check the disk")]
    Unreachable(i32),
    #[error("the database file can't be written: give this user the right to write it")]
    ReadOnly,
    #[error("the database file is damaged: keep it aside and restore a backup")]
    Damaged,
    #[error("the database file holds a {0} that this version does not understand")]
    Unknown(&'static str),
    #[error("the store was closed")]
    Closed,
    #[error("the database refused a statement (code {0})")]
    Refused(i32),
}

impl Failure {
    /// Whether one commit of a batch may be to blame while the others are sound.
    pub(crate) fn may_be_one_members(self) -> bool {
        matches!(self, Self::Refused(_) | Self::Unknown(_) | Self::Full)
    }

    /// The same as an error of this port's operation.
    pub(crate) fn during(self, port: &'static str, operation: &'static str) -> PortError {
        let fault = match self {
            Self::Locked => Fault::Busy { retry_after: None },
            Self::Full => Fault::Full,
            Self::Unreachable(_) | Self::Closed => Fault::Unavailable,
            Self::ReadOnly => Fault::Denied,
            Self::Damaged | Self::Unknown(_) => Fault::Corrupt,
            Self::Refused(_) => Fault::Bug,
        };
        PortError::new(port, operation, fault).because(self)
    }

    /// The same as the reason why this file can't be opened.
    pub(crate) fn opening(self, path: PathBuf) -> OpenError {
        match self {
            Self::Locked => OpenError::Locked(path),
            Self::Full => OpenError::Full(path),
            Self::ReadOnly => OpenError::ReadOnly(path),
            Self::Damaged | Self::Unknown(_) => OpenError::Corrupt(path),
            Self::Unreachable(_) | Self::Closed | Self::Refused(_) => OpenError::Other {
                path,
                reason: self.to_string(),
            },
        }
    }
}

impl From<Unknown> for Failure {
    fn from(Unknown(kind): Unknown) -> Self {
        Self::Unknown(kind)
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) => error
                .code()
                .and_then(|code| code.parse().ok())
                .map_or(Self::Refused(0), by_code),
            sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed => Self::Unreachable(0),
            sqlx::Error::PoolTimedOut => Self::Locked,
            sqlx::Error::PoolClosed => Self::Closed,
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => Self::Unknown("value"),
            _ => Self::Refused(0),
        }
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        match error {
            rusqlite::Error::SqliteFailure(error, _) => by_code(error.extended_code),
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..) => Self::Unknown("value"),
            _ => Self::Refused(0),
        }
    }
}

/// The result codes of <https://sqlite.org/rescode.html>; the low byte is the primary one.
fn by_code(code: i32) -> Failure {
    const SQLITE_BUSY: i32 = 5;
    const SQLITE_LOCKED: i32 = 6;
    const SQLITE_READONLY: i32 = 8;
    const SQLITE_IOERR: i32 = 10;
    const SQLITE_CORRUPT: i32 = 11;
    const SQLITE_FULL: i32 = 13;
    const SQLITE_CANTOPEN: i32 = 14;
    const SQLITE_NOTADB: i32 = 26;
    // There was no room for the index of the write-ahead log.
    const SQLITE_IOERR_SHMSIZE: i32 = SQLITE_IOERR | (19 << 8);
    match code & 0xff {
        SQLITE_BUSY | SQLITE_LOCKED => Failure::Locked,
        SQLITE_READONLY => Failure::ReadOnly,
        SQLITE_CORRUPT | SQLITE_NOTADB => Failure::Damaged,
        SQLITE_FULL => Failure::Full,
        _ if code == SQLITE_IOERR_SHMSIZE => Failure::Full,
        SQLITE_IOERR | SQLITE_CANTOPEN => Failure::Unreachable(code),
        _ => Failure::Refused(code),
    }
}
