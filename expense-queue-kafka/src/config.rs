//! Where the brokers are and how they are used.

use std::fmt;
use std::time::Duration;

use expense_core::domain::limits;
use rdkafka::ClientConfig;
use secrecy::{ExposeSecret, SecretString};

use crate::error::OpenError;

/// The longest list of brokers, in bytes.
const LIST: usize = 4_096;
/// The longest prefix of names, in bytes.
const PREFIX: usize = 64;
/// Partitions that make sense: each costs the brokers files and every worker a bit of memory.
const MOST_PARTITIONS: u16 = 1_024;
/// Updates that wait in a process to be sent; beyond that it takes none.
const SENDING: &str = "10000";
/// What a worker reads ahead of a partition, and of all of them, in KiB.
const AHEAD_OF_ONE: &str = "256";
const AHEAD: &str = "16384";
/// A worker that is asked for a partition may take as long as a delivery, and this beyond.
const HANDOVER: Duration = Duration::from_secs(60);

/// How brokers are used.
#[derive(Clone)]
pub struct Config {
    brokers: SecretString,
    /// What the names of all topics and of the group begin with (`expense`): programs that share
    /// brokers have each its own. 1 to 64 letters, digits, `-` and `_`.
    pub prefix: String,
    /// Over how many partitions chats are spread (128), the same for all processes and for ever:
    /// who changes it begins under another prefix. 1 to 1,024.
    pub partitions: u16,
    /// On how many brokers each partition lies; the brokers' own setting when `None`.
    pub replication: Option<u16>,
    /// Updates of one partition that a worker holds at a time (64).
    pub prefetch: usize,
    /// Updates of one partition that wait aside, because their chat waits for another try, before
    /// the partition takes no more (1,000).
    pub aside: usize,
    /// How long the brokers may take to answer or to confirm (5 s).
    pub patience: Duration,
    /// After what silence a worker counts as dead (10 s; brokers allow 6 s to 30 min).
    pub session: Duration,
}

impl Config {
    /// The usual settings for the cluster that these brokers lead to, `HOST:PORT,HOST:PORT`.
    #[must_use]
    pub fn new(brokers: impl Into<String>) -> Self {
        Self {
            brokers: SecretString::from(brokers.into()),
            prefix: "expense".to_owned(),
            partitions: 128,
            replication: None,
            prefetch: 64,
            aside: 1_000,
            patience: Duration::from_secs(5),
            session: Duration::from_secs(10),
        }
    }

    pub(crate) fn verify(&self) -> Result<(), OpenError> {
        let list = self.brokers.expose_secret();
        if list.len() > LIST || !list.split(',').all(|broker| is_broker(broker.trim())) {
            return Err(OpenError::Brokers);
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let prefix = (1..=PREFIX).contains(&self.prefix.len()) && self.prefix.chars().all(plain);
        let partitions = (1..=MOST_PARTITIONS).contains(&self.partitions);
        if prefix && partitions && self.prefetch > 0 {
            Ok(())
        } else {
            Err(OpenError::Settings)
        }
    }

    /// For whoever looks or makes topics.
    pub(crate) fn client(&self) -> ClientConfig {
        let mut client = ClientConfig::new();
        client
            .set("bootstrap.servers", self.brokers.expose_secret())
            .set("client.id", "expense")
            .set(
                "socket.timeout.ms",
                millis(self.patience.max(Duration::from_secs(1))),
            )
            .set("socket.connection.setup.timeout.ms", millis(self.patience))
            .set("reconnect.backoff.max.ms", "5000")
            .set("allow.auto.create.topics", "false");
        client
    }

    /// For whoever writes: each record once, in order, on the disks of most brokers.
    pub(crate) fn producer(&self) -> ClientConfig {
        let mut client = self.client();
        client
            .set("enable.idempotence", "true")
            .set("acks", "all")
            .set("partitioner", "murmur2")
            .set("linger.ms", "1")
            .set("queue.buffering.max.messages", SENDING)
            .set("message.timeout.ms", millis(self.patience));
        client
    }

    /// For whoever takes part in the work.
    pub(crate) fn worker(&self) -> ClientConfig {
        let mut client = self.client();
        client
            .set("group.id", format!("{}.workers", self.prefix))
            .set("partition.assignment.strategy", "cooperative-sticky")
            .set("enable.auto.commit", "false")
            .set("auto.offset.reset", "earliest")
            .set("queued.min.messages", "1000")
            .set("queued.max.messages.kbytes", AHEAD)
            .set("fetch.message.max.bytes", (1 << 20).to_string())
            .set("fetch.wait.max.ms", "100")
            .set("session.timeout.ms", millis(self.session))
            .set("heartbeat.interval.ms", millis(self.session / 10))
            .set("max.poll.interval.ms", millis(limits::DELIVERY + HANDOVER));
        client
    }

    /// For whoever reads something to its end.
    pub(crate) fn reader(&self) -> ClientConfig {
        let mut client = self.client();
        client
            .set("group.id", format!("{}.readers", self.prefix))
            .set("enable.auto.commit", "false")
            .set("enable.partition.eof", "true")
            .set("auto.offset.reset", "earliest")
            .set("queued.max.messages.kbytes", AHEAD_OF_ONE)
            .set("fetch.wait.max.ms", "10");
        client
    }
}

fn millis(duration: Duration) -> String {
    duration.as_millis().to_string()
}

fn is_broker(broker: &str) -> bool {
    let Some((host, port)) = broker.rsplit_once(':') else {
        return false;
    };
    !host.is_empty() && !host.contains(['/', '@']) && port.parse::<u16>().is_ok_and(|port| port > 0)
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("prefix", &self.prefix)
            .field("partitions", &self.partitions)
            .field("prefetch", &self.prefetch)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::one("localhost:9092", Ok(()))]
    #[case::several("kafka-1:9092, [::1]:9093", Ok(()))]
    #[case::nothing("", Err(OpenError::Brokers))]
    #[case::no_port("kafka-1", Err(OpenError::Brokers))]
    #[case::a_wrong_port("kafka-1:0", Err(OpenError::Brokers))]
    #[case::a_url("kafka://kafka-1:9092", Err(OpenError::Brokers))]
    #[case::an_end_too_many("kafka-1:9092,", Err(OpenError::Brokers))]
    fn brokers_are_named_by_host_and_port(
        #[case] brokers: &str,
        #[case] expected: Result<(), OpenError>,
    ) {
        assert_eq!(Config::new(brokers).verify(), expected);
    }

    #[rstest]
    #[case::a_dot("a.b", 128)]
    #[case::no_prefix("", 128)]
    #[case::no_partition("expense", 0)]
    #[case::too_many("expense", 1_025)]
    fn settings_that_keep_nothing_apart_are_refused(#[case] prefix: &str, #[case] partitions: u16) {
        let mut config = Config::new("localhost:9092");
        config.prefix = prefix.to_owned();
        config.partitions = partitions;
        assert_eq!(config.verify(), Err(OpenError::Settings));
    }
}
