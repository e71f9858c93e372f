//! Where the ledgers of a conversation are kept.

use std::sync::Arc;

use expense_core::memory::clock::ManualClock;
use expense_core::memory::in_process::in_process;
use expense_core::ports::store::ExpenseStore;
use expense_core::service::Ports;
use expense_store_postgres::PostgresStore;
use expense_store_postgres::testing::Database;
use expense_store_sqlite::SqliteStore;
use expense_telegram::Telegram;

/// In what kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum In {
    Sqlite,
    Postgres,
}

/// A database of one conversation. It goes with this value.
pub(super) enum Books {
    File(tempfile::TempDir),
    Database(Database),
}

/// The same, open for one life of the bot.
pub(super) enum Store {
    Sqlite(Arc<SqliteStore>),
    Postgres(Arc<PostgresStore>),
}

impl Books {
    pub(super) async fn fresh(kind: In) -> Self {
        match kind {
            In::Sqlite => Self::File(tempfile::tempdir().expect("a folder")),
            In::Postgres => Self::Database(Database::fresh().await),
        }
    }

    pub(super) async fn open(&self, clock: Arc<ManualClock>) -> Store {
        match self {
            Self::File(folder) => {
                let file = folder.path().join("expenses.sqlite");
                let mut config = expense_store_sqlite::Config::new(file);
                config.clock = clock;
                let store = SqliteStore::open(config).await;
                Store::Sqlite(Arc::new(store.expect("the file opens")))
            }
            Self::Database(database) => {
                let mut config = database.config();
                config.clock = clock;
                let store = PostgresStore::open(config).await;
                Store::Postgres(Arc::new(store.expect("the server answers")))
            }
        }
    }
}

impl Store {
    /// The ports of one process that tells and fetches by Telegram.
    pub(super) fn ports(&self, telegram: &Telegram, clock: Arc<ManualClock>) -> Ports {
        let telegram = Arc::new(telegram.clone());
        match self {
            Self::Sqlite(store) => in_process(store.clone(), telegram.clone(), telegram, clock),
            Self::Postgres(store) => in_process(store.clone(), telegram.clone(), telegram, clock),
        }
    }

    pub(super) fn read(&self) -> Arc<dyn ExpenseStore> {
        match self {
            Self::Sqlite(store) => store.clone(),
            Self::Postgres(store) => store.clone(),
        }
    }

    pub(super) async fn close(&self) {
        match self {
            Self::Sqlite(store) => store.close().await,
            Self::Postgres(store) => store.close().await,
        }
    }
}
