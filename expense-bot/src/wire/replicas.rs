//! The standbys that are read from, where there are any.

use std::sync::Arc;

use expense_core::ports::replica::ReadReplica;
use expense_core::ports::store::ExpenseStore;
use expense_core::wrap::replica::Replica;
use expense_store_postgres::{Config, PostgresReplica, PostgresStore};
use tokio_util::sync::CancellationToken;

use crate::config::Postgres;
use crate::error::Failure;
use crate::wire::store::postgres;

/// The standbys of a server.
#[derive(Clone)]
pub(crate) struct Replicas {
    copies: Vec<Arc<PostgresReplica>>,
    closing: CancellationToken,
}

/// How each standby is used: as its primary is, at another address.
pub(crate) fn settings(server: &Postgres) -> impl Iterator<Item = Config> {
    server.replicas.iter().map(|url| {
        let (url, server) = (url.clone(), server.clone());
        postgres(&Postgres { url, ..server })
    })
}

impl Replicas {
    /// Connects to none of them yet: a bot starts although they are not there.
    pub(crate) fn open(server: &Postgres) -> Result<Self, Failure> {
        let open = |config| {
            let copy = PostgresReplica::open(&config);
            copy.map(Arc::new).map_err(|error| {
                let words = error.to_string();
                Failure::Refused(words.replace("DATABASE_URL", "DATABASE_REPLICA_URLS"))
            })
        };
        Ok(Self {
            copies: settings(server).map(open).collect::<Result<_, _>>()?,
            closing: CancellationToken::new(),
        })
    }

    /// The store, read from them where they have arrived. They are looked at until they close.
    pub(crate) fn around(
        &self,
        store: Arc<dyn ExpenseStore>,
        log: Arc<PostgresStore>,
    ) -> Arc<dyn ExpenseStore> {
        if self.copies.is_empty() {
            return store;
        }
        let copies = self.copies.iter();
        let copies = copies.map(|copy| Arc::clone(copy) as Arc<dyn ReadReplica>);
        let store = Arc::new(Replica::new(store, log, copies.collect()));
        let (watched, closing) = (Arc::clone(&store), self.closing.clone());
        tokio::spawn(async move { closing.run_until_cancelled(watched.watch()).await });
        store
    }

    /// Lets them go.
    pub(crate) async fn close(&self) {
        self.closing.cancel();
        for copy in &self.copies {
            copy.close().await;
        }
    }
}
