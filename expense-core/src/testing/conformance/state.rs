//! The suite of [`StateStore`].

use std::collections::BTreeSet;
use std::time::Duration;

use super::{Bench, race};
use crate::ports::state::{Saved, StateStore, Version, Versioned};

/// What the suite is given.
pub type StateBench = Bench<dyn StateStore>;

/// Proves a [`StateStore`](crate::ports::state::StateStore).
#[macro_export]
macro_rules! state_store_conformance {
    ($fresh:path) => {
        $crate::__conformance! { $fresh; state {
            a_saved_value_can_be_loaded,
            saving_over_an_unseen_version_is_lost,
            racing_saves_have_one_winner,
            expired_equals_absent,
            a_version_is_never_used_again,
            only_what_was_seen_is_cleared,
            keys_do_not_meet,
        } }
    };
}

const LONG: Duration = Duration::from_secs(3_600);
const SHORT: Duration = Duration::from_secs(1);
const JUST_OVER: Duration = Duration::from_millis(1_100);

async fn save(port: &dyn StateStore, key: &str, seen: Option<Version>, value: &[u8]) -> Version {
    match port.save(key, seen, value, LONG).await.expect("an answer") {
        Saved::Done(version) => version,
        Saved::Lost => panic!("{key} was saved by nobody else"),
    }
}

async fn load(port: &dyn StateStore, key: &str) -> Option<Versioned> {
    port.load(key).await.expect("an answer")
}

/// As it was, whatever its bytes, through every instance.
pub async fn a_saved_value_can_be_loaded(bench: StateBench) {
    let (here, there) = (bench.port(), bench.other());
    assert_eq!(load(&*here, "k").await, None);
    let mut seen = None;
    for value in [&b"one"[..], &[], &[0, 255, 10, 13, 0], &[7; 10_000]] {
        let version = save(&*here, "k", seen, value).await;
        let expected = Versioned {
            version,
            value: value.to_vec(),
        };
        assert_eq!(load(&*there, "k").await, Some(expected));
        seen = Some(version);
    }
}

/// `None` means that there is nothing; a version means this one.
pub async fn saving_over_an_unseen_version_is_lost(bench: StateBench) {
    let port = bench.port();
    let ghost = Some(Version(77));
    assert_eq!(
        port.save("k", ghost, b"x", LONG).await.expect("an answer"),
        Saved::Lost
    );
    let first = save(&*port, "k", None, b"first").await;
    let second = save(&*port, "k", Some(first), b"second").await;
    for seen in [None, Some(first), ghost] {
        let saved = port
            .save("k", seen, b"lost", LONG)
            .await
            .expect("an answer");
        assert_eq!(saved, Saved::Lost, "{seen:?}");
    }
    let expected = Versioned {
        version: second,
        value: b"second".to_vec(),
    };
    assert_eq!(load(&*port, "k").await, Some(expected));
}

/// Both for the first value and for a later one.
pub async fn racing_saves_have_one_winner(bench: StateBench) {
    let mut seen = None;
    for _ in 0..2 {
        let runners = (0..16_u8).map(|n| {
            let port = bench.nth(n.into());
            async move {
                (
                    n,
                    port.save("k", seen, &[n], LONG).await.expect("an answer"),
                )
            }
        });
        let saved = race(runners).await;
        let won: Vec<_> = saved
            .iter()
            .filter(|(_, saved)| *saved != Saved::Lost)
            .collect();
        let [(n, Saved::Done(version))] = won[..] else {
            panic!("not one winner: {won:?}");
        };
        let expected = Versioned {
            version: *version,
            value: vec![*n],
        };
        assert_eq!(load(&*bench.port(), "k").await, Some(expected));
        seen = Some(*version);
    }
}

/// What has expired can't be loaded, saved over or cleared, and makes way for a first value.
pub async fn expired_equals_absent(bench: StateBench) {
    let port = bench.port();
    let Saved::Done(old) = port
        .save("k", None, b"old", SHORT)
        .await
        .expect("an answer")
    else {
        panic!("saved by nobody else");
    };
    save(&*port, "other", None, b"stays").await;
    bench.elapse(JUST_OVER).await;
    assert_eq!(load(&*port, "k").await, None);
    let late = port
        .save("k", Some(old), b"late", LONG)
        .await
        .expect("an answer");
    assert_eq!(late, Saved::Lost);
    assert_eq!(port.clear("k", old).await.expect("an answer"), Saved::Lost);
    save(&*port, "k", None, b"new").await;
    assert!(load(&*port, "other").await.is_some());
}

/// Neither after saving, nor after clearing, nor after expiry.
pub async fn a_version_is_never_used_again(bench: StateBench) {
    let port = bench.port();
    let mut used = BTreeSet::new();
    for round in 0..3 {
        let first = save(&*bench.nth(round), "k", None, b"1").await;
        let second = save(&*port, "k", Some(first), b"2").await;
        port.clear("k", second).await.expect("an answer");
        let saved = port.save("k", None, b"3", SHORT).await.expect("an answer");
        let Saved::Done(third) = saved else {
            panic!("saved by nobody else");
        };
        bench.elapse(JUST_OVER).await;
        for version in [first, second, third] {
            assert!(used.insert(version), "{version:?} was used before");
        }
    }
}

/// Clearing another version than the present one changes nothing.
pub async fn only_what_was_seen_is_cleared(bench: StateBench) {
    let port = bench.port();
    let first = save(&*port, "k", None, b"1").await;
    let second = save(&*port, "k", Some(first), b"2").await;
    assert_eq!(
        port.clear("k", first).await.expect("an answer"),
        Saved::Lost
    );
    assert_eq!(
        port.clear("none", first).await.expect("an answer"),
        Saved::Lost
    );
    assert!(load(&*port, "k").await.is_some());
    assert!(matches!(
        port.clear("k", second).await.expect("an answer"),
        Saved::Done(_)
    ));
    assert_eq!(load(&*port, "k").await, None);
}

/// However alike they look.
pub async fn keys_do_not_meet(bench: StateBench) {
    let port = bench.port();
    let keys = ["k", "K", "k ", "k:", "k*", "ключ", "k%", "k_"];
    for key in keys {
        save(&*port, key, None, key.as_bytes()).await;
    }
    for key in keys {
        let value = load(&*port, key).await.map(|found| found.value);
        assert_eq!(value.as_deref(), Some(key.as_bytes()));
    }
}
