//! A primary that changes: Sentinels know which server it is.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::stream::{FuturesUnordered, StreamExt};
use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, ErrorKind, IntoConnectionInfo, ProtocolVersion, RedisError, RedisResult,
    TlsCertificates,
};

use crate::client::tcp;
use crate::config::{Config, IN_FLIGHT, READY};
use crate::tls;

/// How long a Sentinel may take to be reached and to answer: they are asked all at once.
const PATIENCE: Duration = Duration::from_millis(500);

/// The primary of this name, as the first Sentinel that answers has it. It is looked for again
/// whenever it does not answer or says that it is none any more.
pub(crate) struct Sentinel {
    address: Address,
    config: Config,
    trusted: Option<TlsCertificates>,
    current: Mutex<Current>,
    /// Held while the primary is looked for: one looks, the others wait.
    looking: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Current {
    connection: Option<MultiplexedConnection>,
    /// Rises with each connection.
    number: u64,
}

/// `redis+sentinel://USER:PASSWORD@HOST:PORT,HOST:PORT/NAME/DATABASE`, taken apart.
#[derive(Debug, PartialEq, Eq)]
struct Address {
    scheme: String,
    /// With the @ behind it, or empty.
    user: String,
    sentinels: Vec<String>,
    name: String,
    database: String,
}

impl Sentinel {
    /// Nothing where the URL is none of a Sentinel.
    pub(crate) fn open(config: &Config, trusted: Option<TlsCertificates>) -> Option<Self> {
        let address = Address::parse(config.url())?;
        for sentinel in &address.sentinels {
            address.url(sentinel, "").into_connection_info().ok()?;
        }
        Some(Self {
            address,
            config: config.clone(),
            trusted,
            current: Mutex::default(),
            looking: tokio::sync::Mutex::default(),
        })
    }

    /// What the primary answers. Where it does not, or is none any more, the next one who asks
    /// looks for the primary anew.
    pub(crate) async fn with<T>(
        &self,
        ask: impl AsyncFnOnce(MultiplexedConnection) -> RedisResult<T>,
    ) -> RedisResult<T> {
        self.asked(ask, |_| false).await
    }

    /// The same for several commands at once: each has its answer, also where others have none.
    pub(crate) async fn with_all<T>(
        &self,
        ask: impl AsyncFnOnce(MultiplexedConnection) -> RedisResult<Vec<RedisResult<T>>>,
    ) -> RedisResult<Vec<RedisResult<T>>> {
        let some_gone = |answers: &Vec<RedisResult<T>>| {
            let mut errors = answers.iter().filter_map(|answer| answer.as_ref().err());
            errors.any(is_gone)
        };
        self.asked(ask, some_gone).await
    }

    async fn asked<T>(
        &self,
        ask: impl AsyncFnOnce(MultiplexedConnection) -> RedisResult<T>,
        tells_gone: impl Fn(&T) -> bool,
    ) -> RedisResult<T> {
        let (connection, number) = self.connection().await?;
        // Whoever gives the answer up, because it takes too long, has given up the server, too.
        let mut doubt = Doubt {
            sentinel: self,
            number: Some(number),
        };
        let answer = ask(connection).await;
        let gone = match &answer {
            Ok(answer) => tells_gone(answer),
            Err(error) => is_gone(error),
        };
        if !gone {
            doubt.number = None;
        }
        answer
    }

    async fn connection(&self) -> RedisResult<(MultiplexedConnection, u64)> {
        if let Some(found) = self.current().get() {
            return Ok(found);
        }
        let _looking = self.looking.lock().await;
        if let Some(found) = self.current().get() {
            return Ok(found);
        }
        let connection = self.primary().await?;
        let mut current = self.current();
        current.number += 1;
        current.connection = Some(connection.clone());
        Ok((connection, current.number))
    }

    /// A connection to the primary, whichever Sentinel first names one that really is.
    async fn primary(&self) -> RedisResult<MultiplexedConnection> {
        let sentinels = self.address.sentinels.iter();
        let mut asked: FuturesUnordered<_> = sentinels.map(|one| self.named_by(one)).collect();
        let mut error = None;
        while let Some(answer) = asked.next().await {
            match answer {
                Ok(connection) => return Ok(connection),
                Err(other) => error = Some(other),
            }
        }
        let unknown = || (ErrorKind::Io, "no Sentinel names a primary").into();
        Err(error.unwrap_or_else(unknown))
    }

