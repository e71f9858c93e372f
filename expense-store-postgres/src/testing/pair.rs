//! A database on a primary and its standby.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use sqlx::{Connection, PgConnection};
use test_servers::postgres::{Durability, PAIR, Server};

use super::{Database, modest};
use crate::config::Config;

/// How long a standby may take to have a new database, and how often that is looked at.
const FOLLOWING: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(20);

/// A database of one test with a standby that streams it. It is dropped with this value.
#[derive(Debug)]
pub struct Pair {
    database: Database,
    standby: String,
    // Ends after the database is dropped.
    own: Option<Servers>,
}

/// A primary and a standby of it.
type Servers = (Server, Server);

impl Pair {
    /// A database with the newest schema and nothing in it, there on both servers.
    ///
    /// # Panics
    ///
    /// As [`Database::fresh`], and where the standby does not follow.
    pub async fn fresh() -> Self {
        let (primary, standby) = pair();
        Self::on(primary, standby, None).await
    }

    /// The same on servers of its own, with which a test may do as it likes.
    ///
    /// # Panics
    ///
    /// As [`Pair::fresh`].
    pub async fn alone() -> Self {
        let own = tokio::task::spawn_blocking(servers).await;
        let own = own.expect("the servers start");
        let (primary, standby) = (own.0.address(), own.1.address());
        Self::on(primary, standby, Some(own)).await
    }

    async fn on(primary: String, standby: String, own: Option<Servers>) -> Self {
        let database = Database::fresh_on(primary, 0).await;
        let pair = Self {
            database,
            standby,
            own,
        };
        let begun = Instant::now();
        while PgConnection::connect(&pair.standby_url()).await.is_err() {
            assert!(begun.elapsed() < FOLLOWING, "the standby does not follow");
            tokio::time::sleep(LOOK).await;
        }
        pair
    }

    /// Both servers, where they are its own.
    pub fn servers(&mut self) -> Option<&mut Servers> {
        self.own.as_mut()
    }

    /// The URL of the primary.
    #[must_use]
    pub fn url(&self) -> String {
        self.database.url()
    }

    /// A store's settings for the primary.
    #[must_use]
    pub fn config(&self) -> Config {
        self.database.config()
    }

    /// A replica's settings for the standby.
    #[must_use]
    pub fn standby_config(&self) -> Config {
        modest(self.standby_url())
    }

    /// The URL of the standby.
    #[must_use]
    pub fn standby_url(&self) -> String {
        format!("{}/{}", self.standby, self.database.name)
    }
}

/// The addresses of a primary and of a standby of this run.
fn pair() -> (String, String) {
    static OWN: OnceLock<Servers> = OnceLock::new();
    let named = std::env::var(PAIR).unwrap_or_default();
    if let Some((primary, standby)) = named.split_once(' ') {
        return (primary.to_owned(), standby.to_owned());
    }
    let own = OWN.get_or_init(servers);
    (own.0.address(), own.1.address())
}

fn servers() -> Servers {
    let started = Server::start(Durability::Off).and_then(|primary| {
        let standby = primary.standby()?;
        Ok((primary, standby))
    });
    started.unwrap_or_else(|error| {
        panic!(
            "this test needs PostgreSQL: run `cargo xtask test`, which brings a primary and a \
             standby, or name both in {PAIR}; {error}"
        )
    })
}
