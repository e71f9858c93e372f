//! Where the server is and how it is used.

use std::fmt;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

/// Commands that may wait for their answers at the same time on one connection; further callers
/// wait for a place. What goes in one trip may be a little over it.
pub(crate) const IN_FLIGHT: usize = 4_096;
/// Commands that are kept ready to be written.
pub(crate) const READY: usize = 1_024;
/// The longest prefix of keys, in bytes.
pub(crate) const PREFIX: usize = 64;
/// The longest that anything is kept or counted: fifty years, so that every sum of instants in
/// microseconds stays exact in a script, whose numbers have 53 bits.
pub(crate) const LONGEST: Duration = Duration::from_secs(50 * 365 * 24 * 60 * 60);

/// How a server is used.
#[derive(Clone)]
pub struct Config {
    url: SecretString,
    /// What all keys begin with (`expense`): programs that share a server have each its own. At
    /// most 64 bytes, no braces.
    pub prefix: String,
    /// How long a new connection may take (1 s).
    pub connect_timeout: Duration,
    /// How long an answer is waited for, the wait for a connection included (1 s).
    pub response_timeout: Duration,
}

impl Config {
    /// The usual settings for the server at this URL: `redis://USER:PASSWORD@HOST:PORT/DATABASE`,
    /// `rediss://…` over TLS, or `redis+cluster://…` and `rediss+cluster://…` with several hosts,
    /// separated by commas. `?ssl_ca_certs=` names a file in PEM with the authorities that are believed
    /// in place of the public ones; it is read once.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: SecretString::from(url.into()),
            prefix: "expense".to_owned(),
            connect_timeout: Duration::from_secs(1),
            response_timeout: Duration::from_secs(1),
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
            .field("connect_timeout", &self.connect_timeout)
            .field("response_timeout", &self.response_timeout)
            .finish_non_exhaustive()
    }
}

/// Whole milliseconds, as Redis counts lives: never more than asked for, but at least one.
pub(crate) fn millis(life: Duration) -> u64 {
    let millis = life.min(LONGEST).as_millis();
    u64::try_from(millis).unwrap_or(u64::MAX).max(1)
}