    async fn named_by(&self, sentinel: &str) -> RedisResult<MultiplexedConnection> {
        let (host, port) = match self.ask(sentinel, "").await {
            // A Sentinel with a password of its own is expected to have the server's.
            Err(error) if is_denied(&error) => self.ask(sentinel, &self.address.user).await?,
            answer => answer?,
        };
        let host = match host.contains(':') {
            true => format!("[{host}]"),
            false => host,
        };
        let url = self
            .address
            .url(&format!("{host}:{port}"), &self.address.user);
        let info = format!("{url}/{}", self.address.database).into_connection_info()?;
        let settings = info.redis_settings().clone();
        let info = info
            .set_redis_settings(settings.set_protocol(ProtocolVersion::RESP3))
            .set_tcp_settings(tcp(&self.config));
        let how = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.config.connect_timeout))
            .set_response_timeout(Some(self.config.response_timeout))
            .set_pipeline_buffer_size(READY)
            .set_concurrency_limit(IN_FLIGHT);
        let client = tls::client(info, self.trusted.as_ref())?;
        let mut connection = client
            .get_multiplexed_async_connection_with_config(&how)
            .await?;
        // A Sentinel may not know yet what happened.
        let role: Vec<redis::Value> = redis::cmd("ROLE").query_async(&mut connection).await?;
        let mut role = role.into_iter().map(redis::from_redis_value::<String>);
        match role.next() {
            Some(Ok(role)) if role == "master" => Ok(connection),
            _ => Err(replica()),
        }
    }

    async fn ask(&self, sentinel: &str, user: &str) -> RedisResult<(String, u16)> {
        let how = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(PATIENCE.min(self.config.connect_timeout)))
            .set_response_timeout(Some(PATIENCE.min(self.config.response_timeout)));
        let info = self.address.url(sentinel, user).into_connection_info()?;
        let client = tls::client(info, self.trusted.as_ref())?;
        let mut connection = client
            .get_multiplexed_async_connection_with_config(&how)
            .await?;
        let mut command = redis::cmd("SENTINEL");
        command
            .arg("get-master-addr-by-name")
            .arg(&self.address.name);
        let named: Option<(String, u16)> = command.query_async(&mut connection).await?;
        let unknown = (ErrorKind::Io, "the Sentinel does not know this name");
        named.ok_or_else(|| unknown.into())
    }

    fn current(&self) -> MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Current {
    fn get(&self) -> Option<(MultiplexedConnection, u64)> {
        let connection = self.connection.clone()?;
        Some((connection, self.number))
    }
}

/// Whether a server still answers.
struct Doubt<'s> {
    sentinel: &'s Sentinel,
    number: Option<u64>,
}

impl Drop for Doubt<'_> {
    fn drop(&mut self) {
        let mut current = self.sentinel.current();
        if self.number == Some(current.number) {
            current.connection = None;
        }
    }
}

fn is_gone(error: &RedisError) -> bool {
    let not_primary = matches!(error.code(), Some("READONLY" | "MASTERDOWN" | "LOADING"));
    error.is_timeout() || error.kind() == ErrorKind::Io || not_primary
}

fn is_denied(error: &RedisError) -> bool {
    error.kind() == ErrorKind::AuthenticationFailed || error.code() == Some("NOAUTH")
}

fn replica() -> RedisError {
    (
        ErrorKind::Io,
        "the server that a Sentinel names is no primary",
    )
        .into()
}

impl Address {
    fn parse(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("+sentinel://")?;
        let (rest, _) = rest.split_once(['?', '#']).unwrap_or((rest, ""));
        let (hosts, path) = rest.split_once('/')?;
        let (user, hosts) = match hosts.rsplit_once('@') {
            Some((user, hosts)) => (format!("{user}@"), hosts),
            None => (String::new(), hosts),
        };
        let (name, database) = path.split_once('/').unwrap_or((path, "0"));
        let database = if database.is_empty() { "0" } else { database };
        let sentinels: Vec<_> = hosts.split(',').map(str::to_owned).collect();
        let fits = matches!(scheme, "redis" | "rediss")
            && !name.is_empty()
            && sentinels.iter().all(|host| !host.is_empty())
            && database.bytes().all(|byte| byte.is_ascii_digit());
        fits.then(|| Self {
            scheme: scheme.to_owned(),
            user,
            sentinels,
            name: name.to_owned(),
            database: database.to_owned(),
        })
    }

    fn url(&self, host: &str, user: &str) -> String {
        format!("{}://{user}{host}", self.scheme)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::one("redis+sentinel://a:1/eve", "redis", "", &["a:1"], "eve", "0")]
    #[case::several("redis+sentinel://a:1,b:2/eve/3", "redis", "", &["a:1", "b:2"], "eve", "3")]
    #[case::guarded("rediss+sentinel://u:p@a,b/eve/", "rediss", "u:p@", &["a", "b"], "eve", "0")]
    fn an_address_is_taken_apart(
        #[case] url: &str,
        #[case] scheme: &str,
        #[case] user: &str,
        #[case] sentinels: &[&str],
        #[case] name: &str,
        #[case] database: &str,
    ) {
        let expected = Address {
            scheme: scheme.to_owned(),
            user: user.to_owned(),
            sentinels: sentinels.iter().map(|&one| one.to_owned()).collect(),
            name: name.to_owned(),
            database: database.to_owned(),
        };
        assert_eq!(Address::parse(url), Some(expected));
    }

    #[rstest]
    #[case::no_name("redis+sentinel://a:1")]
    #[case::empty_name("redis+sentinel://a:1/")]
    #[case::empty_host("redis+sentinel://a:1,,b:2/eve")]
    #[case::another_scheme("http+sentinel://a:1/eve")]
    #[case::no_number("redis+sentinel://a:1/eve/three")]
    fn what_is_none_is_refused(#[case] url: &str) {
        assert_eq!(Address::parse(url), None);
    }
}
