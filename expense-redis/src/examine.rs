//! What an operator is told about the server.

use std::collections::HashMap;
use std::fmt;

use crate::client::Redis;
use crate::config::Config;
use crate::error::{Failure, OpenError};
use crate::rights;

/// The oldest version that knows what is asked of it.
const OLDEST: (u32, u32) = (6, 2);

/// What a server says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    version: String,
    max_memory: u64,
}

impl fmt::Display for Examined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redis {}, ", self.version)?;
        match self.max_memory {
            0 => f.write_str("no maxmemory: it takes what the machine has"),
            bytes => write!(f, "up to {} MiB", bytes.div_ceil(1024 * 1024)),
        }
    }
}

/// Looks at the server, and whether its user may do what it will be asked for. Of a cluster nothing else
/// is asked.
///
/// # Errors
///
/// What keeps it from working well, and how to mend it.
pub async fn examine(config: &Config) -> Result<Option<Examined>, OpenError> {
    let redis = Redis::open(config)?;
    redis.check().await?;
    rights::check(&redis).await?;
    if config.url().contains("+cluster://") {
        return Ok(None);
    }
    let told: Result<String, Failure> = redis.ask(&redis::cmd("INFO")).await;
    judge(&told.map_err(Failure::opening)?).map(Some)
}

fn judge(info: &str) -> Result<Examined, OpenError> {
    let fields: HashMap<&str, &str> = info
        .lines()
        .filter_map(|line| line.split_once(':'))
        .collect();
    let field = |name| fields.get(name).map_or("", |value| value.trim());
    let version = field("redis_version");
    let mut numbers = version
        .split('.')
        .map_while(|part| part.parse::<u32>().ok());
    let (major, minor) = (numbers.next(), numbers.next());
    if major.zip(minor).is_none_or(|version| version < OLDEST) {
        return Err(OpenError::Other);
    }
    if field("redis_mode") == "cluster" {
        return Err(OpenError::Part);
    }
    if field("role") == "slave" {
        return Err(OpenError::Replica);
    }
    let max_memory = field("maxmemory").parse().unwrap_or(0);
    if max_memory > 0 && field("maxmemory_policy") != "noeviction" {
        return Err(OpenError::Evicts);
    }
    Ok(Examined {
        version: version.to_owned(),
        max_memory,
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::old("redis_version:6.0.16\r\nrole:master", OpenError::Other)]
    #[case::none("hello", OpenError::Other)]
    #[case::part("redis_version:7.0.15\r\nredis_mode:cluster", OpenError::Part)]
    #[case::replica("redis_version:7.0.15\r\nrole:slave", OpenError::Replica)]
    #[case::forgetful(
        "redis_version:7.0.15\r\nmaxmemory:1048576\r\nmaxmemory_policy:volatile-ttl",
        OpenError::Evicts
    )]
    fn what_is_wrong_is_named(#[case] info: &str, #[case] expected: OpenError) {
        assert_eq!(judge(info), Err(expected));
    }

    #[rstest]
    #[case(
        "redis_version:6.2.0\r\nrole:master\r\nmaxmemory:0",
        "Redis 6.2.0, no maxmemory"
    )]
    #[case(
        "redis_version:7.0.15\nmaxmemory:104857600\nmaxmemory_policy:noeviction",
        "100 MiB"
    )]
    fn what_is_well_is_told(#[case] info: &str, #[case] told: &str) {
        let examined = judge(info).map(|examined| examined.to_string());
        assert!(
            examined.as_ref().is_ok_and(|said| said.contains(told)),
            "{examined:?}"
        );
    }
}
