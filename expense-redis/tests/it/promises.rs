//! What is promised beyond the suites, on a server that is well.

use std::sync::Arc;
use std::time::Duration;

use expense_core::ports::cache::Cache;
use expense_core::ports::error::Fault;
use expense_core::ports::lease::{Fence, Lease};
use expense_core::ports::rate::{Quota, RateLimiter, Take, Verdict};
use expense_core::ports::state::{Saved, StateStore, Version};
use expense_core::testing::conformance::race;
use expense_redis::testing::{fresh, of};
use expense_redis::{Config, OpenError, Redis};
use futures::FutureExt;
use rstest::rstest;
use test_servers::redis::Server;

const LONG: Duration = Duration::from_secs(3_600);

async fn first(redis: &Redis, key: &str) -> Version {
    match redis.save(key, None, b"value", LONG).await.unwrap() {
        Saved::Done(version) => version,
        Saved::Lost => panic!("{key} is there"),
    }
}

async fn hold(redis: &Redis, holder: &str, ttl: Duration) -> Fence {
    let fence = Lease::take(redis, "n", holder, ttl).await.unwrap();
    fence.expect("it is free")
}

#[tokio::test]
async fn versions_and_fences_rise_over_a_flush_and_a_new_server() {
    let mut server = Server::start().unwrap();
    let redis = Redis::open(&of(&server.url())).unwrap();
    let mut last = (first(&redis, "k").await, hold(&redis, "a", LONG).await);
    for round in 0..2 {
        if round == 0 {
            server.command("FLUSHALL").unwrap();
        } else {
            server.crash().unwrap();
            server.start_again().unwrap();
            // The first command may meet the lost connection.
            let _ = redis.load("k").await;
        }
        let next = (first(&redis, "k").await, hold(&redis, "b", LONG).await);
        assert!(
            next.0 > last.0 && next.1 > last.1,
            "{next:?} after {last:?}"
        );
        last = next;
    }
}

/// As after a clock was set back: what is there is exceeded all the same.
#[tokio::test]
async fn versions_and_fences_rise_although_the_clock_is_behind() {
    let server = Server::start().unwrap();
    let config = of(&server.url());
    let redis = Redis::open(&config).unwrap();
    let ahead = 8_000_000_000_000_000_u64;
    let set = |key: &str, value: &str| {
        let key = format!("{}:{key}", config.prefix);
        assert_eq!(
            server.command(&format!("SET {key} {value}")).unwrap(),
            "+OK\r\n"
        );
    };
    set("{state:k}", &format!("{ahead}:value"));
    set("{lease:n}:fence", &ahead.to_string());
    let saved = redis.save("k", Some(Version(ahead)), b"next", LONG).await;
    assert_eq!(saved.unwrap(), Saved::Done(Version(ahead + 1)));
    let fence = hold(&redis, "a", LONG).await;
    assert_eq!(fence.0, ahead + 1);
}

#[tokio::test]
async fn a_fence_rises_after_its_lease_has_left_nothing() {
    let server = Server::start().unwrap();
    let config = of(&server.url());
    let redis = Redis::open(&config).unwrap();
    let brief = Duration::from_millis(20);
    let before = hold(&redis, "a", brief).await;
    tokio::time::sleep(2 * brief).await;
    let key = format!("{}:{{lease:n}}", config.prefix);
    assert_eq!(server.command(&format!("EXISTS {key}")).unwrap(), ":0\r\n");
    assert!(hold(&redis, "a", brief).await > before);
}

/// Whatever is kept goes by itself.
#[tokio::test]
async fn every_key_has_a_life_and_the_prefix() {
    let server = Server::start().unwrap();
    let config = of(&server.url());
    let redis = Redis::open(&config).unwrap();
    first(&redis, "k").await;
    redis.put("k", b"v", LONG).await.unwrap();
    hold(&redis, "a", LONG).await;
    let take = Take {
        bucket: "b".to_owned(),
        token: Some("t".to_owned()),
        at: None,
    };
    let quota = Quota {
        burst: 1,
        period: LONG,
    };
    let other = Take {
        token: Some("u".to_owned()),
        ..take.clone()
    };
    RateLimiter::take(&redis, &take, quota).await.unwrap();
    RateLimiter::take(&redis, &other, quota).await.unwrap();
    let keyspace = server.command("INFO keyspace").unwrap();
    assert!(keyspace.contains("keys=6,expires=6"), "{keyspace}");
    let ours = server
        .command(&format!("KEYS {}:*", config.prefix))
        .unwrap();
    assert!(ours.starts_with("*6\r\n"), "{ours}");
}

/// A server that gets them one by one does little else than read its sockets.
#[tokio::test]
async fn what_many_put_at_once_goes_in_few_trips() {
    let server = Server::start().unwrap();
    let redis = Redis::open(&of(&server.url())).unwrap();
    redis.check().await.unwrap();
    let before = reads(&server);
    let keys: Vec<_> = (0..200).map(|key| key.to_string()).collect();
    // The first one leaves: the others go all the same.
    let left = redis.put("left", b"v", LONG).now_or_never();
    assert!(left.is_none());
    let all = keys.iter().map(|key| redis.put(key, key.as_bytes(), LONG));
    futures::future::try_join_all(all).await.unwrap();
    let trips = reads(&server) - before;
    assert!(trips <= 20, "{trips} trips");
    for key in &keys {
        assert_eq!(
            redis.get(key).await.unwrap().as_deref(),
            Some(key.as_bytes())
        );
    }
}

