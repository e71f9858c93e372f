//! Real standbys, and a store that is read from them.

mod faults;
mod house;
mod looks;

use std::sync::Arc;

use expense_core::testing::conformance::Bench;
use expense_core::testing::conformance::replica::ReplicaBench;
use expense_core::testing::conformance::store::StoreBench;
use expense_core::wrap::replica::Replica;
use expense_store_postgres::testing::Pair;
use expense_store_postgres::{PostgresReplica, PostgresStore};

mod contract {
    use super::*;

    async fn fresh() -> ReplicaBench {
        let pair = Pair::fresh().await;
        let store = Arc::new(PostgresStore::open(pair.config()).await.unwrap());
        let replica = PostgresReplica::open(&pair.standby_config()).unwrap();
        ReplicaBench {
            store: store.clone(),
            primary: store,
            replica: Arc::new(replica),
            kept: Box::new(pair),
        }
    }
    expense_core::replica_conformance!(fresh);
}

/// The whole suite of a store, read from a standby wherever it has arrived.
mod store {
    use super::*;

    async fn fresh() -> StoreBench {
        let pair = Pair::fresh().await;
        let (here, there) = (instance(&pair).await, instance(&pair).await);
        here.look().await;
        there.look().await;
        Bench::new(here as _).with_other(there as _).keeping(pair)
    }
    expense_core::expense_store_conformance!(fresh);
}

async fn instance(pair: &Pair) -> Arc<Replica> {
    let store = Arc::new(PostgresStore::open(pair.config()).await.unwrap());
    let replica = PostgresReplica::open(&pair.standby_config()).unwrap();
    Arc::new(Replica::new(store.clone(), store, vec![Arc::new(replica)]))
}
