//! What happens to a client while its server is killed or paused.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use expense_core::ports::cache::Cache;
use expense_core::ports::error::{Fault, PortError};
use expense_core::testing::conformance::race;
use expense_redis::testing::of;
use expense_redis::{Config, OpenError, Redis};
use test_servers::redis::Server;

const LONG: Duration = Duration::from_secs(3_600);
/// Far more than any operation may take.
const HANG: Duration = Duration::from_secs(30);

/// With the usual patience.
fn client(url: &str) -> Redis {
    let usual = Config::new(url);
    let mut config = of(url);
    config.response_timeout = usual.response_timeout;
    config.connect_timeout = usual.connect_timeout;
    Redis::open(&config).unwrap()
}

/// Until it works: what fails on the way may be tried again.
async fn recovers(redis: &Redis) {
    let begun = Instant::now();
    while let Err(error) = redis.put("k", b"v", LONG).await {
        assert!(error.is_transient(), "{error}");
        assert!(begun.elapsed() < HANG, "{error}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn prove_that_a_killed_server_is_survived(server: &mut Server, redis: Arc<Redis>) {
    let over = Arc::new(AtomicBool::new(false));
    let users = (0..8).map(|n| {
        let (redis, over) = (Arc::clone(&redis), Arc::clone(&over));
        tokio::spawn(async move {
            let mut faults = Vec::new();
            while !over.load(Ordering::Relaxed) {
                let key = format!("{n}");
                let put = redis.put(&key, b"v", LONG);
                let done = tokio::time::timeout(HANG, put).await;
                faults.extend(done.expect("it does not hang").err());
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            faults
        })
    });
    let users: Vec<_> = users.collect();
    for _ in 0..3 {
        recovers(&redis).await;
        server.crash().unwrap();
        let error = redis.get("k").await.unwrap_err();
        assert_eq!(error.fault, Fault::Unavailable, "{error}");
        server.start_again().unwrap();
    }
    recovers(&redis).await;
    over.store(true, Ordering::Relaxed);
    let mut faults: Vec<PortError> = Vec::new();
    for user in users {
        faults.extend(user.await.unwrap());
    }
    assert!(!faults.is_empty(), "nobody met the lost server");
    assert!(faults.iter().all(PortError::is_transient), "{faults:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_is_survived_in_the_middle_of_use() {
    let mut server = Server::start().unwrap();
    let redis = Arc::new(client(&server.url()));
    prove_that_a_killed_server_is_survived(&mut server, redis).await;
}

/// More wait than have room on the connection, too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_server_is_given_up_in_time_and_works_again() {
    let server = Server::start().unwrap();
    let redis = Arc::new(client(&server.url()));
    redis.put("k", b"v", LONG).await.unwrap();
    server.pause().unwrap();
    let answers = race((0..6_000).map(|n| {
        let redis = Arc::clone(&redis);
        async move {
            let get = redis.get(if n % 2 == 0 { "k" } else { "other" });
            tokio::time::timeout(HANG, get).await
        }
    }));
    for answer in answers.await {
        let error = answer.expect("it does not hang").unwrap_err();
        assert_eq!(error.fault, Fault::Unavailable, "{error}");
    }
    server.go_on().unwrap();
    recovers(&redis).await;
    assert_eq!(redis.get("k").await.unwrap().as_deref(), Some(&b"v"[..]));
}

#[tokio::test]
async fn it_starts_without_its_server_and_finds_it_later() {
    let mut server = Server::start().unwrap();
    server.crash().unwrap();
    let redis = client(&server.url());
    assert_eq!(redis.check().await, Err(OpenError::Unreachable));
    let error = redis.get("k").await.unwrap_err();
    assert_eq!(error.fault, Fault::Unavailable, "{error}");
    server.start_again().unwrap();
    recovers(&redis).await;
}