/// The questions for the count are read, too.
#[tokio::test]
async fn what_many_take_at_once_goes_in_few_trips() {
    let server = Server::start().unwrap();
    let redis = Redis::open(&of(&server.url())).unwrap();
    let quota = Quota {
        burst: 1,
        period: LONG,
    };
    let take = |person: usize| Take {
        bucket: person.to_string(),
        token: None,
        at: None,
    };
    RateLimiter::take(&redis, &take(0), quota).await.unwrap();
    let before = reads(&server);
    let all: Vec<_> = (1..=40).map(take).collect();
    let taking = all
        .iter()
        .map(|take| RateLimiter::take(&redis, take, quota));
    let told = futures::future::try_join_all(taking).await.unwrap();
    assert_eq!(told, [Verdict::Allowed; 40]);
    let trips = reads(&server) - before;
    assert!(trips <= 5, "{trips} trips");
}

/// How often the server has read from its sockets.
fn reads(server: &Server) -> u64 {
    let told = server.command("INFO stats").unwrap();
    let mut lines = told.lines();
    let line = lines.find_map(|line| line.strip_prefix("total_reads_processed:"));
    let count = line.and_then(|count| count.trim().parse().ok());
    count.unwrap()
}

#[rstest]
#[case::few(3, 40)]
#[case::many(500, 1_500)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn racing_takes_of_two_clients_get_the_burst_between_them(
    #[case] burst: u32,
    #[case] takes: usize,
) {
    let config = fresh();
    let clients = [(); 2].map(|()| Arc::new(Redis::open(&config).unwrap()));
    let quota = Quota {
        burst,
        period: LONG,
    };
    let verdicts = race((0..takes).map(|n| {
        let redis = Arc::clone(&clients[n % 2]);
        let token = (n % 3 == 0).then(|| format!("{n}"));
        let take = Take {
            bucket: "b".to_owned(),
            token,
            at: None,
        };
        async move { RateLimiter::take(&*redis, &take, quota).await.unwrap() }
    }))
    .await;
    let allowed = verdicts
        .iter()
        .filter(|verdict| **verdict == Verdict::Allowed);
    assert_eq!(allowed.count(), usize::try_from(burst).unwrap());
}

#[tokio::test]
async fn what_another_program_keeps_under_our_key_is_told() {
    let server = Server::start().unwrap();
    let config = of(&server.url());
    let redis = Redis::open(&config).unwrap();
    let key = format!("{}:{{state:k}}", config.prefix);
    server.command(&format!("SET {key} nonsense")).unwrap();
    let loaded = redis.load("k").await.unwrap_err();
    let saved = redis.save("k", None, b"v", LONG).await.unwrap_err();
    assert_eq!([loaded.fault, saved.fault], [Fault::Corrupt; 2]);
}

#[tokio::test]
async fn a_full_server_is_told() {
    let server = Server::start().unwrap();
    let redis = Redis::open(&of(&server.url())).unwrap();
    server.command("CONFIG SET maxmemory 1").unwrap();
    let error = redis.save("k", None, b"v", LONG).await.unwrap_err();
    assert_eq!(error.fault, Fault::Full, "{error}");
    assert_eq!(
        redis.put("k", b"v", LONG).await.unwrap_err().fault,
        Fault::Full
    );
}

#[tokio::test]
async fn a_wrong_password_is_denied_and_not_shown() {
    let server = Server::start().unwrap();
    server.command("CONFIG SET requirepass right").unwrap();
    let url = server.url();
    let redis =
        |password: &str| Redis::open(&of(&url.replace("//", &format!("//:{password}@")))).unwrap();
    assert_eq!(redis("right").check().await, Ok(()));
    assert_eq!(redis("wrong").check().await, Err(OpenError::Denied));
    let nobody = Redis::open(&of(&url)).unwrap();
    assert_eq!(nobody.check().await, Err(OpenError::Denied));
    let error = redis("wrong").get("k").await.unwrap_err();
    assert_eq!(error.fault, Fault::Denied);
    assert!(!format!("{error:?}").contains("wrong"));
}

#[rstest]
#[case::no_url("localhost", "p", OpenError::Url)]
#[case::another_protocol("http://localhost", "p", OpenError::Url)]
#[case::no_host("redis://", "p", OpenError::Url)]
#[case::no_prefix("redis://localhost", "", OpenError::Prefix)]
#[case::braces("redis://localhost", "{p}", OpenError::Prefix)]
#[tokio::test]
async fn settings_that_cannot_work_are_told(
    #[case] url: &str,
    #[case] prefix: &str,
    #[case] expected: OpenError,
) {
    let mut config = Config::new(url);
    config.prefix = prefix.to_owned();
    assert_eq!(Redis::open(&config).unwrap_err(), expected);
}
