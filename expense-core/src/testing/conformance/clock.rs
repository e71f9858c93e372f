//! The suite of [`Clock`].

use super::Bench;
use crate::ports::clock::Clock;

/// Proves a [`Clock`](crate::ports::clock::Clock).
#[macro_export]
macro_rules! clock_conformance {
    ($fresh:path) => {
        $crate::__conformance! { $fresh; clock { it_shows_whole_microseconds, what_passes_never_goes_back } }
    };
}

/// No database keeps more.
pub async fn it_shows_whole_microseconds(bench: Bench<dyn Clock>) {
    let clock = bench.port();
    for _ in 0..1_000 {
        assert_eq!(clock.now().timestamp_subsec_nanos() % 1_000, 0);
    }
}

/// Somebody waits by it.
pub async fn what_passes_never_goes_back(bench: Bench<dyn Clock>) {
    let clock = bench.port();
    let before = clock.steady();
    bench.elapse(std::time::Duration::from_millis(2)).await;
    let mut passed = clock.steady();
    assert!(passed > before, "nothing passed");
    for _ in 0..1_000 {
        let next = clock.steady();
        assert!(next >= passed);
        passed = next;
    }
}
