//! From a URL to connections, or a sentence that says why not.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Executor, PgConnection, PgPool};
use url::Url;

use crate::config::Config;
use crate::error::{Failure, OpenError};
use crate::migrate::migrate;
use crate::tls;

/// Connections beyond the kept ones are closed after this time without work.
const IDLE: Duration = Duration::from_secs(60);
/// Connections are replaced after this time, so that a new primary gets its share.
const LIFETIME: Duration = Duration::from_secs(30 * 60);
/// A connection that rested longer is asked whether it still lives.
const FRESH: Duration = Duration::from_secs(1);

/// Every statement finds its rows by the beginning of a key. The planner is told so: what it
/// planned while the tables were empty is then still right when they are not.
pub(crate) const BY_INDEX: &str = "SET enable_seqscan = off; SET enable_bitmapscan = off;
    SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_sort = off;
    SET enable_incremental_sort = off; SET plan_cache_mode = force_generic_plan; SET jit = off;";

/// Connects and brings the schema up to date.
pub(crate) async fn open(config: &Config) -> Result<PgPool, OpenError> {
    let options = options(config)?;
    let migrating = async {
        let connecting = tokio::time::timeout(config.acquire_timeout, options.connect()).await;
        let connected = connecting.map_err(|_| OpenError::Unreachable("no answer".to_owned()))?;
        let mut connection = connected.map_err(|error| reason(&error))?;
        let migrated = migrate(&mut connection).await;
        // The server ends it as well.
        let _ = connection.close().await;
        migrated
    };
    migrating.await?;
    // Each writer keeps a connection; one at least stays for reading.
    let writers = u32::try_from(config.writers).unwrap_or(u32::MAX - 1);
    let pool = pool(config, writers, "").connect_lazy_with(options);
    match pool.acquire().await {
        Ok(_) => Ok(pool),
        Err(error) => Err(reason(&error)),
    }
}

pub(crate) fn options(config: &Config) -> Result<PgConnectOptions, OpenError> {
    let url = Url::parse(config.url()).map_err(|_| OpenError::Url)?;
    if !matches!(url.scheme(), "postgres" | "postgresql") {
        return Err(OpenError::Url);
    }
    let options = PgConnectOptions::from_url(&url).map_err(|_| OpenError::Url)?;
    tls::files(&url).map_err(OpenError::Encryption)?;
    let named = url
        .query_pairs()
        .any(|(name, _)| name == "application_name");
    let options = if named {
        options
    } else {
        options.application_name("expense-bot")
    };
    Ok(options.disable_statement_logging())
}

/// Connections for so many writers and at least one reader, each with these settings as well.
pub(crate) fn pool(config: &Config, writers: u32, settings: &str) -> PgPoolOptions {
    let settings = format!(
        "{BY_INDEX} {settings} SET statement_timeout = {}; SET lock_timeout = {};
         SET idle_in_transaction_session_timeout = {};",
        config.statement_timeout.as_millis(),
        config.lock_timeout.as_millis(),
        config.statement_timeout.as_millis(),
    );
    PgPoolOptions::new()
        .max_connections(config.max_connections.max(writers + 1))
        .min_connections(config.min_connections)
        .acquire_timeout(config.acquire_timeout)
        .idle_timeout(IDLE)
        .max_lifetime(LIFETIME)
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > FRESH {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .after_connect(move |connection, _| {
            let settings = sqlx::AssertSqlSafe(settings.clone());
            Box::pin(async move { set(connection, settings).await })
        })
}

async fn set(
    connection: &mut PgConnection,
    settings: sqlx::AssertSqlSafe<String>,
) -> Result<(), sqlx::Error> {
    connection.execute(sqlx::raw_sql(settings)).await?;
    Ok(())
}

/// Why no connection came about. Of the network's errors only their kind is shown.
pub(crate) fn reason(error: &sqlx::Error) -> OpenError {
    if let Some(reason) = tls::reason(error) {
        return OpenError::Encryption(reason);
    }
    match error {
        sqlx::Error::Io(error) => OpenError::Unreachable(error.kind().to_string()),
        sqlx::Error::Database(database) => {
            let code = database.code().unwrap_or_default().into_owned();
            Failure::by_code(&code).opening()
        }
        sqlx::Error::PoolTimedOut => OpenError::Busy("every connection is in use"),
        sqlx::Error::Configuration(_) => OpenError::Url,
        _ => OpenError::Unreachable("the connection broke".to_owned()),
    }
}
