//! The one error of all ports.

use std::error::Error;
use std::fmt;
use std::time::Duration;

/// What every port answers with.
pub type Result<T> = std::result::Result<T, PortError>;

/// What went wrong behind a port, in the only terms that decorators and the worker act on.
///
/// Its `Display` names port, operation and fault, never a user's text, amount, name or id and
/// never a secret: adapters keep those out of `source`, too.
#[derive(Debug)]
pub struct PortError {
    /// Which port, for example `"store"`.
    pub port: &'static str,
    /// Which of its operations, for example `"commit"`.
    pub operation: &'static str,
    /// What follows from it.
    pub fault: Fault,
    /// What the adapter met.
    pub source: Option<Box<dyn Error + Send + Sync>>,
}

/// What follows from an error. The first three are worth another try, the others are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It works, but not now: a limit, a lock, a full queue.
    Busy {
        /// When the other side said it would be free, if it did.
        retry_after: Option<Duration>,
    },
    /// There is no room left where it keeps things: somebody must make some. Nothing was written.
    Full,
    /// It can't be reached or did not answer in time; whether it acted is unknown.
    Unavailable,
    /// It refuses for good: credentials, permissions, a read-only file.
    Denied,
    /// What it holds can't be understood.
    Corrupt,
    /// The caller or the adapter broke the contract.
    Bug,
}

impl Fault {
    /// It in one word, for metrics.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Busy { .. } => "busy",
            Self::Full => "full",
            Self::Unavailable => "unavailable",
            Self::Denied => "denied",
            Self::Corrupt => "corrupt",
            Self::Bug => "bug",
        }
    }
}

impl PortError {
    /// An error without a source.
    #[must_use]
    pub fn new(port: &'static str, operation: &'static str, fault: Fault) -> Self {
        Self {
            port,
            operation,
            fault,
            source: None,
        }
    }

    /// The same error with what caused it.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Whether everybody is kept waiting by it, and it goes on once somebody has mended it: the
    /// other side is gone, is full or lets nobody in.
    #[must_use]
    pub fn is_outage(&self) -> bool {
        matches!(self.fault, Fault::Full | Fault::Unavailable | Fault::Denied)
    }

    /// Whether the same call may succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(
            self.fault,
            Fault::Busy { .. } | Fault::Full | Fault::Unavailable
        )
    }
}

impl fmt::Display for PortError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            port,
            operation,
            fault,
            ..
        } = self;
        match fault {
            Fault::Busy {
                retry_after: Some(wait),
            } => {
                write!(
                    f,
                    "{port}: {operation} is busy for {} more ms",
                    wait.as_millis()
                )
            }
            Fault::Busy { retry_after: None } => write!(f, "{port}: {operation} is busy"),
            Fault::Full => write!(f, "{port}: {operation} found no room left"),
            Fault::Unavailable => write!(f, "{port}: {operation} got no answer"),
            Fault::Denied => write!(f, "{port}: {operation} was denied"),
            Fault::Corrupt => write!(f, "{port}: {operation} met data it can't understand"),
            Fault::Bug => write!(f, "{port}: {operation} broke its contract"),
        }
    }
}

impl Error for PortError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn Error + 'static))
    }
}
