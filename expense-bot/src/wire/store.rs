//! The configured database behind the ports that it serves.

use std::sync::Arc;

use expense_core::memory::in_process::in_process;
#[cfg(feature = "postgres")]
use expense_core::memory::steady::OnwardClock;
use expense_core::ports::attachments::Attachments;
use expense_core::ports::clock::Clock;
use expense_core::ports::jobs::Jobs;
use expense_core::ports::messenger::Messenger;
use expense_core::ports::state::StateStore;
use expense_core::ports::store::ExpenseStore;
use expense_core::service::Ports;
use expense_core::wrap::Wrapped;
use expense_core::wrap::meter::Meter;
use expense_core::wrap::retry::Retry;
#[cfg(feature = "postgres")]
use expense_store_postgres::PostgresStore;
#[cfg(feature = "sqlite")]
use expense_store_sqlite::SqliteStore;

#[cfg(feature = "postgres")]
use secrecy::ExposeSecret;

use crate::config::{Config, Database};
use crate::error::Failure;
#[cfg(feature = "postgres")]
use crate::wire::replicas::Replicas;

#[cfg(not(any(feature = "sqlite", feature = "postgres")))]
compile_error!("expense-bot needs a store: build it with the feature `sqlite` or `postgres`");

/// How the server is used.
#[cfg(feature = "postgres")]
pub(crate) fn postgres(server: &crate::config::Postgres) -> expense_store_postgres::Config {
    let mut settings = expense_store_postgres::Config::new(server.url.expose_secret());
    settings.max_connections = server.max_connections;
    settings.min_connections = server.min_connections;
    settings.clock = Arc::new(OnwardClock::over(settings.clock));
    settings
}

/// The database that is configured, ready to be used.
#[derive(Clone)]
pub(crate) enum Store {
    /// One file on this machine.
    #[cfg(feature = "sqlite")]
    Sqlite(Arc<SqliteStore>),
    /// A PostgreSQL server with its standbys.
    #[cfg(feature = "postgres")]
    Postgres(Arc<PostgresStore>, Replicas),
}

impl Store {
    /// Opens it and brings its schema up to date.
    pub(crate) async fn open(config: &Config) -> Result<Self, Failure> {
        match &config.database {
            #[cfg(feature = "sqlite")]
            Database::Sqlite(file) => {
                let settings = expense_store_sqlite::Config::new(file);
                Ok(Self::Sqlite(Arc::new(SqliteStore::open(settings).await?)))
            }
            #[cfg(feature = "postgres")]
            Database::Postgres(server) => {
                let replicas = Replicas::open(server)?;
                let store = Arc::new(PostgresStore::open(postgres(server)).await?);
                #[cfg(feature = "telegram")]
                show_pool(&store);
                Ok(Self::Postgres(store, replicas))
            }
            // The configuration has refused it.
            #[cfg(not(all(feature = "sqlite", feature = "postgres")))]
            _ => Err(Failure::Refused("this build lacks the database".to_owned())),
        }
    }

    /// Records what waits and lets the database go.
    pub(crate) async fn close(&self) {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(store) => store.close().await,
            #[cfg(feature = "postgres")]
            Self::Postgres(store, replicas) => {
                replicas.close().await;
                store.close().await;
            }
        }
    }

    /// The ports of one process over this database and this transport.
    pub(crate) fn ports(
        &self,
        messenger: Arc<dyn Messenger>,
        attachments: Arc<dyn Attachments>,
        clock: Arc<dyn Clock>,
    ) -> Ports {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(store) => {
                ports(store.clone(), |alone| alone, messenger, attachments, clock)
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(store, replicas) => {
                let replicated = |primary| replicas.around(primary, store.clone());
                ports(store.clone(), replicated, messenger, attachments, clock)
            }
        }
    }
}

/// Shows how much of the connections is used, whenever somebody asks.
#[cfg(all(feature = "postgres", feature = "telegram"))]
fn show_pool(store: &Arc<PostgresStore>) {
    let store = Arc::downgrade(store);
    crate::telemetry::metrics::at_each_look(move || {
        let Some(pool) = store.upgrade().map(|store| store.pool_use()) else {
            return;
        };
        metrics::gauge!("db_pool_connections_max").set(pool.max);
        let busy = pool.open.saturating_sub(pool.idle);
        metrics::gauge!("db_pool_connections", "state" => "busy").set(busy);
        metrics::gauge!("db_pool_connections", "state" => "idle").set(pool.idle);
        metrics::gauge!("db_pool_waiting").set(pool.waiting);
    });
}

fn ports<S: ExpenseStore + Jobs + StateStore + 'static>(
    store: Arc<S>,
    replicated: impl FnOnce(Arc<dyn ExpenseStore>) -> Arc<dyn ExpenseStore>,
    messenger: Arc<dyn Messenger>,
    attachments: Arc<dyn Attachments>,
    clock: Arc<dyn Clock>,
) -> Ports {
    let ports = in_process(store.clone(), messenger, attachments, clock.clone());
    let common = Arc::new(Wrapped::state(store.clone(), Meter::new(clock.clone())));
    // What fails for a moment is tried again: a commit is recorded once however often it is
    // asked for. The adapters have time limits of their own, so none stands between.
    let patient = Arc::new(Wrapped::store(store, Retry::default()));
    // Every operation is counted once, however often it was tried.
    let store = Arc::new(Wrapped::store(replicated(patient), Meter::new(clock)));
    Ports {
        store,
        common,
        ..ports
    }
}
