//! A primary that changes is followed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use expense_core::ports::cache::Cache;
use expense_core::ports::lease::Lease;
use expense_redis::testing::of;
use expense_redis::{Config, OpenError, Redis, examine};
use test_servers::redis::{Server, WATCHED};

pub(crate) const LONG: Duration = Duration::from_secs(3_600);
/// Far more than a fail-over takes.
const HANG: Duration = Duration::from_secs(180);

fn url(sentinels: &[Server]) -> String {
    let hosts: Vec<_> = sentinels.iter().map(Server::url).collect();
    let hosts = hosts.join(",").replace("redis://", "");
    format!("redis+sentinel://{hosts}/{WATCHED}")
}

pub(crate) fn client(url: &str) -> Redis {
    let usual = Config::new(url);
    let mut config = of(url);
    config.response_timeout = usual.response_timeout;
    config.connect_timeout = usual.connect_timeout;
    Redis::open(&config).unwrap()
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

/// Killed or paused, the primary is replaced, and one that comes back is none any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn traffic_goes_on_with_the_new_primary() {
    let mut first = Server::start().unwrap();
    let second = first.replica().unwrap();
    let mut sentinels = first.watched().unwrap();
    let redis = Arc::new(client(&url(&sentinels)));
    redis.check().await.unwrap();
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
