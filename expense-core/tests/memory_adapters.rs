//! Every reference adapter keeps its contract.
#![cfg(feature = "testing")]
#![allow(missing_docs, reason = "tests")]

use std::sync::Arc;

use expense_core::memory::clock::ManualClock;
use expense_core::memory::store::MemoryStore;
use expense_core::testing::conformance::Bench;
use expense_core::testing::fixtures::noon;

mod store {
    use super::*;
    use expense_core::ports::store::ExpenseStore;

    async fn fresh() -> Bench<dyn ExpenseStore> {
        let clock = Arc::new(ManualClock::at(noon()));
        let store: Arc<dyn ExpenseStore> = Arc::new(MemoryStore::new(clock.clone()));
        Bench::new(store).with_clock(clock)
    }
    expense_core::expense_store_conformance!(fresh);
}
