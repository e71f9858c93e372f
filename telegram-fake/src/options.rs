//! What a fake is started with.

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::flood::Limits;

/// How the server behaves. The default is a patient server for tests: no flood limits, every
/// update once, everything checked.
#[derive(Clone, Debug)]
pub struct Options {
    /// The only token that is let in.
    pub token: String,
    /// Whether requests, answers and updates are checked against the description of the API.
    pub check: bool,
    /// How many messages a bot may send.
    pub limits: Limits,
    /// How often each update is delivered, drawn anew for each: `1..=1` is the true server,
    /// `2..=5` one whose every acknowledgement gets lost.
    pub deliveries: RangeInclusive<u32>,
    /// Whether chats overtake one another; within a chat the order always stands.
    pub shuffle: bool,
    /// The seed of what is drawn.
    pub seed: u64,
    /// The wait before an update that a webhook refused is sent again, doubled each time up to
    /// 64 times as long. A `Retry-After` of the bot goes before it, up to [`Options::MAX_RETRY`].
    pub webhook_retry: Duration,
    /// How long a webhook may take for an answer.
    pub webhook_patience: Duration,
    /// How many messages and events of each chat are kept. Load tests keep few.
    pub history: usize,
}

impl Options {
    /// The longest wait between two deliveries of an update.
    pub const MAX_RETRY: Duration = Duration::from_secs(512);
    /// The token that tests use.
    pub const TOKEN: &str = "123456789:AAF-this-is-no-secret-0123456789abc";

    /// For load: nothing is checked, little is kept.
    pub fn load() -> Self {
        Self {
            check: false,
            history: 8,
            ..Self::default()
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            token: Self::TOKEN.to_owned(),
            check: true,
            limits: Limits::default(),
            deliveries: 1..=1,
            shuffle: false,
            seed: 1,
            webhook_retry: Duration::from_millis(100),
            webhook_patience: Duration::from_secs(60),
            history: 10_000,
        }
    }
}
