//! Every case runs on two stores over one database, as two instances would be, and once more where
//! the tables of ledgers are partitioned.

use std::sync::Arc;

use expense_core::memory::clock::ManualClock;
use expense_core::testing::fixtures::noon;
use expense_store_postgres::PostgresStore;
use expense_store_postgres::testing::Database;

type Two = (
    Arc<PostgresStore>,
    Arc<PostgresStore>,
    Arc<ManualClock>,
    Database,
);

async fn over(database: Database) -> Two {
    let clock = Arc::new(ManualClock::at(noon()));
    let mut config = database.config();
    config.clock = clock.clone();
    let one = PostgresStore::open(config.clone()).await.unwrap();
    let other = PostgresStore::open(config).await.unwrap();
    (Arc::new(one), Arc::new(other), clock, database)
}

mod whole {
    use super::{Database, Two};

    async fn two() -> Two {
        super::over(Database::fresh().await).await
    }

    expense_core::database_conformance!(two);
}

mod partitioned {
    use super::{Database, Two};

    async fn two() -> Two {
        super::over(Database::partitioned(4).await).await
    }

    expense_core::database_conformance!(two);
}

/// What is seldom counted, and must be counted for all, can be kept in the database.
mod limits {
    use super::{Arc, Database};
    use expense_core::memory::rate::KeptRateLimiter;
    use expense_core::testing::conformance::rate::RateBench;

    async fn fresh_limiter() -> RateBench {
        let (one, other, clock, database) = super::over(Database::fresh().await).await;
        let limiter = |store| Arc::new(KeptRateLimiter::new(store, clock.clone()));
        RateBench::new(limiter(one))
            .with_other(limiter(other))
            .with_clock(clock.clone())
            .keeping(database)
    }

    expense_core::rate_limiter_conformance!(fresh_limiter);
}
