//! Fresh databases for tests, in a real server.
//!
//! The server is the one that the environment variable `EXPENSE_TEST_POSTGRES` names, as
//! `cargo xtask test` sets it; where there is none, a private one is started for this process. The
//! same goes for a primary with a standby, and `EXPENSE_TEST_POSTGRES_PAIR`.

mod pair;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use test_servers::postgres::{Durability, Server, VARIABLE};

use crate::config::Config;
use crate::migrate::{MIGRATIONS, migrate, newest};
use crate::partition::partition;

pub use pair::Pair;

/// Only one test at a time makes the template: a number that nobody else locks.
const MAKING: i64 = 0x6578_7065_6e73_6531;

/// The versions of the schema that there were, up to this one.
#[must_use]
pub fn schemas() -> Vec<i64> {
    MIGRATIONS
        .iter()
        .map(|migration| migration.version)
        .collect()
}

/// A database of one test. It is dropped with this value.
#[derive(Debug)]
pub struct Database {
    server: String,
    name: String,
}

impl Database {
    /// A database with the newest schema and nothing in it.
    ///
    /// # Panics
    ///
    /// With a sentence that says what to do when there is no server.
    pub async fn fresh() -> Self {
        Self::fresh_on(server(), 0).await
    }

    /// The same with the tables of ledgers in this many partitions.
    ///
    /// # Panics
    ///
    /// As [`Database::fresh`].
    pub async fn partitioned(partitions: u32) -> Self {
        Self::fresh_on(server(), partitions).await
    }

    async fn fresh_on(server: String, partitions: u32) -> Self {
        let template = template(&server, partitions).await;
        Self::create(server, &format!(" TEMPLATE {template}")).await
    }

    /// An empty database.
    ///
    /// # Panics
    ///
    /// As [`Database::fresh`].
    pub async fn empty() -> Self {
        Self::create(server(), "").await
    }

    /// A database with an earlier schema and nothing in it.
    ///
    /// # Panics
    ///
    /// As [`Database::fresh`].
    pub async fn of_schema(version: i64) -> Self {
        let database = Self::empty().await;
        let mut inside = database.stranger().await;
        let made = MIGRATIONS
            .run_direct(Some(version), &mut inside, false)
            .await;
        made.expect("the schema is made");
        database
    }

    async fn create(server: String, how: &str) -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("expense_test_{}_{number}", std::process::id());
        let database = Self { server, name };
        let name = &database.name;
        database
            .run(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            .await;
        database.run(&format!("CREATE DATABASE {name}{how}")).await;
        database
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}/{}", self.server, self.name)
    }

    /// A store's settings for it: few connections, since many tests share the server.
    #[must_use]
    pub fn config(&self) -> Config {
        modest(self.url())
    }

    /// A connection to it, as another program has it.
    ///
    /// # Panics
    ///
    /// When the server does not let it in.
    pub async fn stranger(&self) -> PgConnection {
        connect(&self.url()).await
    }

    /// Runs a statement beside it, on the server's own database.
    async fn run(&self, statement: &str) {
        let mut connection = connect(&format!("{}/postgres", self.server)).await;
        execute(&mut connection, statement).await;
        let _ = connection.close().await;
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let dropping = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let server = format!("{}/postgres", self.server);
        // A test's own runtime can't be waited for here.
        let done = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.map(|runtime| {
                runtime.block_on(async {
                    if let Ok(mut connection) = PgConnection::connect(&server).await {
                        let _ = connection.execute(AssertSqlSafe(dropping)).await;
                    }
                });
            })
        });
        let _ = done.join();
    }
}

/// Few connections, none of them kept.
fn modest(url: String) -> Config {
    let mut config = Config::new(url);
    config.max_connections = 6;
    config.min_connections = 0;
    config
}

/// The address of the server of this run.
fn server() -> String {
    static OWN: OnceLock<Server> = OnceLock::new();
    match std::env::var(VARIABLE) {
        Ok(address) if !address.is_empty() => address,
        _ => {
            let own = OWN.get_or_init(|| match Server::start(Durability::Off) {
                Ok(server) => server,
                Err(error) => panic!(
                    "this test needs PostgreSQL: run `cargo xtask test`, which brings one, or name \
                     one in {VARIABLE}; {error}"
                ),
            });
            own.address()
        }
    }
}

/// The database that fresh ones with so many partitions are copies of. Its name tells its schema,
/// so that a server may outlive a change of it.
async fn template(server: &str, partitions: u32) -> String {
    let sum = MIGRATIONS
        .iter()
        .flat_map(|migration| migration.checksum.iter());
    let sum = sum.fold(0_u32, |sum, byte| sum.rotate_left(5) ^ u32::from(*byte));
    let name = format!("expense_template_{}_{sum:08x}_{partitions}", newest());
    let mut connection = connect(&format!("{server}/postgres")).await;
    execute(
        &mut connection,
        &format!("SELECT pg_advisory_lock({MAKING})"),
    )
    .await;
    let known: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
            .bind(&name)
            .fetch_one(&mut connection)
            .await
            .expect("the server answers");
    if !known {
        let half = format!("{name}_half");
        execute(&mut connection, &format!("DROP DATABASE IF EXISTS {half}")).await;
        execute(&mut connection, &format!("CREATE DATABASE {half}")).await;
        let mut inside = connect(&format!("{server}/{half}")).await;
        migrate(&mut inside).await.expect("the schema is made");
        inside.close().await.expect("the template is left");
        let config = Config::new(format!("{server}/{half}"));
        let parted = partition(&config, partitions).await;
        parted.expect("the template is partitioned");
        execute(
            &mut connection,
            &format!("ALTER DATABASE {half} RENAME TO {name}"),
        )
        .await;
    }
    let _ = connection.close().await;
    name
}

async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.unwrap_or_else(|error| {
        panic!("the test server does not answer (started by `cargo xtask test`?): {error}")
    })
}

async fn execute(connection: &mut PgConnection, statement: &str) {
    let done = connection
        .execute(AssertSqlSafe(statement.to_owned()))
        .await;
    done.expect("the test server does as told");
}
