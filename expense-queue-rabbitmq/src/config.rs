//! Where the broker is and how it is used.

use std::fmt;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

/// Partitions that make sense: each costs the broker two quorum queues.
pub(crate) const MOST_PARTITIONS: u16 = 1_024;
/// The longest prefix of names, in bytes.
pub(crate) const PREFIX: usize = 64;

/// How a broker is used.
#[derive(Clone)]
pub struct Config {
    url: SecretString,
    /// What the names of all queues begin with (`expense`): programs that share a virtual host have
    /// each its own. 1 to 64 letters, digits, `-` and `_`.
    pub prefix: String,
    /// Over how many queues chats are spread (128), the same for all processes and for ever: who
    /// changes it begins under another prefix.
    pub partitions: u16,
    /// Updates of one partition that a worker holds at a time (64).
    pub prefetch: u16,
    /// Updates of one partition that wait aside, because their chat waits for another try, before
    /// the partition takes no more (1,000).
    pub aside: usize,
    /// Deliveries a second that one process takes at most; no limit when `None`.
    pub messages_per_second: Option<u32>,
    /// How long the broker may take to connect or to confirm (5 s).
    pub patience: Duration,
    /// How often a worker looks whether it has its share of the partitions (1 s).
    pub balance: Duration,
}

impl Config {
    /// The usual settings for the broker at this URL, `amqp://USER:PASSWORD@HOST:PORT/VHOST`, or
    /// `amqps://…` over TLS.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: SecretString::from(url.into()),
            prefix: "expense".to_owned(),
            partitions: 128,
            prefetch: 64,
            aside: 1_000,
            messages_per_second: None,
            patience: Duration::from_secs(5),
            balance: Duration::from_secs(1),
        }
    }

    pub(crate) fn url(&self) -> &str {
        self.url.expose_secret()
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("prefix", &self.prefix)
            .field("partitions", &self.partitions)
            .field("prefetch", &self.prefetch)
            .field("messages_per_second", &self.messages_per_second)
            .finish_non_exhaustive()
    }
}
