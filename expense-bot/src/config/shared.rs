//! What many instances share.

use std::time::Duration;

use expense_core::domain::limits;
use secrecy::SecretString;

use super::source::Source;
use super::values::span;

/// What many instances share, and how they take over from each other.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    /// The Redis server, with its password; everything stays in this process without one.
    pub(crate) redis: Option<SecretString>,
    /// Within which time a holder of a lease that died is replaced.
    pub(crate) lease: Duration,
}

impl Default for Shared {
    fn default() -> Self {
        Self {
            redis: None,
            lease: limits::LEASE,
        }
    }
}

const WRITE: &str = "write redis://USER:PASSWORD@HOST:PORT/DATABASE, rediss:// for TLS, redis+sentinel://HOST:PORT,HOST:PORT/NAME or redis+cluster://HOST:PORT,HOST:PORT";
const SHORTEST: Duration = Duration::from_secs(2);
const LONGEST: Duration = Duration::from_secs(10 * 60);

/// What is configured.
pub(super) fn read(source: &mut Source) -> Shared {
    let redis = source.take("REDIS_URL", url);
    let lease = source.take("LEASE_TTL", |text| {
        span(text, SHORTEST, LONGEST).ok_or("write a time such as 15s or 1m, from 2s to 10m")
    });
    Shared {
        redis,
        lease: lease.unwrap_or(limits::LEASE),
    }
}

fn url(text: &str) -> Result<SecretString, &'static str> {
    if !cfg!(feature = "redis") {
        return Err("this build lacks the feature `redis`: build with it, or unset the address");
    }
    let text = text.trim();
    let scheme = text.split_once("://").filter(|(_, rest)| !rest.is_empty());
    match scheme.map(|(scheme, _)| scheme) {
        Some("redis" | "rediss" | "redis+sentinel" | "rediss+sentinel") => Ok(text.into()),
        Some("redis+cluster" | "rediss+cluster") if cfg!(feature = "redis-cluster") => {
            Ok(text.into())
        }
        Some("redis+cluster" | "rediss+cluster") => Err(
            "names a cluster, and this build lacks the feature `redis-cluster`: build with it, or name one server",
        ),
        _ => Err(WRITE),
    }
}
