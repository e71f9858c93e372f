//! The suite of [`Primary`] and [`ReadReplica`]: a store, and a copy that follows it.

use std::any::Any;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use crate::conversation::question::{ExpenseFilter, Group, PageRequest, TotalsQuery};
use crate::conversation::session::Session;
use crate::conversation::write::Write;
use crate::domain::currency::Currency;
use crate::domain::keys::LedgerId;
use crate::ports::replica::{Lag, Position, Primary, ReadReplica};
use crate::ports::store::ExpenseStore;
use crate::testing::conformance::store::Diary;
use crate::testing::fixtures::{amend, chat, details, noon, settings, tag};

/// How long a copy that goes on may take to catch up.
const CATCHING_UP: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(5);

/// What the suite is given: a fresh store and a copy of it that goes on.
pub struct ReplicaBench {
    /// The store that is written to.
    pub store: Arc<dyn ExpenseStore>,
    /// The same, as copies see it.
    pub primary: Arc<dyn Primary>,
    /// The copy.
    pub replica: Arc<dyn ReadReplica>,
    /// What must live as long.
    pub kept: Box<dyn Any + Send + Sync>,
}

/// Proves a [`Primary`](crate::ports::replica::Primary) with a
/// [`ReadReplica`](crate::ports::replica::ReadReplica): give it an async function that returns a
/// fresh [`ReplicaBench`](crate::testing::conformance::replica::ReplicaBench).
#[macro_export]
macro_rules! replica_conformance {
    ($fresh:path) => {
        $crate::__conformance! { $fresh; replica {
            every_commit_leads_to_another_position,
            no_position_comes_again_after_erasing,
            ledgers_move_apart,
            a_ledger_that_went_into_another_stands_nowhere,
            positions_come_in_the_order_of_the_question,
            at_a_position_a_copy_shows_what_the_primary_showed,
            an_answer_is_no_older_than_its_position,
            a_copy_that_goes_on_catches_up,
        } }
    };
}

impl ReplicaBench {
    async fn position(&self, ledger: LedgerId) -> Position {
        let positions = self.primary.positions(&[ledger]).await;
        positions.expect("positions")[0]
    }

    async fn copied_position(&self, ledger: LedgerId) -> Position {
        self.replica.tags(ledger).await.expect("tags").position
    }

    /// Waits until the copy has replayed what this ledger holds now.
    async fn arrive(&self, ledger: LedgerId) {
        let wanted = self.position(ledger).await;
        let arriving = async {
            while self.copied_position(ledger).await != wanted {
                tokio::time::sleep(LOOK).await;
            }
        };
        let arrived = tokio::time::timeout(CATCHING_UP, arriving).await;
        arrived.expect("the copy follows");
    }
}

/// Whatever it writes, also where it writes no row that a copy is asked for. Reading leads nowhere.
pub async fn every_commit_leads_to_another_position(bench: ReplicaBench) {
    let diary = Diary::open(bench.store.clone(), "anna");
    assert_eq!(bench.position(diary.id()).await, Position::NONE);
    let mut seen = HashSet::from([Position::NONE]);
    let lunch = diary.add([details("5", "EUR", "lunch")]).await.remove(0);
    assert!(seen.insert(bench.position(diary.id()).await));
    let changes = [
        vec![amend(&lunch, |after| {
            after.details.tags = vec![tag("work")]
        })],
        vec![Write::PutSettings(Box::new(settings("USD")))],
        vec![Write::Sweep {
            drafts: noon(),
            outcomes: noon(),
        }],
        Vec::new(),
    ];
    for writes in changes {
        let mut commit = diary.commit(writes).await;
        commit.session = Some(Session::default());
        diary.record(&commit).await;
        let position = bench.position(diary.id()).await;
        assert!(seen.insert(position), "{:?}", commit.writes);
        diary.all().await;
        assert_eq!(bench.position(diary.id()).await, position);
    }
}

/// The same chat begins again, and stands where it never stood.
pub async fn no_position_comes_again_after_erasing(bench: ReplicaBench) {
    let diary = Diary::open(bench.store.clone(), "anna");
    let mut seen = HashSet::new();
    for round in 0..4 {
        for _ in 0..3 {
            let key = diary.new_key();
            let expense =
                crate::testing::fixtures::expense(diary.id(), &key, 0, details("5", "EUR", "tea"));
            let mut commit = diary
                .commit(vec![Write::AddExpense(Box::new(expense))])
                .await;
            commit.at = noon() + Duration::from_secs(round);
            diary.record(&commit).await;
            assert!(seen.insert(bench.position(diary.id()).await));
        }
        let mut farewell = diary.commit(vec![Write::Erase]).await;
        farewell.at = noon() + Duration::from_secs(round);
        diary.record(&farewell).await;
        assert_eq!(bench.position(diary.id()).await, Position::NONE);
        bench.arrive(diary.id()).await;
    }
}

/// One ledger's commits leave the others where they are.
pub async fn ledgers_move_apart(bench: ReplicaBench) {
    let anna = Diary::open(bench.store.clone(), "anna");
    let ben = Diary::open(bench.store.clone(), "ben");
    anna.add([details("5", "EUR", "tea")]).await;
    ben.add([details("7", "EUR", "cake")]).await;
    let before = bench.position(anna.id()).await;
    ben.add([details("8", "EUR", "pie")]).await;
    assert_eq!(bench.position(anna.id()).await, before);
}

