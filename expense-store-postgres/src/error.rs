//! What can go wrong with the database, in words that say what to do.

use expense_core::memory::column::Unknown;
use expense_core::ports::error::{Fault, PortError};

use crate::tls;

/// Why a database can't be used as the store. None of it shows the URL: that holds a password.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL can't be read.
    #[error(
        "DATABASE_URL is no PostgreSQL URL: write it as postgres://USER:PASSWORD@HOST:PORT/DATABASE"
    )]
    Url,
    /// Nobody answers there.
    #[error(
        "the PostgreSQL server of DATABASE_URL can't be reached ({0}): check its host and port, \
         and that it runs and lets this machine in"
    )]
    Unreachable(String),
    /// The server does not know this user or this password, or lets it in from elsewhere only.
    #[error(
        "PostgreSQL refuses the user of DATABASE_URL: check the user name, the password and the \
         server's pg_hba.conf"
    )]
    Credentials,
    /// There is no such database.
    #[error(
        "the database that DATABASE_URL names does not exist: create it (createdb NAME) or name \
         another one"
    )]
    Missing,
    /// The encrypted connection failed.
    #[error("PostgreSQL and DATABASE_URL don't agree on encryption: {0}")]
    Encryption(&'static str),
    /// The user may connect and not do what is needed.
    #[error(
        "the user of DATABASE_URL lacks rights: let the owner of the database run \
         `expense-bot migrate`, and grant SELECT, INSERT, UPDATE and DELETE on its tables and \
         USAGE on its sequences"
    )]
    Denied,
    /// A newer version of this program wrote the database.
    #[error(
        "the database of DATABASE_URL was written by a newer version (schema {found}, this one \
         knows {known}): update this program, the database was left untouched"
    )]
    Newer {
        /// The schema of the database.
        found: i64,
        /// The newest schema that this program knows.
        known: i64,
    },
    /// Its schema was changed by other hands.
    #[error(
        "the schema of the database of DATABASE_URL is not the one that this program made: \
         restore a backup, or name another database"
    )]
    Changed,
    /// The server takes no more connections, or starts, stops, or is only read from.
    #[error(
        "the PostgreSQL server of DATABASE_URL takes no work now ({0}): try again, and check its \
         max_connections and that the URL names the primary"
    )]
    Busy(&'static str),
    /// Others use the database while it must be left alone.
    #[error(
        "the database of DATABASE_URL is in use: stop every instance of the bot, and run this \
         again; nothing was changed"
    )]
    InUse,
    /// It is no standby.
    #[error(
        "the PostgreSQL server of DATABASE_URL is no standby: name servers that stream from the \
         primary, and not the primary itself"
    )]
    NoStandby,
    /// It holds other data than the primary.
    #[error(
        "the PostgreSQL server of DATABASE_URL is a standby of another primary (its system \
         identifier differs): name one that streams from the primary"
    )]
    Stranger,
    /// There is no room on its disk.
    #[error("the disk of the PostgreSQL server of DATABASE_URL is full: free some space there")]
    Full,
    /// The server refused something else.
    #[error("the PostgreSQL server of DATABASE_URL refused a statement (SQLSTATE {0})")]
    Other(String),
}

/// What can go wrong while the store runs. It quotes no data, so that it may be logged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    #[error("PostgreSQL can't be reached: check that it runs (DATABASE_URL)")]
    Unreachable,
    #[error("PostgreSQL did not answer in time")]
    Silent,
    #[error("PostgreSQL takes no work now: {0}; this is tried again")]
    Busy(&'static str),
    #[error("the commit met another of its kind (SQLSTATE {0}); this is tried again")]
    Conflict(String),
    #[error("the disk of the PostgreSQL server is full: free some space there")]
    Full,
    #[error("PostgreSQL refuses the user of DATABASE_URL (SQLSTATE {0}): check its rights")]
    Denied(String),
    #[error("PostgreSQL refuses the user or the password of DATABASE_URL")]
    Credentials,
    #[error("the database that DATABASE_URL names does not exist")]
    Missing,
    #[error("PostgreSQL and DATABASE_URL don't agree on encryption: {0}")]
    Encryption(&'static str),
    #[error("the database holds a {0} that this version does not understand")]
    Unknown(&'static str),
    #[error("PostgreSQL reports damaged data (SQLSTATE {0}): restore a backup")]
    Damaged(String),
    #[error(
        "a server of DATABASE_REPLICA_URLS is no standby: name those that stream from the primary"
    )]
    NoStandby,
    #[error("the store was closed")]
    Closed,
    #[error("PostgreSQL refused a statement (SQLSTATE {0})")]
    Refused(String),
}

