//! A primary that changes is followed.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use expense_core::ports::cache::Cache;
use expense_core::ports::jobs::JobKind;
use expense_core::ports::lease::Lease;
use expense_core::ports::wake::Wake;
use expense_core::testing::fixtures::noon;
use expense_redis::testing::of;
use expense_redis::{Config, OpenError, Redis, examine};
use test_servers::redis::{Server, WATCHED};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinSet;

pub(crate) const LONG: Duration = Duration::from_secs(3_600);
/// Far more than a fail-over takes.
const HANG: Duration = Duration::from_secs(180);
/// How often somebody rings.
const RINGING: Duration = Duration::from_millis(200);

fn url(sentinels: &[Server]) -> String {
    let hosts: Vec<_> = sentinels.iter().map(Server::url).collect();
    let hosts = hosts.join(",").replace("redis://", "");
    format!("redis+sentinel://{hosts}/{WATCHED}")
}

pub(crate) fn client(url: &str) -> Redis {
    Redis::open(&config(url)).unwrap()
}

/// With keys of its own, and as patient as usual.
fn config(url: &str) -> Config {
    let usual = Config::new(url);
    let mut config = of(url);
    config.response_timeout = usual.response_timeout;
    config.connect_timeout = usual.connect_timeout;
    config
}

/// Until something can be kept under this key.
pub(crate) async fn recovers(redis: &Redis, key: &str) {
    let begun = Instant::now();
    while let Err(error) = redis.put(key, b"v", LONG).await {
        assert!(error.is_transient(), "{error}");
        assert!(begun.elapsed() < HANG, "{error}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Another instance, which listens all the time.
struct Other {
    heard: UnboundedReceiver<DateTime<Utc>>,
    rung: i64,
    _listening: JoinSet<()>,
}

impl Other {
    fn of(config: &Config) -> Self {
        let (tell, heard) = unbounded_channel();
        let redis = Redis::open(config).unwrap();
        let mut listening = JoinSet::new();
        listening.spawn(async move { while tell.send(redis.heard().await.1).is_ok() {} });
        Self {
            heard,
            rung: 0,
            _listening: listening,
        }
    }

    /// Until it hears something that is rung from now on.
    async fn hears(&mut self, redis: &Redis) {
        let begun = Instant::now();
        let before = self.rung;
        loop {
            self.rung += 1;
            redis.ring(JobKind::Reading, noon() + TimeDelta::seconds(self.rung));
            let next = tokio::time::timeout(RINGING, self.heard.recv()).await;
            if let Ok(Some(heard)) = next
                && heard > noon() + TimeDelta::seconds(before)
            {
                return;
            }
            assert!(begun.elapsed() < HANG, "it hears nothing");
        }
    }
}

/// Killed or paused, the primary is replaced, and one that comes back is none any more; whoever
/// listens for what others ring for goes on, too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn traffic_goes_on_with_the_new_primary() {
    let mut first = Server::start().unwrap();
    let second = first.replica().unwrap();
    let mut sentinels = first.watched().unwrap();
    let config = config(&url(&sentinels));
    let redis = Redis::open(&config).unwrap();
    let mut other = Other::of(&config);
    redis.check().await.unwrap();
    other.hears(&redis).await;
    redis.put("kept", b"v", LONG).await.unwrap();
    assert_eq!(redis.get("kept").await.unwrap().as_deref(), Some(&b"v"[..]));

    // One that is asked first is not needed.
    sentinels[0].crash().unwrap();
    first.crash().unwrap();
    recovers(&redis, "k").await;
    assert!(
        second
            .command("INFO replication")
            .unwrap()
            .contains("role:master")
    );
    other.hears(&redis).await;
    let fence = redis.take("one", "a", LONG).await.unwrap();
    assert!(fence.is_some());
    assert_eq!(redis.take("one", "b", LONG).await.unwrap(), None);

    // The old one comes back, becomes a replica and takes over when the new one hangs.
    first.start_again().unwrap();
    let begun = Instant::now();
    while !first
        .command("INFO replication")
        .unwrap()
        .contains("master_link_status:up")
    {
        assert!(begun.elapsed() < HANG, "it never became a replica");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    sentinels[0].start_again().unwrap();
    second.pause().unwrap();
    recovers(&redis, "k").await;
    assert!(
        first
            .command("INFO replication")
            .unwrap()
            .contains("role:master")
    );
    other.hears(&redis).await;
    second.go_on().unwrap();
    assert_eq!(redis.take("one", "a", LONG).await.unwrap(), fence);
}

#[tokio::test]
async fn a_replica_is_told_from_its_primary() {
    let primary = Server::start().unwrap();
    let replica = primary.replica().unwrap();
    let told = examine(&of(&primary.url())).await.unwrap().unwrap();
    assert!(told.to_string().starts_with("Redis "), "{told}");
    let told = examine(&of(&replica.url())).await;
    assert_eq!(told.unwrap_err(), OpenError::Replica);
    let told = examine(&of(
        &format!("{}/{WATCHED}", primary.url()).replace("redis:", "redis+sentinel:")
    ))
    .await;
    assert_eq!(told.unwrap_err(), OpenError::Other, "it is no Sentinel");
}
