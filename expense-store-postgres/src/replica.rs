//! A streaming replica: a copy of the database that is only read from.

use std::time::Duration;

use async_trait::async_trait;
use expense_core::conversation::question::{
    Census, ExpenseFilter, Page, PageRequest, Total, TotalsQuery,
};
use expense_core::domain::keys::LedgerId;
use expense_core::domain::text::Tag;
use expense_core::memory::column::narrow;
use expense_core::ports::error::Result as PortResult;
use expense_core::ports::replica::{Lag, Mark, Position, Primary, ReadReplica, Seen};
use sqlx::PgConnection;

use crate::config::Config;
use crate::error::{Failure, OpenError};
use crate::look::stamps;
use crate::open::{options, pool};
use crate::readers::Readers;
use crate::store::PostgresStore;
use crate::{list, read, totals};

/// How long a connection is waited for at most: the primary can be asked instead.
const ACQUIRING: Duration = Duration::from_millis(500);

/// A standby that streams from the primary, read from while it replays.
///
/// It is connected to when it is needed: a program starts although its replica is not there. Its
/// schema is the primary's. A read that stands in the way of its replay is `Busy`.
pub struct PostgresReplica(Readers);

impl PostgresReplica {
    /// The standby at this URL. Needs a Tokio runtime around it.
    ///
    /// # Errors
    ///
    /// Where the URL is none.
    pub fn open(config: &Config) -> Result<Self, OpenError> {
        let reading = "SET default_transaction_read_only = on;";
        let quickly = config.acquire_timeout.min(ACQUIRING);
        let pool = pool(config, 0, reading)
            .min_connections(0)
            .acquire_timeout(quickly);
        let pool = pool.connect_lazy_with(options(config)?);
        Ok(Self(Readers::new(pool, config.patience())))
    }

    /// Closes the connections. Later calls are answered as unavailable.
    pub async fn close(&self) {
        self.0.close().await;
    }

    /// Reads after the ledger's position, on the same connection: a standby never goes back while
    /// a connection to it lasts, so that the answer is no older.
    async fn seen<T>(
        &self,
        operation: &'static str,
        ledger: LedgerId,
        read: impl AsyncFnOnce(&mut PgConnection) -> Result<T, Failure> + Send,
    ) -> PortResult<Seen<T>> {
        let seen = self.0.with(async |db| {
            let position = positions(db, &[ledger]).await?.pop();
            Ok(Seen {
                position: position.unwrap_or(Position::NONE),
                value: read(db).await?,
            })
        });
        let seen = seen.await;
        seen.map_err(|failure| failure.of_replica(operation))
    }
}

/// The stamps of the ledgers, which every commit moves.
async fn positions(db: &mut PgConnection, ledgers: &[LedgerId]) -> Result<Vec<Position>, Failure> {
    let ids: Vec<i64> = ledgers.iter().map(|ledger| ledger.as_i64()).collect();
    let known = stamps(db, ids.clone()).await?;
    let position = |id| match known.get(id) {
        Some(stamp) => Ok(Position(narrow(*stamp)?)),
        None => Ok(Position::NONE),
    };
    ids.iter().map(position).collect()
}

/// What is visible is in the log: its end covers every commit that was answered.
const MARK: &str = "SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint";

#[async_trait]
impl Primary for PostgresStore {
    async fn positions(&self, ledgers: &[LedgerId]) -> PortResult<Vec<Position>> {
        let positions = self.with(async |db| positions(db, ledgers).await).await;
        positions.map_err(|failure| failure.during("store", "positions"))
    }

    async fn mark(&self) -> PortResult<Mark> {
        let mark = self.with(async |db| {
            let end: i64 = sqlx::query_scalar(MARK).fetch_one(db).await?;
            Ok(Mark(narrow(end)?))
        });
        mark.await
            .map_err(|failure| failure.during("store", "mark"))
    }
}

/// How many bytes are missing up to the mark, and how old the newest replayed transaction is,
/// by the clocks of both servers. Where none was replayed since the start, how long ago that was.
const LAG: &str = "SELECT pg_is_in_recovery(), missing,
        CASE WHEN missing = 0 THEN 0 ELSE greatest(0, extract(epoch FROM clock_timestamp()
            - coalesce(pg_last_xact_replay_timestamp(), pg_postmaster_start_time())) * 1000)
        END::bigint
     FROM (SELECT greatest(0, $1 - (coalesce(pg_last_wal_replay_lsn(), '0/0') - '0/0'::pg_lsn))
        ::bigint AS missing) AS log";

/// A server that is no standby any more has a history of its own.
pub(crate) async fn lag(db: &mut PgConnection, mark: Mark) -> Result<Lag, Failure> {
    let (standby, bytes, millis): (bool, i64, i64) = sqlx::query_as(LAG)
        .bind(narrow::<i64, _>(mark.0)?)
        .fetch_one(db)
        .await?;
    if !standby {
        return Err(Failure::NoStandby);
    }
    Ok(Lag {
        bytes: narrow(bytes)?,
        time: Duration::from_millis(narrow(millis)?),
    })
}

#[async_trait]
impl ReadReplica for PostgresReplica {
    async fn expenses(
        &self,
        ledger: LedgerId,
        filter: &ExpenseFilter,
        page: PageRequest,
    ) -> PortResult<Seen<Page>> {
        let read = async |db: &mut PgConnection| list::expenses(db, ledger, filter, page).await;
        self.seen("expenses", ledger, read).await
    }

    async fn totals(&self, ledger: LedgerId, query: &TotalsQuery) -> PortResult<Seen<Vec<Total>>> {
        let read = async |db: &mut PgConnection| totals::totals(db, ledger, query).await;
        self.seen("totals", ledger, read).await
    }

    async fn tags(&self, ledger: LedgerId) -> PortResult<Seen<Vec<(Tag, u64)>>> {
        let read = async |db: &mut PgConnection| read::tags(db, ledger).await;
        self.seen("tags", ledger, read).await
    }

    async fn census(&self) -> PortResult<Census> {
        let census = self.0.with(async |db| read::census(db).await).await;
        census.map_err(|failure| failure.of_replica("census"))
    }

    async fn lag(&self, mark: Mark) -> PortResult<Lag> {
        let lag = self.0.with(async |db| lag(db, mark).await).await;
        lag.map_err(|failure| failure.of_replica("lag"))
    }
}
