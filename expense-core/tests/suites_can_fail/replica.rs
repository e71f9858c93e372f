//! Copies that tell more than they know.

use std::sync::Arc;

use async_trait::async_trait;
use expense_core::conversation::question::{
    Census, ExpenseFilter, Page, PageRequest, Total, TotalsQuery,
};
use expense_core::domain::keys::LedgerId;
use expense_core::domain::text::Tag;
use expense_core::memory::replica::{MemoryPrimary, MemoryReplica};
use expense_core::ports::error::Result;
use expense_core::ports::replica::{Lag, Mark, Position, Primary, ReadReplica, Seen};
use expense_core::ports::store::ExpenseStore;
use expense_core::testing::conformance::replica::{self, ReplicaBench};

use crate::fails;

fn bench(
    primary: impl FnOnce(Arc<MemoryPrimary>) -> Arc<dyn Primary>,
    copy: impl FnOnce(Arc<MemoryPrimary>) -> Arc<dyn ReadReplica>,
) -> ReplicaBench {
    let store = Arc::new(MemoryPrimary::default());
    ReplicaBench {
        store: store.clone(),
        primary: primary(store.clone()),
        replica: copy(store),
        kept: Box::new(()),
    }
}

/// Takes the number of expenses for a position.
struct Counting(Arc<MemoryPrimary>);

#[async_trait]
impl Primary for Counting {
    async fn positions(&self, ledgers: &[LedgerId]) -> Result<Vec<Position>> {
        let mut positions = Vec::new();
        for ledger in ledgers {
            let page = PageRequest {
                after: None,
                limit: 500,
            };
            let filter = ExpenseFilter::default();
            let page = self.0.expenses(*ledger, &filter, page).await?;
            positions.push(Position(page.expenses.len() as u64));
        }
        Ok(positions)
    }

    async fn mark(&self) -> Result<Mark> {
        self.0.mark().await
    }
}

#[tokio::test]
async fn a_position_that_only_some_commits_move() {
    let bench = || {
        bench(
            |store| Arc::new(Counting(store)),
            |store| Arc::new(MemoryReplica::new(store)),
        )
    };
    assert!(fails(replica::every_commit_leads_to_another_position(bench())).await);
    assert!(fails(replica::no_position_comes_again_after_erasing(bench())).await);
}

/// Names the position after it was read, by when it may be another.
struct Boastful(Arc<MemoryPrimary>, MemoryReplica);

impl Boastful {
    async fn now<T>(&self, ledger: LedgerId, seen: Seen<T>) -> Result<Seen<T>> {
        let position = self.0.positions(&[ledger]).await?[0];
        Ok(Seen { position, ..seen })
    }
}

#[async_trait]
impl ReadReplica for Boastful {
    async fn expenses(
        &self,
        ledger: LedgerId,
        filter: &ExpenseFilter,
        page: PageRequest,
    ) -> Result<Seen<Page>> {
        let seen = self.1.expenses(ledger, filter, page).await?;
        self.now(ledger, seen).await
    }

    async fn totals(&self, ledger: LedgerId, query: &TotalsQuery) -> Result<Seen<Vec<Total>>> {
        let seen = self.1.totals(ledger, query).await?;
        self.now(ledger, seen).await
    }

    async fn tags(&self, ledger: LedgerId) -> Result<Seen<Vec<(Tag, u64)>>> {
        let seen = self.1.tags(ledger).await?;
        self.now(ledger, seen).await
    }

    async fn census(&self) -> Result<Census> {
        self.1.census().await
    }

    async fn lag(&self, _: Mark) -> Result<Lag> {
        Ok(Lag::default())
    }
}

#[tokio::test]
async fn a_copy_that_answers_from_before_its_position() {
    let bench = || {
        let copy = |store: Arc<MemoryPrimary>| {
            let copy = MemoryReplica::new(store.clone());
            copy.pause();
            Arc::new(Boastful(store, copy)) as _
        };
        bench(|store| store, copy)
    };
    assert!(
        fails(replica::at_a_position_a_copy_shows_what_the_primary_showed(
            bench()
        ))
        .await
    );
    assert!(fails(replica::an_answer_is_no_older_than_its_position(bench())).await);
}
