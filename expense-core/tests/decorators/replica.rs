//! Whoever reads sees what was committed before, whatever happens to the copies.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use expense_core::conversation::question::{
    Census, ExpenseFilter, Page, PageRequest, Total, TotalsQuery,
};
use expense_core::domain::keys::LedgerId;
use expense_core::domain::text::Tag;
use expense_core::memory::replica::{MemoryPrimary, MemoryReplica};
use expense_core::ports::error::{Fault, PortError, Result};
use expense_core::ports::replica::{Lag, Mark, Position, Primary, ReadReplica, Seen};
use expense_core::ports::store::ExpenseStore;
use expense_core::testing::conformance::race;
use expense_core::testing::diary::{expenses, record};
use expense_core::testing::dice::Dice;
use expense_core::testing::faulty::{Faulty, Mishap, Plan, Planned};
use expense_core::testing::fixtures;
use expense_core::testing::mocks::{MockPrimary, MockReadReplica};
use expense_core::wrap::replica::{PATIENCE, REST, Replica};

fn anna() -> LedgerId {
    LedgerId::of(&fixtures::chat("anna"))
}

/// Two instances over one primary with two copies, everything that copies do counted by a plan.
struct House {
    primary: Arc<MemoryPrimary>,
    copies: [Arc<MemoryReplica>; 2],
    plan: Arc<Plan>,
    stores: [Replica; 2],
}

impl House {
    fn new(mishaps: Vec<Planned>) -> Self {
        let primary = Arc::new(MemoryPrimary::default());
        let copies = [(); 2].map(|()| Arc::new(MemoryReplica::new(primary.clone())));
        let plan = Plan::new(mishaps);
        let store = || {
            let faulty = |copy: &Arc<MemoryReplica>| Faulty::new(copy.clone(), &plan) as _;
            let log = Faulty::new(primary.clone(), &plan);
            Replica::new(primary.clone(), log, copies.iter().map(faulty).collect())
        };
        let stores = [store(), store()];
        Self {
            primary,
            copies,
            plan,
            stores,
        }
    }

    async fn look(&self) {
        for store in &self.stores {
            store.look().await;
        }
    }

    async fn look_until_rested(&self) {
        for _ in 0..=REST {
            self.look().await;
        }
    }

    fn reads_of_copies(&self) -> usize {
        let calls = self.plan.calls();
        calls
            .iter()
            .filter(|name| **name == "replica.expenses")
            .count()
    }
}

/// One writes, the other reads; copies pause, go on a little, die and come back as the dice say,
/// and every eleventh call to one of them, or to the primary about a position, fails.
#[tokio::test]
async fn hundreds_of_rounds_never_show_less_than_was_written() {
    for seed in 0..4 {
        let mut dice = Dice::new(seed);
        let mishaps = (0..20_000).filter(|call| call % 11 == 0);
        let mishaps = mishaps.map(|call| Planned {
            call,
            mishap: Mishap::Before(match dice.below(3) {
                0 => Fault::Busy { retry_after: None },
                1 => Fault::Corrupt,
                _ => Fault::Unavailable,
            }),
        });
        let house = House::new(mishaps.collect());
        for round in 0..300 {
            let copy = &house.copies[dice.below(2)];
            match dice.below(6) {
                0 => copy.pause(),
                1 => copy.die(),
                2 => copy.replay(1),
                3 => house.look_until_rested().await,
                _ => copy.go_on(),
            }
            let [writer, reader] = [dice.below(2), dice.below(2)];
            let update = format!("{round}:anna");
            record(&house.stores[writer], "anna", &update)
                .await
                .unwrap();
            let found = expenses(&house.stores[reader], "anna").await.unwrap();
            assert_eq!(found.len(), round + 1, "seed {seed}, round {round}");
        }
        assert!(house.reads_of_copies() > 50, "the copies were not used");
    }
}

#[tokio::test]
async fn a_copy_is_read_as_soon_as_it_has_arrived() {
    let house = House::new(Vec::new());
    house.look().await;
    let [here, there] = &house.stores;
    for copy in &house.copies {
        copy.pause();
    }
    record(here, "anna", "1").await.unwrap();
    // Of another ledger nothing was written: it is read from the copies all the same.
    let before = house.plan.count();
    assert!(expenses(there, "ben").await.unwrap().is_empty());
    assert_eq!(expenses(there, "anna").await.unwrap().len(), 1);
    assert!(house.plan.count() > before);
    for copy in &house.copies {
        copy.replay(1);
    }
    let truth = house.primary.positions(&[anna()]).await.unwrap();
    let shown = house.copies[0].tags(anna()).await.unwrap();
    assert_eq!(shown.position, truth[0]);
    assert_eq!(expenses(there, "anna").await.unwrap().len(), 1);
}

/// A copy that answers by what it is told.
fn copy(lag: impl Fn() -> Duration + Send + Sync + 'static) -> MockReadReplica {
    let mut copy = MockReadReplica::new();
    copy.expect_lag().returning(move |_| {
        let time = lag();
        Ok(Lag { bytes: 1, time })
    });
    copy
}

fn at(position: u64) -> MockPrimary {
    let mut log = MockPrimary::new();
    log.expect_mark().returning(|| Ok(Mark(1)));
    let positions = move |ledgers: &[LedgerId]| Ok(vec![Position(position); ledgers.len()]);
    log.expect_positions().returning(positions);
    log
}

fn over(log: MockPrimary, copy: MockReadReplica) -> Replica {
    let primary = Arc::new(MemoryPrimary::default());
    Replica::new(primary, Arc::new(log), vec![Arc::new(copy)])
}

