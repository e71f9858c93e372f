//! A look at the database that changes nothing.

use std::fmt;

use sqlx::{ConnectOptions, Connection, PgConnection};

use crate::config::Config;
use crate::error::{Failure, OpenError};
use crate::migrate::{newest, schema};
use crate::open::{options, reason};

/// What was found behind a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    /// The server's version, as it says it.
    pub server: String,
    /// The newest migration that was run; 0 where there is no schema yet.
    pub schema: i64,
    /// The newest migration that this version knows.
    pub known: i64,
    /// Connections that the server grants to all programs together, those for its own
    /// administrators excepted.
    pub connections: u32,
    /// Partitions of each table of ledgers, those of the expenses where they differ; 0 where it is
    /// one table.
    pub partitions: u32,
}

impl fmt::Display for Examined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            server,
            schema,
            partitions,
            ..
        } = self;
        match schema {
            0 => write!(
                f,
                "PostgreSQL {server}, the schema will be made by the first start"
            ),
            _ if *schema < self.known => write!(
                f,
                "PostgreSQL {server}, schema {schema}, the next start brings it to {}",
                self.known
            ),
            _ if *partitions > 0 => {
                write!(
                    f,
                    "PostgreSQL {server}, schema {schema} in {partitions} partitions"
                )
            }
            _ => write!(f, "PostgreSQL {server}, schema {schema}"),
        }
    }
}

/// Looks at the database of this configuration without changing anything.
///
/// # Errors
///
/// Those of [`PostgresStore::open`](crate::PostgresStore::open), a schema newer than this version
/// included.
pub async fn examine(config: &Config) -> Result<Examined, OpenError> {
    let options = options(config)?;
    let connecting = tokio::time::timeout(config.patience(), options.connect()).await;
    let connecting =
        connecting.map_err(|_| OpenError::Unreachable("it does not answer".to_owned()))?;
    let mut connection = connecting.map_err(|error| reason(&error))?;
    let examined = look(&mut connection).await.map_err(Failure::opening);
    // The server ends it as well.
    let _ = connection.close().await;
    let examined = examined?;
    if examined.schema > examined.known {
        return Err(OpenError::Newer {
            found: examined.schema,
            known: examined.known,
        });
    }
    Ok(examined)
}

async fn look(connection: &mut PgConnection) -> Result<Examined, Failure> {
    let schema = schema(connection).await?;
    let (server, connections, partitions): (String, i32, i32) = sqlx::query_as(
        "SELECT split_part(current_setting('server_version'), ' ', 1),
            current_setting('max_connections')::int
                - current_setting('superuser_reserved_connections')::int,
            (SELECT count(*) FROM pg_inherits WHERE inhparent = to_regclass('expenses'))::int",
    )
    .fetch_one(connection)
    .await?;
    Ok(Examined {
        server,
        schema,
        known: newest(),
        connections: u32::try_from(connections).unwrap_or_default(),
        partitions: u32::try_from(partitions).unwrap_or_default(),
    })
}
