//! Why the database can't be handed out or filled as a whole.

use crate::error::{Failure, OpenError};

/// Why there is no copy. The database is as it was.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The database can't be used.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// There is nothing to hand out.
    #[error(
        "the database of DATABASE_URL holds no ledgers: check its name, or start the bot on it first"
    )]
    Nothing,
    /// An earlier version of this program wrote it.
    #[error(
        "the database of DATABASE_URL was written by an earlier version: run `expense-bot migrate` \
         first"
    )]
    Outdated,
    /// There is something already.
    #[error(
        "the database of DATABASE_URL holds ledgers already: name another database, or say \
         --replace to give them up"
    )]
    NotEmpty,
    /// Others hold its tables.
    #[error(
        "the database of DATABASE_URL is in use: stop every program that uses it, then try again"
    )]
    InUse,
    /// Only its owner may fill it.
    #[error(
        "the user of DATABASE_URL may not replace its tables: restore as the owner of the database"
    )]
    NotOwner,
}

impl From<Failure> for CopyError {
    fn from(failure: Failure) -> Self {
        Self::Open(failure.opening())
    }
}
