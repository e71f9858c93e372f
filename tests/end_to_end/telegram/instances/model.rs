//! Four instances ask a model no more than one may, and as much.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use expense_core::memory::clock::SystemClock;
use expense_core::ports::error::Fault;
use expense_core::wrap::queue::{Pace, RequestQueue};
use expense_core::wrap::{Call, Policy};
use expense_redis::Redis;
use futures::future::join_all;
use tokio::time::{Instant, timeout};

const INSTANCES: usize = 4;
const CALL: Call = Call {
    port: "ocr",
    operation: "read",
};
const PER_MINUTE: u32 = 40;
const PER_DAY: u32 = 50;
const MINUTE: Duration = Duration::from_secs(60);

/// All of the first minute's, then of the second's what is left of the day; the others are told to
/// wait for another day.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_minute_and_its_day_are_used_and_never_exceeded() {
    let settings = expense_redis::testing::fresh();
    let pace = Pace {
        at_once: 20,
        depth: 1_000,
        per_minute: PER_MINUTE,
        per_day: Some(PER_DAY),
    };
    let queues = [(); INSTANCES].map(|()| {
        let redis = Arc::new(Redis::open(&settings).expect("a URL"));
        RequestQueue::new("model", pace, redis, Arc::new(SystemClock))
    });
    let asked = Mutex::new(Vec::new());
    let ask = || {
        asked.lock().expect("nobody panicked").push(Instant::now());
        async { Ok(()) }
    };
    let callers = (0..2 * PER_MINUTE).zip(queues.iter().cycle());
    let calls = callers.map(|(_, queue)| queue.run(CALL, &ask));
    let ended = timeout(3 * MINUTE, join_all(calls)).await;
    let ended = ended.expect("each has its turn or its answer");

    let mut asked = asked.into_inner().expect("nobody panicked");
    asked.sort();
    let day = usize::try_from(PER_DAY).expect("few");
    let minute = usize::try_from(PER_MINUTE).expect("few");
    assert_eq!(asked.len(), day, "the whole day, and no more");
    let gap = asked[minute] - asked[0];
    assert!(gap >= MINUTE, "more than a minute's within {gap:?}");
    let used = MINUTE.as_millis() * 1_000 / gap.as_millis();
    eprintln!("{used} ‰ of a minute's requests were used");
    assert!(used > 900, "{used} ‰");
    let refused = ended.iter().filter_map(|ended| ended.as_ref().err());
    let refused: Vec<_> = refused.map(|error| error.fault).collect();
    assert_eq!(refused.len(), 2 * minute - day);
    let until_tomorrow = |fault: &Fault| matches!(fault, Fault::Busy { retry_after: Some(wait) } if *wait > 60 * MINUTE);
    assert!(refused.iter().all(until_tomorrow), "{refused:?}");
}
