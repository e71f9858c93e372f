//! What can go wrong with the brokers, in words that say what to do.

use expense_core::ports::error::{Fault, PortError};
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};

/// The port, in errors.
const PORT: &str = "queue";

/// Why brokers can't be used. None of it shows their addresses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The list of brokers can't be read.
    #[error("KAFKA_BROKERS is no list of brokers: write it as HOST:PORT,HOST:PORT")]
    Brokers,
    /// The settings would not keep topics apart.
    #[error(
        "the prefix of the topics must have 1 to 64 letters, digits, - and _, there are 1 to 1,024 \
         partitions, and a worker holds at least one update of each"
    )]
    Settings,
    /// Nobody answers there.
    #[error(
        "no broker of KAFKA_BROKERS can be reached: check the hosts and ports, that they run and \
         let this machine in without TLS"
    )]
    Unreachable,
    /// The brokers allow too little.
    #[error(
        "Kafka refuses this program: allow it to create, read and write the topics, and to read the \
         group, whose names begin with the prefix (expense)"
    )]
    Denied,
    /// There are topics of this name already, made otherwise.
    #[error(
        "Kafka has topics of these names with another number of partitions: use other brokers in \
         KAFKA_BROKERS, or delete the topics once nothing waits in them"
    )]
    Different,
    /// It refused something else.
    #[error("Kafka refused what it was asked ({0}): it must be of version 2.4 or newer")]
    Other(String),
}

/// What can go wrong while it runs. It quotes no data, so that it may be logged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    #[error("Kafka can't be reached: check that it runs (KAFKA_BROKERS)")]
    Unreachable,
    #[error("Kafka did not answer in time")]
    Silent,
    #[error("too many updates wait to be sent to Kafka")]
    Full,
    #[error("Kafka knows no topic for this; it is made anew")]
    NoTopic,
    #[error("Kafka refuses this program: check its rights on topics and groups")]
    Denied,
    #[error("Kafka has topics of these names with another number of partitions")]
    Different,
    #[error("an update can't be written as a message, or it is too large for Kafka")]
    Unwritable,
    #[error("Kafka refused what it was asked ({0})")]
    Refused(String),
}

impl Failure {
    /// The same as an error of this operation.
    pub(crate) fn during(self, operation: &'static str) -> PortError {
        let fault = match &self {
            Self::Full => Fault::Busy { retry_after: None },
            Self::Unreachable | Self::Silent | Self::NoTopic => Fault::Unavailable,
            Self::Denied => Fault::Denied,
            Self::Different | Self::Unwritable | Self::Refused(_) => Fault::Bug,
        };
        PortError::new(PORT, operation, fault).because(self)
    }

    /// The same as the reason why the brokers can't be used.
    pub(crate) fn opening(self) -> OpenError {
        match self {
            Self::Unreachable | Self::Silent | Self::Full => OpenError::Unreachable,
            Self::Denied => OpenError::Denied,
            Self::Different => OpenError::Different,
            Self::NoTopic => OpenError::Other("no topic".to_owned()),
            Self::Unwritable => OpenError::Other("unwritable".to_owned()),
            Self::Refused(code) => OpenError::Other(code),
        }
    }
}

impl From<KafkaError> for Failure {
    fn from(error: KafkaError) -> Self {
        if let KafkaError::AdminOp(code) = error {
            return code.into();
        }
        match error.rdkafka_error_code() {
            Some(code) => code.into(),
            None => Self::Refused("settings".to_owned()),
        }
    }
}

impl From<Code> for Failure {
    fn from(code: Code) -> Self {
        match code {
            Code::QueueFull => Self::Full,
            Code::UnknownTopic | Code::UnknownTopicOrPartition | Code::UnknownPartition => {
                Self::NoTopic
            }
            Code::TopicAuthorizationFailed
            | Code::GroupAuthorizationFailed
            | Code::ClusterAuthorizationFailed => Self::Denied,
            Code::MessageSizeTooLarge | Code::InvalidMessageSize => Self::Unwritable,
            Code::OperationTimedOut
            | Code::MessageTimedOut
            | Code::RequestTimedOut
            | Code::TimedOutQueue => Self::Silent,
            Code::BrokerTransportFailure
            | Code::AllBrokersDown
            | Code::Resolve
            | Code::NotEnoughReplicas
            | Code::NotEnoughReplicasAfterAppend
            | Code::LeaderNotAvailable
            | Code::NotLeaderForPartition
            | Code::NetworkException
            | Code::CoordinatorLoadInProgress
            | Code::CoordinatorNotAvailable
            | Code::NotCoordinator => Self::Unreachable,
            // The name is the protocol's own, not what was asked.
            other => Self::Refused(format!("{other:?}")),
        }
    }
}
