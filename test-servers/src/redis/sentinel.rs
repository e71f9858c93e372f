//! Replicas, and Sentinels that watch over who is the primary.

use super::{Kind, Server, ServerError};

/// The name by which Sentinels know the primary that they watch.
pub const WATCHED: &str = "watched";
/// How long a primary is silent before it counts as down, and a fail-over may take, in milliseconds.
pub(super) const SILENT: u32 = 1_000;
const FAIL_OVER: u32 = 10_000;

impl Server {
    /// Starts a server that copies this one, and returns when it has all.
    ///
    /// # Errors
    ///
    /// As [`Server::start`].
    pub fn replica(&self) -> Result<Self, ServerError> {
        let replica = Self::new(Kind::Replica(self.port_of_others()), self.guard.clone())?;
        replica.until("INFO replication", "master_link_status:up")?;
        Ok(replica)
    }

    /// Starts three Sentinels that watch this server under the name [`WATCHED`], and returns when
    /// they know of each other and of its replica. A fail-over takes them some seconds.
    ///
    /// # Errors
    ///
    /// As [`Server::start`].
    pub fn watched(&self) -> Result<[Self; 3], ServerError> {
        let kind = Kind::Sentinel(self.port_of_others());
        let one = || Self::new(kind, self.guard.clone());
        let sentinels = [one()?, one()?, one()?];
        for sentinel in &sentinels {
            sentinel.until("INFO sentinel", "slaves=1,sentinels=3")?;
        }
        Ok(sentinels)
    }
}

/// The configuration of a Sentinel on this port, which it rewrites. With TLS servers have names.
pub(super) fn configuration(port: u16, watched: u16, guarded: &[(&str, String)]) -> String {
    let lines = guarded
        .iter()
        .map(|(name, value)| format!("{name} {value}\n"));
    let (lines, host) = match guarded {
        [] => (String::new(), "127.0.0.1"),
        _ => (lines.collect(), "localhost"),
    };
    format!(
        "bind 127.0.0.1\nport {port}\npidfile pid\ndir .\n{lines}\
         sentinel monitor {WATCHED} {host} {watched} 2\n\
         sentinel down-after-milliseconds {WATCHED} {SILENT}\n\
         sentinel failover-timeout {WATCHED} {FAIL_OVER}\n"
    )
}
