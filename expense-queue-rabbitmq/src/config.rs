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
    /// How long the broker may take to connect, whichever of its nodes answers, or to confirm (5 s).
    pub patience: Duration,
    /// How often a worker looks whether it has its share of the partitions (1 s).
    pub balance: Duration,
}

impl Config {
    /// The usual settings for the broker at this URL, `amqp://USER:PASSWORD@HOST:PORT/VHOST`, or
    /// `amqps://…` over TLS. There `?cacertfile=` may name a file in PEM with the authorities beside the
    /// public ones, and `certfile` and `keyfile` what this side shows.
    ///
    /// The nodes of a cluster are written one after the other with commas between them, each as a whole
    /// URL: the next one is used when one is gone.
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

    /// The address of each node.
    pub(crate) fn urls(&self) -> Vec<String> {
        let mut urls: Vec<String> = Vec::new();
        for part in self.url.expose_secret().split(',') {
            match urls.last_mut() {
                // A password may have a comma in it.
                Some(url) if !part.trim_start().starts_with("amqp") => {
                    url.push(',');
                    url.push_str(part);
                }
                _ => urls.push(part.trim_start().to_owned()),
            }
        }
        urls.iter().map(|url| url.trim().to_owned()).collect()
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

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("amqp://a", &["amqp://a"])]
    #[case("amqp://u:p@a:1/%2f, amqps://u:p@b:2/%2f", &["amqp://u:p@a:1/%2f", "amqps://u:p@b:2/%2f"])]
    #[case("amqp://u:p,q@a,amqp://u:p,q@b\n", &["amqp://u:p,q@a", "amqp://u:p,q@b"])]
    fn nodes_are_parted_where_a_url_begins(#[case] set: &str, #[case] urls: &[&str]) {
        assert_eq!(Config::new(set).urls(), urls);
    }
}
