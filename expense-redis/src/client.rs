//! The connection, and what every operation does with it.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::io::tcp::TcpSettings;
use redis::{
    Cmd, FromRedisValue, IntoConnectionInfo, Pipeline, ProtocolVersion, RedisResult,
    ScriptInvocation, TlsCertificates, Value,
};
use tokio::sync::{Mutex, MutexGuard};

use crate::config::{Config, IN_FLIGHT, PREFIX, READY};
use crate::error::{Failure, OpenError};
use crate::gather::Gathered;
use crate::rate::TAKE;
use crate::sentinel::Sentinel;
use crate::tls;
use crate::wake::Ear;

/// What is put into the cache waits so long for what others put there: nobody waits for it.
const MOMENT: Duration = Duration::from_millis(2);

/// A server, or a cluster of them, that many instances share.
///
/// All tasks use one connection at the same time; each operation is one command, and none waits
/// for another's answer, but that what is taken from limits or put into the cache goes together
/// with what others take or put at that moment. A lost connection is made anew.
pub struct Redis {
    server: Arc<Server>,
    prefix: String,
    puts: Gathered,
    takes: Gathered,
    /// Whoever listens for what others ring for.
    ear: Mutex<Ear>,
}

/// What answers commands, and how long an answer may take.
pub(crate) struct Server {
    link: Link,
    patience: Duration,
}

enum Link {
    Server(ConnectionManager),
    Sentinel(Box<Sentinel>),
    #[cfg(feature = "cluster")]
    Cluster(Box<crate::cluster::Cluster>),
}

impl Redis {
    /// Looks at the settings alone: the connection is made when it is needed, so that a program
    /// starts although its Redis is not there. Needs a Tokio runtime around it.
    ///
    /// # Errors
    ///
    /// What is wrong with the settings.
    pub fn open(config: &Config) -> Result<Self, OpenError> {
        let prefix = &config.prefix;
        if prefix.is_empty() || prefix.len() > PREFIX || prefix.contains(['{', '}']) {
            return Err(OpenError::Prefix);
        }
        Ok(Self {
            server: Arc::new(Server::open(config)?),
            prefix: prefix.clone(),
            puts: Gathered::within(MOMENT),
            takes: Gathered::in_one(&TAKE),
            ear: Mutex::new(Ear::open(config)?),
        })
    }

    /// Asks whether the server is there and lets us in.
    ///
    /// # Errors
    ///
    /// What keeps it from working.
    pub async fn check(&self) -> Result<(), OpenError> {
        let ping = redis::cmd("PING");
        let answer: Result<String, Failure> = self.ask(&ping).await;
        let Err(failure) = answer else { return Ok(()) };
        // Of a cluster none is named that was reached and refused.
        #[cfg(feature = "cluster")]
        if let (Failure::Unreachable, Link::Cluster(cluster)) = (&failure, &self.server.link)
            && let Err(refusal) = self.server.in_time(cluster.refusal()).await
        {
            return Err(refusal.opening());
        }
        Err(failure.opening())
    }

    /// The key of one thing. What stands in the braces alone says where in a cluster it is kept,
    /// and is never empty.
    pub(crate) fn key(&self, kind: &'static str, name: &str) -> String {
        format!("{}:{{{kind}:{name}}}", self.prefix)
    }

    /// The answer to one command.
    pub(crate) async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, Failure> {
        self.server.ask(command).await
    }

    /// The answer of a script: one command, once the server knows it.
    pub(crate) async fn run<T: FromRedisValue>(
        &self,
        script: &ScriptInvocation<'_>,
    ) -> Result<T, Failure> {
        self.server.run(script).await
    }

    /// The answer to each of these.
    pub(crate) async fn all(
        &self,
        commands: Vec<Cmd>,
    ) -> Result<Vec<Result<Value, Failure>>, Failure> {
        self.server.all(commands).await
    }

    /// Does a command whose answer says nothing but that it is done, together with those of others.
    pub(crate) async fn put(&self, command: Cmd) -> Result<(), Failure> {
        self.puts.done(&self.server, command).await.map(drop)
    }

    /// Has a command done that nobody waits for.
    pub(crate) fn mention(&self, command: Cmd) {
        drop(self.puts.begun(&self.server, command));
    }

    pub(crate) async fn ear(&self) -> MutexGuard<'_, Ear> {
        self.ear.lock().await
    }

    /// Where it is written that there is work.
    pub(crate) fn rings(&self) -> String {
        self.key("wake", "all")
    }

    /// What the script for takes answers to these keys and arguments. It goes with those that others
    /// ask for at this moment.
    pub(crate) async fn take<T: FromRedisValue>(&self, wanted: Cmd) -> Result<T, Failure> {
        let answered = async {
            match &self.server.link {
                // Nobody waits for a part of a cluster that another's keys are on.
                #[cfg(feature = "cluster")]
                Link::Cluster(_) => {
                    let alone = TAKE.all(&self.server, vec![wanted]).await?;
                    alone.into_iter().next().unwrap_or(Err(Failure::Unknown))
                }
                _ => self.takes.done(&self.server, wanted).await,
            }
        };
        let answer = tokio::time::timeout(self.server.patience, answered).await;
        let answer: Value = answer.map_err(|_| Failure::Silent)??;
        redis::from_redis_value(answer).map_err(|_| Failure::Unknown)
    }
}

