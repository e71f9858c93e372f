//! The queue in front of a model, in simulated time.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use expense_core::memory::rate::MemoryRateLimiter;
use expense_core::ports::clock::Clock;
use expense_core::ports::error::{Fault, PortError};
use expense_core::testing::fixtures::noon;
use expense_core::testing::simulation::SimulatedClock;
use expense_core::wrap::queue::{Pace, RequestQueue};
use expense_core::wrap::{Call, Policy};
use futures::future::join_all;
use rstest::rstest;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

const CALL: Call = Call {
    port: "ocr",
    operation: "read",
};
const SECOND: Duration = Duration::from_secs(1);
const PACE: Pace = Pace {
    at_once: 4,
    depth: 100,
    per_minute: 50,
    per_day: None,
};

/// A model that counts: when it was asked, and by how many at a time.
struct Model {
    clock: Arc<SimulatedClock>,
    takes: Duration,
    asked: Mutex<Vec<DateTime<Utc>>>,
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Model {
    fn new(clock: &Arc<SimulatedClock>, takes: Duration) -> Self {
        Self {
            clock: clock.clone(),
            takes,
            asked: Mutex::default(),
            now: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        }
    }

    /// A request that is up to 0.4 s on its way.
    async fn ask(&self, n: u64) -> Result<(), PortError> {
        tokio::time::sleep(Duration::from_millis(n * 7919 % 400)).await;
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        self.asked
            .lock()
            .expect("nobody panicked")
            .push(self.clock.now());
        tokio::time::sleep(self.takes).await;
        self.now.fetch_sub(1, Ordering::SeqCst);
        Ok(())
    }

    fn asked(&self) -> Vec<DateTime<Utc>> {
        let mut asked = self.asked.lock().expect("nobody panicked").clone();
        asked.sort();
        asked
    }
}

fn world(takes: Duration) -> (Arc<SimulatedClock>, Arc<MemoryRateLimiter>, Model) {
    let clock = Arc::new(SimulatedClock::beginning(noon()));
    let limiter = Arc::new(MemoryRateLimiter::new(clock.clone()));
    let model = Model::new(&clock, takes);
    (clock, limiter, model)
}

/// Whatever one request takes, and however many processes share the limiter.
#[rstest]
#[tokio::test(start_paused = true)]
async fn the_allowed_rate_is_used_and_never_exceeded(
    #[values(1, 4)] processes: usize,
    #[values(100, 1_500, 4_500)] takes_ms: u64,
) {
    const HOUR: TimeDelta = TimeDelta::hours(1);
    let (clock, limiter, model) = world(Duration::from_millis(takes_ms));
    let queues: Vec<_> = (0..processes)
        .map(|_| RequestQueue::new("model", PACE, limiter.clone(), clock.clone()))
        .collect();
    // As many callers as wait and are served, each of whom comes back at once.
    let callers = (0..40_u64).map(|caller| {
        let (queue, model) = (&queues[caller as usize % processes], &model);
        async move {
            for n in 0.. {
                let ask = || model.ask(caller * 1_000 + n);
                queue.run(CALL, ask).await.expect("its turn comes");
            }
        }
    });
    let over = tokio::time::sleep(HOUR.to_std().expect("an hour"));
    tokio::select! {
        _ = join_all(callers) => {}
        () = over => {}
    }
    let asked = model.asked();
    let within = |from: &DateTime<Utc>| {
        let until = *from + TimeDelta::minutes(1);
        asked
            .iter()
            .filter(|at| *at >= from && **at < until)
            .count()
    };
    let most = asked.iter().map(within).max();
    assert!(most <= Some(50), "{most:?} in a minute");
    assert!(
        asked.len() * 100 >= 50 * 60 * 99,
        "only {} in an hour",
        asked.len()
    );
    let at_once = model.most.load(Ordering::SeqCst);
    assert!(at_once <= 4 * processes, "{at_once} at once");
}

#[tokio::test(start_paused = true)]
async fn the_first_to_come_is_the_first_to_be_served() {
    let (clock, limiter, _) = world(SECOND);
    let pace = Pace { at_once: 1, ..PACE };
    let queue = RequestQueue::new("model", pace, limiter, clock);
    let served = Mutex::new(Vec::new());
    let calls = (0..70).map(|n| {
        let (queue, served) = (&queue, &served);
        async move {
            let ask = || async {
                served.lock().expect("nobody panicked").push(n);
                Ok(())
            };
            queue.run(CALL, ask).await
        }
    });
    assert!(join_all(calls).await.iter().all(Result::is_ok));
    assert!(served.lock().expect("nobody panicked").is_sorted());
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_refuses_at_once() {
    let (clock, limiter, model) = world(SECOND);
    let pace = Pace {
        at_once: 1,
        depth: 2,
        ..PACE
    };
    let queue = RequestQueue::new("model", pace, limiter, clock);
    let calls = (0..5).map(|n| {
        queue.run(CALL, {
            let model = &model;
            move || model.ask(n)
        })
    });
    let ended: Vec<_> = join_all(calls)
        .await
        .into_iter()
        .map(|end| end.map_err(|e| e.fault))
        .collect();
    let busy = Err(Fault::Busy { retry_after: None });
    assert_eq!(ended, [Ok(()), Ok(()), Ok(()), busy, busy]);
    queue
        .run(CALL, || model.ask(0))
        .await
        .expect("there is room again");
}

/// The rest of the day costs nobody a wait, and the day after is another one.
#[tokio::test(start_paused = true)]
async fn a_day_that_is_used_up_is_busy_until_it_is_over() {
    let (clock, limiter, model) = world(SECOND);
    let pace = Pace {
        per_day: Some(3),
        ..PACE
    };
    let queue = RequestQueue::new("model", pace, limiter, clock.clone());
    for _ in 0..3 {
        queue
            .run(CALL, || model.ask(0))
            .await
            .expect("within the day");
    }
    let began = clock.now();
    for _ in 0..200 {
        let error = queue
            .run(CALL, || model.ask(0))
            .await
            .expect_err("it is used up");
        let Fault::Busy {
            retry_after: Some(wait),
        } = error.fault
        else {
            panic!("{error}");
        };
        assert!(wait > 23 * 60 * 60 * SECOND, "{wait:?}");
    }
    assert_eq!(clock.now(), began, "nobody waited");
    tokio::time::sleep(24 * 60 * 60 * SECOND + SECOND).await;
    queue.run(CALL, || model.ask(0)).await.expect("another day");
    assert_eq!(model.asked().len(), 4);
}

/// Another program may have used up the day: its end is the model's to say.
#[tokio::test(start_paused = true)]
async fn a_model_that_asks_for_hours_is_left_alone() {
    let (clock, limiter, model) = world(SECOND);
    let queue = RequestQueue::new("model", PACE, limiter, clock);
    let busy = |hours: u32| {
        let retry_after = Some(60 * 60 * SECOND * hours);
        PortError::new("ocr", "read", Fault::Busy { retry_after })
    };
    let refused = queue.run(CALL, || async { Err::<(), _>(busy(5)) }).await;
    assert_eq!(refused.expect_err("busy").fault, busy(5).fault);
    let error = queue.run(CALL, || model.ask(0)).await.expect_err("closed");
    assert_eq!(error.fault, busy(5).fault);
    assert!(model.asked().is_empty());
    tokio::time::sleep(5 * 60 * 60 * SECOND).await;
    queue.run(CALL, || model.ask(0)).await.expect("it is open");
}