impl Failure {
    /// The codes of <https://www.postgresql.org/docs/current/errcodes-appendix.html>; the first two
    /// signs are the class.
    pub(crate) fn by_code(code: &str) -> Self {
        match code {
            "40001" | "40P01" | "23505" => Self::Conflict(code.to_owned()),
            // A fail-over left us with a server that is only read from.
            "25006" => Self::Busy("it is no primary"),
            "53300" => Self::Busy("it has no connection left"),
            "55P03" | "57014" => Self::Busy("a statement waited too long"),
            "57P01" | "57P02" | "57P03" | "57P05" | "25P03" => Self::Unreachable,
            "53100" => Self::Full,
            "53200" | "53000" => Self::Busy("it has no memory left"),
            "28000" | "28P01" => Self::Credentials,
            "3D000" => Self::Missing,
            "42501" => Self::Denied(code.to_owned()),
            _ => match code.get(..2) {
                Some("08") => Self::Unreachable,
                Some("XX" | "58") => Self::Damaged(code.to_owned()),
                _ => Self::Refused(code.to_owned()),
            },
        }
    }

    /// Whether one commit of a batch may be to blame while the others are sound, or whether they
    /// only were in each other's way.
    pub(crate) fn may_be_one_members(&self) -> bool {
        matches!(
            self,
            Self::Refused(_) | Self::Unknown(_) | Self::Full | Self::Conflict(_)
        )
    }

    /// Whether the connection is of no use any more: it is gone, its answer may come yet, or it
    /// leads to a server that is no primary now.
    pub(crate) fn ends_connection(&self) -> bool {
        !matches!(
            self,
            Self::Refused(_) | Self::Unknown(_) | Self::Conflict(_) | Self::Full
        )
    }

    /// The same as an error of this port's operation.
    pub(crate) fn during(self, port: &'static str, operation: &'static str) -> PortError {
        let fault = match &self {
            Self::Busy(_) | Self::Conflict(_) => Fault::Busy { retry_after: None },
            Self::Full => Fault::Full,
            Self::Unreachable | Self::Silent | Self::Closed => Fault::Unavailable,
            Self::Denied(_)
            | Self::Credentials
            | Self::Missing
            | Self::Encryption(_)
            | Self::NoStandby => Fault::Denied,
            Self::Damaged(_) | Self::Unknown(_) => Fault::Corrupt,
            Self::Refused(_) => Fault::Bug,
        };
        PortError::new(port, operation, fault).because(self)
    }

    /// The same as an error of a replica, which names its own variable.
    pub(crate) fn of_replica(self, operation: &'static str) -> PortError {
        let words = self.to_string();
        let words = words.replace("DATABASE_URL", "DATABASE_REPLICA_URLS");
        let PortError { fault, .. } = self.during("replica", operation);
        PortError::new("replica", operation, fault).because(words)
    }

    /// The same as the reason why the database can't be opened.
    pub(crate) fn opening(self) -> OpenError {
        match self {
            Self::Unreachable | Self::Silent | Self::Closed => {
                OpenError::Unreachable(self.to_string())
            }
            Self::Busy(reason) => OpenError::Busy(reason),
            Self::NoStandby => OpenError::NoStandby,
            Self::Full => OpenError::Full,
            Self::Denied(_) => OpenError::Denied,
            Self::Credentials => OpenError::Credentials,
            Self::Missing => OpenError::Missing,
            Self::Encryption(reason) => OpenError::Encryption(reason),
            Self::Unknown(_) => OpenError::Changed,
            Self::Damaged(code) | Self::Conflict(code) | Self::Refused(code) => {
                OpenError::Other(code)
            }
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
        if let Some(reason) = tls::reason(&error) {
            return Self::Encryption(reason);
        }
        match error {
            sqlx::Error::Database(error) => {
                Self::by_code(error.code().as_deref().unwrap_or_default())
            }
            sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => {
                Self::Unreachable
            }
            sqlx::Error::PoolTimedOut => Self::Busy("every connection is in use"),
            sqlx::Error::PoolClosed => Self::Closed,
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => Self::Unknown("value"),
            _ => Self::Refused(String::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::serialization("40001", true)]
    #[case::deadlock("40P01", true)]
    #[case::fail_over("25006", true)]
    #[case::admin_shutdown("57P01", true)]
    #[case::crash_shutdown("57P02", true)]
    #[case::starting("57P03", true)]
    #[case::too_many_connections("53300", true)]
    #[case::disk_full("53100", true)]
    #[case::lock_timeout("55P03", true)]
    #[case::statement_timeout("57014", true)]
    #[case::connection_failure("08006", true)]
    #[case::no_rights("42501", false)]
    #[case::wrong_password("28P01", false)]
    #[case::missing_database("3D000", false)]
    #[case::damaged_index("XX002", false)]
    #[case::broken_rule("23514", false)]
    fn what_passes_is_tried_again(#[case] code: &str, #[case] transient: bool) {
        let error = Failure::by_code(code).during("store", "commit");
        assert_eq!(error.is_transient(), transient, "{code}");
    }
}
