//! What can go wrong with the broker, in words that say what to do.

use std::io::ErrorKind::InvalidData;

use expense_core::ports::error::{Fault, PortError};
use lapin::protocol::{AMQPErrorKind, AMQPHardError, AMQPSoftError};
use lapin::{Error, ErrorKind};

/// The port, in errors.
const PORT: &str = "queue";

/// Why a broker can't be used. None of it shows the URL: that holds a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The URL can't be read.
    #[error(
        "AMQP_URL is no URL of a broker: write it as amqp://USER:PASSWORD@HOST:PORT/VHOST, or \
         amqps:// for TLS; between the nodes of a cluster goes a comma"
    )]
    Url,
    /// It wants TLS, which this build does not know.
    #[error("AMQP_URL begins with amqps://, which needs a build with the feature amqps")]
    Tls,
    /// Certificates for a connection that is not encrypted.
    #[error("AMQP_URL names files for TLS and begins with amqp://: write amqps://")]
    Plain,
    /// A certificate of ours without its key, or the other way round.
    #[error("AMQP_URL names one of certfile and keyfile: name both, or neither")]
    Files,
    /// A file of the URL can't be read.
    #[error(
        "a file that cacertfile, certfile or keyfile of AMQP_URL names can't be read: check its \
         path and its rights"
    )]
    NoFile,
    /// There is no encrypted connection that could be trusted.
    #[error(
        "no trusted TLS with the broker of AMQP_URL: name the certificate of its authority by \
         amqps://HOST:5671/VHOST?cacertfile=/path/ca.pem, use the host's name that the broker's \
         certificate is for, and its port for TLS; where it asks for a certificate, name certfile and \
         keyfile, too"
    )]
    Untrusted,
    /// The settings would not keep queues apart.
    #[error(
        "the prefix of the queues must have 1 to 64 letters, digits, - and _, and there are 1 to \
         1,024 partitions"
    )]
    Settings,
    /// Nobody answers there.
    #[error(
        "the broker of AMQP_URL can't be reached: check its host and port, and that it runs and \
         lets this machine in"
    )]
    Unreachable,
    /// The broker does not know this user, this password or this virtual host, or allows too little.
    #[error(
        "RabbitMQ refuses the user of AMQP_URL: check the user, the password and the virtual host, \
         and grant it to configure, write and read: rabbitmqctl set_permissions -p VHOST USER '.*' \
         '.*' '.*'"
    )]
    Denied,
    /// There are queues of this name already, of another kind.
    #[error(
        "RabbitMQ has queues of these names that were made otherwise: use another virtual host in \
         AMQP_URL, or delete them once they are empty"
    )]
    Different,
    /// It takes nothing now.
    #[error(
        "RabbitMQ takes no messages now: it is short of disk or memory; see rabbitmqctl status"
    )]
    Blocked,
    /// It refused something else.
    #[error("RabbitMQ refused what it was asked ({0}): it must be of version 3.10 or newer")]
    Other(String),
}

/// What can go wrong while it runs. It quotes no data, so that it may be logged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    #[error("RabbitMQ can't be reached: check that it runs (AMQP_URL)")]
    Unreachable,
    #[error("no trusted TLS with RabbitMQ: check cacertfile and the host in AMQP_URL")]
    Untrusted,
    #[error("a file that AMQP_URL names can't be read")]
    NoFile,
    #[error("RabbitMQ did not answer in time")]
    Silent,
    #[error("RabbitMQ takes nothing now: it is short of disk or memory")]
    Blocked,
    #[error("RabbitMQ did not take it: too much waits already, or a node has just died")]
    Full,
    #[error("RabbitMQ knows no queue for this; it is made anew")]
    NoRoute,
    #[error("RabbitMQ refuses the user of AMQP_URL: check its password and rights")]
    Denied,
    #[error("RabbitMQ has a queue of this name that was made otherwise")]
    Different,
    #[error("an update can't be written as a message")]
    Unwritable,
    #[error("RabbitMQ refused what it was asked ({0})")]
    Refused(String),
}

impl Failure {
    /// The same as an error of this operation.
    pub(crate) fn during(self, operation: &'static str) -> PortError {
        let fault = match &self {
            Self::Blocked | Self::Full => Fault::Busy { retry_after: None },
            Self::Unreachable | Self::Untrusted | Self::NoFile | Self::Silent | Self::NoRoute => {
                Fault::Unavailable
            }
            Self::Denied => Fault::Denied,
            Self::Different | Self::Unwritable | Self::Refused(_) => Fault::Bug,
        };
        PortError::new(PORT, operation, fault).because(self)
    }

    /// The same as the reason why the broker can't be used.
    pub(crate) fn opening(self) -> OpenError {
        match self {
            Self::Unreachable | Self::Silent => OpenError::Unreachable,
            Self::Blocked | Self::Full => OpenError::Blocked,
            Self::Untrusted => OpenError::Untrusted,
            Self::NoFile => OpenError::NoFile,
            Self::Denied => OpenError::Denied,
            Self::Different => OpenError::Different,
            Self::NoRoute => OpenError::Other("no route".to_owned()),
            Self::Unwritable => OpenError::Other("unwritable".to_owned()),
            Self::Refused(code) => OpenError::Other(code),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let said = match error.kind() {
            ErrorKind::ProtocolError(said) => said,
            // What a handshake fails by: a certificate, or what is no handshake at all.
            ErrorKind::IOError(error) if error.kind() == InvalidData => return Self::Untrusted,
            _ => return Self::Unreachable,
        };
        match said.kind() {
            AMQPErrorKind::Soft(AMQPSoftError::ACCESSREFUSED)
            | AMQPErrorKind::Hard(AMQPHardError::NOTALLOWED) => Self::Denied,
            AMQPErrorKind::Soft(AMQPSoftError::NOTFOUND) => Self::NoRoute,
            AMQPErrorKind::Soft(AMQPSoftError::PRECONDITIONFAILED) => Self::Different,
            AMQPErrorKind::Hard(
                AMQPHardError::CONNECTIONFORCED
                | AMQPHardError::RESOURCEERROR
                | AMQPHardError::INTERNALERROR,
            ) => Self::Unreachable,
            // The number is the protocol's own, not what was asked.
            _ => Self::Refused(said.get_id().to_string()),
        }
    }
}