fn nothing_at<T: Default>(position: u64) -> Seen<T> {
    Seen {
        position: Position(position),
        value: T::default(),
    }
}

#[tokio::test]
async fn no_copy_is_asked_before_it_was_looked_at() {
    // It expects no read: one would panic.
    let store = over(at(1), copy(|| Duration::ZERO));
    assert_eq!(store.tags(anna()).await.unwrap(), []);
}

#[tokio::test]
async fn a_copy_too_far_behind_is_left_out_and_taken_back() {
    let lag = Arc::new(AtomicU64::new(0));
    let shown = lag.clone();
    let mut behind = copy(move || Duration::from_secs(shown.load(Ordering::Relaxed)));
    // Once before it falls behind, once after it was taken back.
    behind
        .expect_tags()
        .times(2)
        .returning(|_| Ok(nothing_at(1)));
    let store = over(at(1), behind);
    for (seconds, _why) in [
        (0, "it is used"),
        (11, "too far behind"),
        (8, "not caught up enough to be taken back"),
        (3, "taken back"),
    ] {
        lag.store(seconds, Ordering::Relaxed);
        store.look().await;
        store.tags(anna()).await.unwrap();
    }
}

#[tokio::test]
async fn a_copy_whose_answer_fails_rests_for_some_looks() {
    let mut failing = copy(|| Duration::ZERO);
    failing.expect_tags().times(2).returning(|_| {
        let fault = Fault::Unavailable;
        Err(PortError::new("replica", "tags", fault))
    });
    let store = over(at(1), failing);
    store.look().await;
    store.tags(anna()).await.unwrap();
    for _ in 0..REST {
        store.look().await;
        store.tags(anna()).await.unwrap();
    }
    store.look().await;
    store.tags(anna()).await.unwrap();
}

#[tokio::test]
async fn a_copy_in_the_way_of_its_replay_is_asked_again() {
    let mut busy = copy(|| Duration::ZERO);
    busy.expect_tags().times(3).returning(|_| {
        let fault = Fault::Busy { retry_after: None };
        Err(PortError::new("replica", "tags", fault))
    });
    let store = over(at(1), busy);
    store.look().await;
    for _ in 0..3 {
        store.tags(anna()).await.unwrap();
    }
}

/// One that takes the question and never answers.
struct Silent(MockReadReplica);

#[async_trait]
impl ReadReplica for Silent {
    async fn expenses(&self, _: LedgerId, _: &ExpenseFilter, _: PageRequest) -> Result<Seen<Page>> {
        std::future::pending().await
    }
    async fn totals(&self, _: LedgerId, _: &TotalsQuery) -> Result<Seen<Vec<Total>>> {
        std::future::pending().await
    }
    async fn tags(&self, _: LedgerId) -> Result<Seen<Vec<(Tag, u64)>>> {
        std::future::pending().await
    }
    async fn census(&self) -> Result<Census> {
        std::future::pending().await
    }
    async fn lag(&self, mark: Mark) -> Result<Lag> {
        self.0.lag(mark).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_copy_costs_its_patience_once() {
    let primary = Arc::new(MemoryPrimary::default());
    let silent = Silent(copy(|| Duration::ZERO));
    let store = Replica::new(primary, Arc::new(at(1)), vec![Arc::new(silent)]);
    store.look().await;
    let begun = tokio::time::Instant::now();
    store.tags(anna()).await.unwrap();
    let first = begun.elapsed();
    store.census().await.unwrap();
    assert_eq!(begun.elapsed(), first);
    assert!(first <= PATIENCE * 2);
}

/// What a copy shows counts at the primary's own position alone: of another history it is no
/// truth, however far that has come.
#[tokio::test]
async fn a_copy_is_believed_where_it_stands_as_the_primary_does() {
    for (position, believed) in [(6, 0), (7, 1), (8, 0)] {
        let mut shown = copy(|| Duration::ZERO);
        shown.expect_tags().returning(move |_| {
            Ok(Seen {
                position: Position(position),
                value: vec![(fixtures::tag("copied"), 1)],
            })
        });
        let store = over(at(7), shown);
        store.look().await;
        let tags = store.tags(anna()).await.unwrap();
        assert_eq!(tags.len(), believed, "at {position}");
    }
}

/// A primary that takes its time: whoever asks meanwhile is answered by the next question.
#[tokio::test(start_paused = true)]
async fn positions_are_asked_for_together() {
    struct Slow(AtomicUsize);
    #[async_trait]
    impl Primary for Slow {
        async fn positions(&self, ledgers: &[LedgerId]) -> Result<Vec<Position>> {
            self.0.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(10)).await;
            Ok(vec![Position(1); ledgers.len()])
        }
        async fn mark(&self) -> Result<Mark> {
            Ok(Mark(1))
        }
    }
    let log = Arc::new(Slow(Default::default()));
    let mut quick = copy(|| Duration::ZERO);
    quick
        .expect_tags()
        .times(100)
        .returning(|_| Ok(nothing_at(1)));
    let primary = Arc::new(MemoryPrimary::default());
    let store = Arc::new(Replica::new(primary, log.clone(), vec![Arc::new(quick)]));
    store.look().await;
    let readers = (0..100).map(|_| {
        let store = store.clone();
        async move { store.tags(anna()).await.unwrap() }
    });
    race(readers).await;
    let questions = log.0.load(Ordering::Relaxed);
    assert!(questions <= 4, "{questions} questions");
}
