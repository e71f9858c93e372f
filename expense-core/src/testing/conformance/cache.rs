//! The suite of [`Cache`]. A cache may forget at any time: no case wants a value to be there.

use std::time::Duration;

use super::{Bench, race};
use crate::ports::cache::Cache;

/// What the suite is given.
pub type CacheBench = Bench<dyn Cache>;

/// Proves a [`Cache`](crate::ports::cache::Cache).
#[macro_export]
macro_rules! cache_conformance {
    ($fresh:path) => {
        $crate::__conformance! { $fresh; cache {
            it_never_returns_another_keys_bytes,
            a_later_value_replaces_an_earlier_one,
            a_value_is_gone_after_its_time,
            forgetting_is_seen_by_every_later_get,
            racing_puts_leave_one_of_their_values,
        } }
    };
}

const LONG: Duration = Duration::from_secs(3_600);

async fn put(cache: &dyn Cache, key: &str, value: &[u8], ttl: Duration) {
    cache.put(key, value, ttl).await.expect("an answer");
}

/// However alike the keys look and however many there are.
pub async fn it_never_returns_another_keys_bytes(bench: CacheBench) {
    let cache = bench.port();
    let like = ["k", "K", "k ", "k:", "k*", "", "ключ"].map(str::to_owned);
    let keys: Vec<String> = like
        .into_iter()
        .chain((0..300).map(|n| format!("k{n}")))
        .collect();
    for key in &keys {
        put(&*cache, key, key.as_bytes(), LONG).await;
    }
    for key in &keys {
        let value = bench.other().get(key).await.expect("an answer");
        assert!(value.is_none_or(|value| value == key.as_bytes()), "{key}");
    }
    assert_eq!(cache.get("never put").await.expect("an answer"), None);
}

/// What was replaced never comes back.
pub async fn a_later_value_replaces_an_earlier_one(bench: CacheBench) {
    let cache = bench.port();
    for value in [&b"one"[..], &[], &[0, 255, 0], &[7; 10_000]] {
        put(&*cache, "k", value, LONG).await;
        let found = bench.other().get("k").await.expect("an answer");
        assert!(found.is_none_or(|found| found == value));
    }
}

/// Also one that was put for longer before.
pub async fn a_value_is_gone_after_its_time(bench: CacheBench) {
    let cache = bench.port();
    put(&*cache, "k", b"long", LONG).await;
    put(&*cache, "k", b"short", Duration::from_secs(1)).await;
    bench.elapse(Duration::from_millis(1_100)).await;
    assert_eq!(cache.get("k").await.expect("an answer"), None);
}

/// Through every instance; forgetting what is not there is no error.
pub async fn forgetting_is_seen_by_every_later_get(bench: CacheBench) {
    let (here, there) = (bench.port(), bench.other());
    put(&*here, "k", b"value", LONG).await;
    there.forget("k").await.expect("an answer");
    assert_eq!(here.get("k").await.expect("an answer"), None);
    there.forget("k").await.expect("an answer");
}

/// Never a mixture.
pub async fn racing_puts_leave_one_of_their_values(bench: CacheBench) {
    let runners = (0..16_u8).map(|n| {
        let cache = bench.nth(n.into());
        async move { cache.put("k", &[n; 100], LONG).await.expect("an answer") }
    });
    race(runners).await;
    let found = bench.port().get("k").await.expect("an answer");
    assert!(found.is_none_or(|value| value.len() == 100 && value.iter().all(|b| *b == value[0])));
}
