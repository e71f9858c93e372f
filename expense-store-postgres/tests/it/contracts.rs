//! Every case runs on two stores over one database, as two instances would be.

use std::sync::Arc;

use expense_core::memory::clock::ManualClock;
use expense_core::testing::conformance::Bench;
use expense_core::testing::fixtures::noon;
use expense_store_postgres::PostgresStore;
use expense_store_postgres::testing::Database;

async fn two() -> (
    Arc<PostgresStore>,
    Arc<PostgresStore>,
    Arc<ManualClock>,
    Database,
) {
    let database = Database::fresh().await;
    let clock = Arc::new(ManualClock::at(noon()));
    let mut config = database.config();
    config.clock = clock.clone();
    let one = PostgresStore::open(config.clone()).await.unwrap();
    let other = PostgresStore::open(config).await.unwrap();
    (Arc::new(one), Arc::new(other), clock, database)
}

macro_rules! bench {
    () => {{
        let (one, other, clock, database) = two().await;
        Bench::new(one as _)
            .with_other(other as _)
            .with_clock(clock)
            .keeping(database)
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
