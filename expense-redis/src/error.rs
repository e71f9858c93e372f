//! What can go wrong with the server, in words that say what to do.

use std::error::Error;
use std::io;
use std::sync::Arc;

use expense_core::ports::error::{Fault, PortError};
use redis::{ErrorKind, RedisError};

/// Why a server can't be used. None of it shows the URL: that holds a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The URL can't be read.
    #[error(
        "REDIS_URL is no Redis URL: write it as redis://USER:PASSWORD@HOST:PORT/DATABASE, \
         rediss:// for TLS, redis+sentinel://HOST:PORT,HOST:PORT/NAME for a primary that Sentinels \
         know, or redis+cluster://HOST:PORT,HOST:PORT for a cluster"
    )]
    Url,
    /// The URL is that of a cluster, which this build does not know.
    #[error(
        "REDIS_URL names a cluster, which this build does not know: build it with the feature cluster"
    )]
    Cluster,
    /// Authorities for a connection that is not encrypted.
    #[error("REDIS_URL names a file for TLS and begins with redis: write rediss")]
    Plain,
    /// The file of the authorities can't be read.
    #[error(
        "the file that ssl_ca_certs of REDIS_URL names can't be read: check its path, its rights and \
         that it is PEM"
    )]
    NoFile,
    /// There is no encrypted connection that could be trusted.
    #[error(
        "no trusted TLS with the Redis server of REDIS_URL: name the certificate of its authority by \
         rediss://HOST:PORT/DATABASE?ssl_ca_certs=/path/ca.pem, use the host's name that the \
         server's certificate is for, and its port for TLS"
    )]
    Untrusted,
    /// The prefix would not keep keys apart.
    #[error("the prefix of the keys in Redis must have 1 to 64 bytes and no braces")]
    Prefix,
    /// Nobody answers there.
    #[error(
        "the Redis server of REDIS_URL can't be reached: check its host and port, and that it \
         runs and lets this machine in"
    )]
    Unreachable,
    /// The server does not know this user or this password, or allows it too little.
    #[error(
        "Redis refuses the user of REDIS_URL: check the user name and the password, and its rights: \
         the README of expense-redis has them"
    )]
    Denied,
    /// The server does not let this user use a command on the keys of this prefix.
    #[error(
        "the user of REDIS_URL may not use {0} on the keys of this program: let it with ACL SETUSER; \
         the README of expense-redis has the whole command"
    )]
    Forbidden(&'static str),
    /// It answers, but takes no work.
    #[error("the Redis server of REDIS_URL takes no work now ({0}): try again")]
    Busy(&'static str),
    /// It has no room left.
    #[error(
        "the Redis server of REDIS_URL is full: give it more memory or disk, or a \
         maxmemory-policy that makes room"
    )]
    Full,
    /// It belongs to a cluster.
    #[error(
        "the Redis server of REDIS_URL is a part of a cluster: write redis+cluster:// in place of \
         redis://"
    )]
    Part,
    /// It copies another.
    #[error(
        "the Redis server of REDIS_URL is a replica, which takes no writes: name its primary, or \
         its Sentinels by redis+sentinel://"
    )]
    Replica,
    /// It throws away what is still needed when it is full.
    #[error(
        "the Redis server of REDIS_URL throws away leases and counts when it is full: set its \
         maxmemory-policy to noeviction, and maxmemory to what you can spare"
    )]
    Evicts,
    /// It refused something else.
    #[error(
        "the Redis server of REDIS_URL refused a command or is too old: it must be of version 6.2 or newer"
    )]
    Other,
}

/// What can go wrong while it runs. It quotes no data, so that it may be logged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    #[error("Redis can't be reached: check that it runs (REDIS_URL)")]
    Unreachable,
    #[error("no trusted TLS with Redis: check ssl_ca_certs and the host in REDIS_URL")]
    Untrusted,
    #[error("Redis did not answer in time")]
    Silent,
    #[error("Redis takes no work now: {0}; this is tried again")]
    Busy(&'static str),
    #[error("Redis is full: give it more memory or disk")]
    Full,
    #[error("Redis refuses the user of REDIS_URL: check its password and rights")]
    Denied,
    #[error("Redis holds something under our keys that this version did not write")]
    Unknown,
    #[error("Redis refused a command ({0})")]
    Refused(String),
}

