//! A look at the database that changes nothing.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use expense_core::memory::column::narrow;
use expense_core::ports::replica::{Lag, Mark};
use sqlx::{ConnectOptions, Connection, PgConnection};

use crate::config::Config;
use crate::error::{Failure, OpenError};
use crate::migrate::{newest, schema};
use crate::open::{options, reason};
use crate::replica::lag;

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
    /// Connections that are taken now, and not by programs of this name and user.
    pub taken: u32,
    /// What the server shares with its standbys and with nobody else.
    pub system: String,
    /// How far it is behind the primary; `None` where it is no standby.
    pub behind: Option<Lag>,
    /// How far its clock is ahead of this machine's, negative where it is behind; as exact as the
    /// time that the question took.
    pub ahead: TimeDelta,
    mark: Mark,
}

impl Examined {
    /// How many instances with pools of this size it carries together, beside whoever else is
    /// connected now.
    #[must_use]
    pub fn carries(&self, pool: u32) -> u32 {
        let free = self.connections.saturating_sub(self.taken);
        free / pool.max(1)
    }
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
    let examined = examine_at(config, None).await?;
    if examined.schema > examined.known {
        return Err(OpenError::Newer {
            found: examined.schema,
            known: examined.known,
        });
    }
    Ok(examined)
}

/// Looks at a standby of the server that was examined.
///
/// # Errors
///
/// Why it can't be read from; [`OpenError::NoStandby`] and [`OpenError::Stranger`] among others.
pub async fn examine_standby(config: &Config, primary: &Examined) -> Result<Examined, OpenError> {
    let examined = examine_at(config, Some(primary.mark)).await?;
    if examined.behind.is_none() {
        return Err(OpenError::NoStandby);
    }
    if examined.system != primary.system {
        return Err(OpenError::Stranger);
    }
    Ok(examined)
}

async fn examine_at(config: &Config, mark: Option<Mark>) -> Result<Examined, OpenError> {
    let options = options(config)?;
    let connecting = tokio::time::timeout(config.patience(), options.connect()).await;
    let connecting =
        connecting.map_err(|_| OpenError::Unreachable("it does not answer".to_owned()))?;
    let mut connection = connecting.map_err(|error| reason(&error))?;
    let examined =
        tokio::time::timeout(config.patience(), look(&mut connection, config, mark)).await;
    let examined = examined.unwrap_or(Err(Failure::Silent));
    // The server ends it as well.
    let _ = connection.close().await;
    examined.map_err(Failure::opening)
}

/// Of others' connections only the number is shown to everybody. Our own is not counted.
const LOOK: &str = "SELECT split_part(current_setting('server_version'), ' ', 1),
        current_setting('max_connections')::int
            - current_setting('superuser_reserved_connections')::int,
        greatest(0, (SELECT sum(numbackends) FROM pg_stat_database)
            - (SELECT count(*) FROM pg_stat_activity
               WHERE usename = current_user
                   AND application_name = current_setting('application_name')))::int,
        (SELECT system_identifier FROM pg_control_system())::text,
        CASE WHEN NOT pg_is_in_recovery()
            THEN (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint END,
        (SELECT count(*) FROM pg_inherits WHERE inhparent = to_regclass('expenses'))::int,
        clock_timestamp()";

/// What that finds.
type Looked = (String, i32, i32, String, Option<i64>, i32, DateTime<Utc>);

async fn look(
    db: &mut PgConnection,
    config: &Config,
    mark: Option<Mark>,
) -> Result<Examined, Failure> {
    let schema = schema(db).await?;
    let asked = config.clock.now();
    let (server, connections, taken, system, end, partitions, clock): Looked =
        sqlx::query_as(LOOK).fetch_one(&mut *db).await?;
    let answered = config.clock.now();
    let standby = end.is_none();
    let behind = match mark {
        Some(mark) if standby => Some(lag(db, mark).await?),
        _ => standby.then(Lag::default),
    };
    Ok(Examined {
        server,
        schema,
        known: newest(),
        connections: u32::try_from(connections).unwrap_or_default(),
        partitions: u32::try_from(partitions).unwrap_or_default(),
        taken: u32::try_from(taken).unwrap_or_default(),
        system,
        behind,
        ahead: clock - (asked + (answered - asked) / 2),
        mark: Mark(narrow(end.unwrap_or_default())?),
    })
}