impl Server {
    pub(crate) fn open(config: &Config) -> Result<Self, OpenError> {
        Ok(Self {
            link: Link::open(config)?,
            patience: config.response_timeout,
        })
    }

    pub(crate) async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, Failure> {
        match &self.link {
            Link::Server(manager) => {
                let mut connection = manager.clone();
                self.in_time(command.query_async(&mut connection)).await
            }
            Link::Sentinel(sentinel) => {
                let asked = sentinel.with(async |mut to| command.query_async(&mut to).await);
                self.in_time(asked).await
            }
            #[cfg(feature = "cluster")]
            Link::Cluster(cluster) => {
                let asked = async { command.query_async(&mut cluster.connection().await?).await };
                self.in_time(asked).await
            }
        }
    }

    async fn run<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> Result<T, Failure> {
        match &self.link {
            Link::Server(manager) => {
                let mut connection = manager.clone();
                self.in_time(script.invoke_async(&mut connection)).await
            }
            Link::Sentinel(sentinel) => {
                let asked = sentinel.with(async |mut to| script.invoke_async(&mut to).await);
                self.in_time(asked).await
            }
            #[cfg(feature = "cluster")]
            Link::Cluster(cluster) => {
                let asked = async { script.invoke_async(&mut cluster.connection().await?).await };
                self.in_time(asked).await
            }
        }
    }

    /// The answer to each of these, in one trip where one server has all keys.
    pub(crate) async fn all(
        &self,
        commands: Vec<Cmd>,
    ) -> Result<Vec<Result<Value, Failure>>, Failure> {
        let answers: Vec<RedisResult<Value>> = match &self.link {
            Link::Server(manager) => {
                let (all, mut connection) = (pipeline(commands), manager.clone());
                self.in_time(all.query_async(&mut connection)).await?
            }
            Link::Sentinel(sentinel) => {
                let all = pipeline(commands);
                let asked = sentinel.with_all(async |mut to| all.query_async(&mut to).await);
                self.in_time(asked).await?
            }
            #[cfg(feature = "cluster")]
            Link::Cluster(_) => {
                let all = commands.iter().map(|command| self.ask(command));
                return Ok(futures::future::join_all(all).await);
            }
        };
        let told = |answer: RedisResult<Value>| answer.map_err(Failure::from);
        Ok(answers.into_iter().map(told).collect())
    }

    async fn in_time<T>(&self, answer: impl Future<Output = RedisResult<T>>) -> Result<T, Failure> {
        match tokio::time::timeout(self.patience, answer).await {
            Ok(answer) => Ok(answer?),
            Err(_) => Err(Failure::Silent),
        }
    }
}

impl Link {
    fn open(config: &Config) -> Result<Self, OpenError> {
        let trusted = tls::trusted(config.url())?;
        if config.url().contains("+cluster://") {
            return Self::cluster(config, trusted);
        }
        if config.url().contains("+sentinel://") {
            let sentinel = Sentinel::open(config, trusted).ok_or(OpenError::Url)?;
            return Ok(Self::Sentinel(Box::new(sentinel)));
        }
        Self::server(config, trusted.as_ref()).map_err(|_| OpenError::Url)
    }

    fn server(config: &Config, trusted: Option<&TlsCertificates>) -> RedisResult<Self> {
        let info = config.url().into_connection_info()?;
        // The third version of the protocol tells at once when a connection is lost.
        let settings = info.redis_settings().clone();
        let info = info
            .set_redis_settings(settings.set_protocol(ProtocolVersion::RESP3))
            .set_tcp_settings(tcp(config));
        let how = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(config.connect_timeout))
            .set_response_timeout(Some(config.response_timeout))
            // Whoever asks next tries again: nobody waits long for a server that is gone.
            .set_number_of_retries(0)
            .set_pipeline_buffer_size(READY)
            .set_concurrency_limit(IN_FLIGHT);
        let manager = ConnectionManager::new_lazy_with_config(tls::client(info, trusted)?, how)?;
        Ok(Self::Server(manager))
    }

    #[cfg(feature = "cluster")]
    fn cluster(config: &Config, trusted: Option<TlsCertificates>) -> Result<Self, OpenError> {
        let cluster = crate::cluster::Cluster::open(config, trusted).map_err(|_| OpenError::Url)?;
        Ok(Self::Cluster(Box::new(cluster)))
    }

    #[cfg(not(feature = "cluster"))]
    fn cluster(_: &Config, _: Option<TlsCertificates>) -> Result<Self, OpenError> {
        Err(OpenError::Cluster)
    }
}

fn pipeline(commands: Vec<Cmd>) -> Pipeline {
    let mut all = Pipeline::with_capacity(commands.len());
    // One that fails takes none along.
    all.ignore_errors();
    for command in commands {
        all.add_command(command);
    }
    all
}

/// A connection whose other end has gone without a word is given up after some answers are due.
pub(crate) fn tcp(config: &Config) -> TcpSettings {
    let settings = TcpSettings::default().set_nodelay(true);
    #[cfg(target_os = "linux")]
    let settings = settings.set_user_timeout(3 * config.response_timeout);
    settings
}

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redis")
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}
