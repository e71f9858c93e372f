//! A cluster: several servers, each with a part of the keys.

use redis::cluster::{ClusterClient, ClusterClientBuilder};
use redis::cluster_async::ClusterConnection;
use redis::{Client, IntoConnectionInfo, ProtocolVersion, RedisResult, TlsCertificates};
use tokio::sync::OnceCell;

use crate::client::tcp;
use crate::config::{Config, IN_FLIGHT};
use crate::tls;

/// Connections to all servers of a cluster, made when they are first needed. The client follows
/// keys that move and servers that change.
pub(crate) struct Cluster {
    client: ClusterClient,
    connection: OnceCell<ClusterConnection>,
    /// To each of those that lead to the others.
    hosts: Vec<Client>,
}

impl Cluster {
    pub(crate) fn open(config: &Config, trusted: Option<TlsCertificates>) -> RedisResult<Self> {
        let mut builder = ClusterClientBuilder::new(hosts(config.url()))
            .use_protocol(ProtocolVersion::RESP3)
            .tcp_settings(tcp(config))
            .connection_timeout(config.connect_timeout)
            .response_timeout(config.response_timeout)
            .overall_response_timeout(Some(config.response_timeout))
            // Enough to follow a key that has moved.
            .retries(2)
            .connection_concurrency_limit(IN_FLIGHT);
        let hosts = hosts(config.url()).into_iter();
        let hosts = hosts.map(|host| tls::client(host.into_connection_info()?, trusted.as_ref()));
        let hosts = hosts.collect::<RedisResult<_>>()?;
        if let Some(trusted) = trusted {
            builder = builder.certs(trusted);
        }
        Ok(Self {
            client: builder.build()?,
            connection: OnceCell::new(),
            hosts,
        })
    }

    /// Fails by what the first host that can't be connected to fails by.
    pub(crate) async fn refusal(&self) -> RedisResult<()> {
        for host in &self.hosts {
            host.get_multiplexed_async_connection().await?;
        }
        Ok(())
    }

    pub(crate) async fn connection(&self) -> RedisResult<ClusterConnection> {
        let made = || self.client.get_async_connection();
        Ok(self.connection.get_or_try_init(made).await?.clone())
    }
}

/// `redis+cluster://USER:PASSWORD@A:1,B:2` as the URL of each host.
fn hosts(url: &str) -> Vec<String> {
    let (scheme, rest) = url.split_once("+cluster://").unwrap_or(("", url));
    let (rest, _) = rest.split_once(['/', '?', '#']).unwrap_or((rest, ""));
    let (user, hosts) = rest.rsplit_once('@').unwrap_or(("", rest));
    let at = if user.is_empty() { "" } else { "@" };
    let hosts = hosts.split(',');
    hosts
        .map(|host| format!("{scheme}://{user}{at}{host}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::one("redis+cluster://a:1", &["redis://a:1"])]
    #[case::several("redis+cluster://a:1,b:2/", &["redis://a:1", "redis://b:2"])]
    #[case::guarded("rediss+cluster://u:p@a,b", &["rediss://u:p@a", "rediss://u:p@b"])]
    fn each_host_has_a_url(#[case] url: &str, #[case] expected: &[&str]) {
        assert_eq!(hosts(url), expected);
    }
}
