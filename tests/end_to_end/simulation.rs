//! Every port of the service failing at every place, over SQLite.

use std::sync::{Arc, Mutex};

use expense_core::testing::simulation::scenario::{
    DELIVERED_TWICE, PARKED, PHOTOGRAPHED, REWRITTEN, SEVERAL, Scenario, UNDO_PRESSED, UNDONE,
    WRITTEN,
};
use expense_core::testing::simulation::{Setting, Stores, explore};
use expense_store_sqlite::{Config, SqliteStore};
use rstest::rstest;
use tempfile::TempDir;
use tokio::sync::OnceCell;

const FILE: &str = "expenses.sqlite";

#[rstest]
#[case(WRITTEN)]
#[case(DELIVERED_TWICE)]
#[case(SEVERAL)]
#[case(UNDONE)]
#[case(UNDO_PRESSED)]
#[case(REWRITTEN)]
#[case(PHOTOGRAPHED)]
#[case(PARKED)]
fn ends_as_intended_with_any_fault(#[case] scenario: Scenario) {
    let runs = explore(scenario, 1, &sqlite(1)).unwrap_or_else(|why| panic!("{why}"));
    assert!(runs > 40, "only {runs} runs");
}

#[rstest]
#[case(WRITTEN)]
#[case(UNDONE)]
#[case(PHOTOGRAPHED)]
fn ends_as_intended_with_two_faults(#[case] scenario: Scenario) {
    let runs = explore(scenario, 2, &sqlite(23)).unwrap_or_else(|why| panic!("{why}"));
    assert!(runs > 100, "only {runs} runs");
}

/// A file for every run, a copy of an empty store's; the one before is removed.
fn sqlite(stride: usize) -> Setting {
    let folder = Arc::new(Mutex::new(None::<TempDir>));
    let empty = Arc::new(OnceCell::new());
    Setting {
        stores: Box::new(move |clock| {
            let fresh = tempfile::tempdir().expect("a folder");
            let path = fresh.path().join(FILE);
            *folder.lock().expect("nobody panicked") = Some(fresh);
            let empty = Arc::clone(&empty);
            Box::pin(async move {
                let empty: &TempDir = empty.get_or_init(empty_store).await;
                std::fs::copy(empty.path().join(FILE), &path).expect("a copy");
                let config = Config {
                    clock,
                    ..Config::new(path)
                };
                let store = SqliteStore::open(config).await.expect("the file opens");
                let store = Arc::new(store);
                Stores {
                    store: store.clone(),
                    jobs: store,
                }
            })
        }),
        threaded: true,
        wrap_queue: |queue| queue,
        stride,
    }
}

/// With all tables and nothing in them.
async fn empty_store() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let config = Config::new(folder.path().join(FILE));
    let store = SqliteStore::open(config).await.expect("the file opens");
    store.close().await;
    folder
}
