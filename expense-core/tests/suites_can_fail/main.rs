//! A suite is worth what it refuses: adapters with one flaw each fail the case that names it.
#![cfg(feature = "testing")]

mod frontend;
mod knowing;
mod replica;
mod sharing;
mod store;

use std::future::Future;
use std::sync::Arc;

use expense_core::memory::clock::ManualClock;
use expense_core::testing::fixtures::noon;
use tokio::task::JoinSet;

/// Whether the case refuses its adapter.
async fn fails(case: impl Future<Output = ()> + Send + 'static) -> bool {
    let mut running = JoinSet::new();
    running.spawn(case);
    let ended = running.join_next().await.expect("a case");
    ended.is_err_and(|error| error.is_panic())
}

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at(noon()))
}