/// Its rows are the other's now: a copy that still has them does not stand where the primary is.
pub async fn a_ledger_that_went_into_another_stands_nowhere(bench: ReplicaBench) {
    let old = Diary::open(bench.store.clone(), "old");
    let new = Diary::open(bench.store.clone(), "new");
    old.add([details("5", "EUR", "tea")]).await;
    new.add([details("7", "EUR", "cake")]).await;
    let (before, taken_in) = (bench.position(old.id()).await, new.id());
    assert_ne!(bench.position(taken_in).await, Position::NONE);
    old.write(vec![Write::Move { to: chat("new") }]).await;
    assert_ne!(bench.position(old.id()).await, before);
    assert_eq!(bench.position(taken_in).await, Position::NONE);
    bench.arrive(old.id()).await;
    assert_eq!(bench.copied_position(taken_in).await, Position::NONE);
}

/// Also for those that do not exist, and for one that is named twice.
pub async fn positions_come_in_the_order_of_the_question(bench: ReplicaBench) {
    let anna = Diary::open(bench.store.clone(), "anna");
    let ben = Diary::open(bench.store.clone(), "ben");
    anna.add([details("5", "EUR", "tea")]).await;
    ben.add([details("5", "EUR", "tea")]).await;
    ben.add([details("5", "EUR", "tea")]).await;
    let nobody = LedgerId::of(&chat("nobody"));
    let asked = [ben.id(), nobody, anna.id(), ben.id()];
    let positions = bench.primary.positions(&asked).await.expect("positions");
    let mut one_by_one = Vec::new();
    for ledger in asked {
        one_by_one.push(bench.position(ledger).await);
    }
    assert_eq!(positions, one_by_one);
    assert_eq!(positions[1], Position::NONE);
    let none = bench.primary.positions(&[]).await.expect("positions");
    assert_eq!(none, []);
}

/// Lists, sums, tags and the census.
pub async fn at_a_position_a_copy_shows_what_the_primary_showed(bench: ReplicaBench) {
    let diary = Diary::open(bench.store.clone(), "anna");
    let mut dinner = details("20", "USD", "dinner");
    dinner.tags = vec![tag("work")];
    diary.add([details("5", "EUR", "lunch"), dinner]).await;
    let ledger = diary.id();
    bench.arrive(ledger).await;
    let (store, copy) = (&bench.store, &bench.replica);

    let filter = ExpenseFilter::default();
    let page = PageRequest {
        after: None,
        limit: 1,
    };
    let shown = copy.expenses(ledger, &filter, page).await.expect("a page");
    let truth = store.expenses(ledger, &filter, page).await.expect("a page");
    assert_eq!(shown.value, truth);
    assert_eq!(shown.position, bench.position(ledger).await);
    let query = TotalsQuery {
        period: None,
        categories: None,
        group: Group::Category,
        into: Currency::EUR,
    };
    let shown = copy.totals(ledger, &query).await.expect("totals");
    let truth = store.totals(ledger, &query).await.expect("totals");
    assert_eq!((shown.value, truth.is_empty()), (truth.clone(), false));
    let shown = copy.tags(ledger).await.expect("tags");
    let truth = store.tags(ledger).await.expect("tags");
    assert_eq!((shown.value, truth.len()), (truth.clone(), 1));
    let shown = copy.census().await.expect("a census");
    assert_eq!(shown, store.census().await.expect("a census"));
}

/// While somebody writes all the time: what comes with a position holds every expense up to it.
pub async fn an_answer_is_no_older_than_its_position(bench: ReplicaBench) {
    const ROUNDS: usize = 60;
    let diary = Diary::open(bench.store.clone(), "anna");
    let ledger = diary.id();
    let mut stood = vec![Position::NONE];
    for count in 1..=ROUNDS {
        diary.add([details("5", "EUR", "tea")]).await;
        stood.push(bench.position(ledger).await);
        let page = PageRequest {
            after: None,
            limit: 500,
        };
        let filter = ExpenseFilter::default();
        let seen = bench.replica.expenses(ledger, &filter, page).await;
        let seen = seen.expect("a page");
        let held = stood.iter().position(|position| *position == seen.position);
        let held = held.expect("a position that the primary had");
        assert!((held..=count).contains(&seen.value.expenses.len()));
    }
}

/// Then nothing is missing, by the log's own count, too.
pub async fn a_copy_that_goes_on_catches_up(bench: ReplicaBench) {
    let diary = Diary::open(bench.store.clone(), "anna");
    diary.add([details("5", "EUR", "tea")]).await;
    let mark = bench.primary.mark().await.expect("a mark");
    let arriving = async {
        while bench.replica.lag(mark).await.expect("a lag") != Lag::default() {
            tokio::time::sleep(LOOK).await;
        }
    };
    let arrived = tokio::time::timeout(CATCHING_UP, arriving).await;
    arrived.expect("the copy follows");
    let position = bench.position(diary.id()).await;
    assert_eq!(bench.copied_position(diary.id()).await, position);
}
