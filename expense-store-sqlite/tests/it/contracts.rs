//! Every case runs on two stores over one file, as two processes would be.

use std::sync::Arc;

use expense_core::memory::clock::ManualClock;
use expense_core::testing::conformance::Bench;
use expense_core::testing::fixtures::noon;
use expense_store_sqlite::{Config, SqliteStore};
use tempfile::TempDir;

async fn two() -> (
    Arc<SqliteStore>,
    Arc<SqliteStore>,
    Arc<ManualClock>,
    TempDir,
) {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::at(noon()));
    let mut config = Config::new(folder.path().join("expenses.db"));
    config.clock = clock.clone();
    let one = SqliteStore::open(config.clone()).await.unwrap();
    let other = SqliteStore::open(config).await.unwrap();
    (Arc::new(one), Arc::new(other), clock, folder)
}

macro_rules! bench {
    () => {{
        let (one, other, clock, folder) = two().await;
        Bench::new(one as _)
            .with_other(other as _)
            .with_clock(clock)
            .keeping(folder)
    }};
}

mod store {
    use expense_core::testing::conformance::store::StoreBench;

    use super::*;

    async fn fresh() -> StoreBench {
        bench!()
    }

    expense_core::expense_store_conformance!(fresh);
}

mod jobs {
    use expense_core::testing::conformance::jobs::JobsBench;

    use super::*;

    async fn fresh() -> JobsBench {
        bench!()
    }

    expense_core::jobs_conformance!(fresh);
}

mod state {
    use expense_core::ports::state::StateStore;

    use super::*;

    async fn fresh() -> Bench<dyn StateStore> {
        bench!()
    }

    expense_core::state_store_conformance!(fresh);
}