impl Failure {
    /// By the word that an answer of the server begins with.
    fn by_code(code: &str) -> Self {
        match code {
            "LOADING" => Self::Busy("it reads its data"),
            "BUSY" => Self::Busy("a script runs too long"),
            "READONLY" => Self::Busy("it is a replica"),
            "MASTERDOWN" | "CLUSTERDOWN" | "NOREPLICAS" => Self::Busy("a part of it is down"),
            "TRYAGAIN" | "MOVED" | "ASK" => Self::Busy("its keys are being moved"),
            "OOM" | "MISCONF" => Self::Full,
            "NOAUTH" | "WRONGPASS" | "NOPERM" => Self::Denied,
            "WRONGTYPE" | "CORRUPT" => Self::Unknown,
            // The word is the server's own, not what it was asked for.
            _ => Self::Refused(code.to_owned()),
        }
    }

    /// The same as an error of this port's operation.
    pub(crate) fn during(self, port: &'static str, operation: &'static str) -> PortError {
        let fault = match &self {
            // Redis never says for how long.
            Self::Busy(_) => Fault::Busy { retry_after: None },
            Self::Full => Fault::Full,
            Self::Unreachable | Self::Untrusted | Self::Silent => Fault::Unavailable,
            Self::Denied => Fault::Denied,
            Self::Unknown => Fault::Corrupt,
            Self::Refused(_) => Fault::Bug,
        };
        PortError::new(port, operation, fault).because(self)
    }

    /// The same as the reason why the server can't be used.
    pub(crate) fn opening(self) -> OpenError {
        match self {
            Self::Unreachable | Self::Silent => OpenError::Unreachable,
            Self::Untrusted => OpenError::Untrusted,
            Self::Busy(reason) => OpenError::Busy(reason),
            Self::Full => OpenError::Full,
            Self::Denied => OpenError::Denied,
            Self::Unknown | Self::Refused(_) => OpenError::Other,
        }
    }
}

impl From<RedisError> for Failure {
    fn from(error: RedisError) -> Self {
        if error.is_timeout() {
            return Self::Silent;
        }
        if is_untrusted(&error) {
            return Self::Untrusted;
        }
        match error.kind() {
            ErrorKind::Io | ErrorKind::ClusterConnectionNotFound => Self::Unreachable,
            ErrorKind::AuthenticationFailed => Self::Denied,
            ErrorKind::Parse | ErrorKind::UnexpectedReturnType => Self::Unknown,
            kind => match error.code() {
                Some(code) => Self::by_code(code),
                None => Self::Refused(format!("{kind:?}")),
            },
        }
    }
}

/// What a handshake fails by: a certificate, or what is no handshake at all.
fn is_untrusted(error: &RedisError) -> bool {
    let source = error.source().and_then(<dyn Error>::downcast_ref);
    let io = source.and_then(|source: &Arc<dyn Error + Send + Sync>| source.downcast_ref());
    io.is_some_and(|io: &io::Error| io.kind() == io::ErrorKind::InvalidData)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::starting("LOADING", true)]
    #[case::long_script("BUSY", true)]
    #[case::fail_over("READONLY", true)]
    #[case::cluster_down("CLUSTERDOWN", true)]
    #[case::out_of_memory("OOM", true)]
    #[case::disk_trouble("MISCONF", true)]
    #[case::wrong_password("WRONGPASS", false)]
    #[case::no_rights("NOPERM", false)]
    #[case::another_type("WRONGTYPE", false)]
    #[case::unknown_command("ERR", false)]
    fn what_passes_is_tried_again(#[case] code: &str, #[case] transient: bool) {
        let error = Failure::by_code(code).during("cache", "get");
        assert_eq!(error.is_transient(), transient, "{code}");
    }
}
