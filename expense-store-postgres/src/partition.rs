//! The tables of ledgers in hash partitions, by ledger: many smaller indexes and vacuums instead
//! of a few large ones, on one server.
//!
//! One table after the other is copied into partitions, each in a transaction of its own: what a
//! crash cuts off is as it was, and the next run goes on behind the tables that are done. Between
//! two tables the database is whole.

use std::collections::BTreeMap;

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, Row};

use crate::config::Config;
use crate::error::{Failure, OpenError};
use crate::migrate::migrate;
use crate::open::{options, reason};

/// The tables that belong to ledgers: every key of theirs holds `ledger_id`.
pub const BY_LEDGER: [&str; 14] = [
    "ledgers",
    "counters",
    "sessions",
    "lessons",
    "outcomes",
    "expenses",
    "suggestions",
    "tags",
    "totals",
    "drafts",
    "images",
    "changes",
    "parked",
    "claims",
];

/// The most partitions of a table: each statement that looks through all ledgers opens them all.
pub const PARTITIONS: u32 = 256;

/// Who partitions, one at a time: a number that nobody else locks.
const PARTITIONING: i64 = 0x6578_7065_6e73_6532;

/// Brings the schema up to date and its tables of ledgers into this many partitions; 0: each is
/// one table, as it is made. Whatever is so already stays as it is.
///
/// Nobody may use the database meanwhile, and its disk needs room for a second copy of its largest
/// table. Says how many tables were rewritten.
///
/// # Errors
///
/// An [`OpenError`] that says what to do. What was done until then stays: run it again.
pub async fn partition(config: &Config, partitions: u32) -> Result<usize, OpenError> {
    let options = options(config)?;
    let connecting = tokio::time::timeout(config.acquire_timeout, options.connect()).await;
    let connected = connecting.map_err(|_| OpenError::Unreachable("no answer".to_owned()))?;
    let mut db = connected.map_err(|error| reason(&error))?;
    migrate(&mut db).await?;
    let done = rewrite(&mut db, partitions.min(PARTITIONS)).await;
    // The server ends it as well.
    let _ = db.close().await;
    done
}

async fn rewrite(db: &mut PgConnection, partitions: u32) -> Result<usize, OpenError> {
    let alone = "SELECT pg_try_advisory_lock($1) AND NOT EXISTS (SELECT FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()
           AND application_name = current_setting('application_name'))";
    let alone: bool = sqlx::query_scalar(alone)
        .bind(PARTITIONING)
        .fetch_one(&mut *db)
        .await
        .map_err(|error| Failure::from(error).opening())?;
    if !alone {
        return Err(OpenError::InUse);
    }
    let mut rewritten = 0;
    for table in BY_LEDGER {
        let table = Table::look(db, table).await.map_err(Failure::opening)?;
        if table.partitions != partitions {
            table
                .rewrite(db, partitions)
                .await
                .map_err(Failure::opening)?;
            rewritten += 1;
        }
    }
    Ok(rewritten)
}

/// A table as the catalogue describes it, so that it can be made anew.
struct Table {
    name: &'static str,
    /// 0 where it is one table.
    partitions: u32,
    owner: String,
    /// Such as `fillfactor=95`.
    storage: Option<String>,
    /// Its keys, by name, as SQL.
    keys: Vec<(String, String)>,
    /// Its other indexes, by name, as SQL.
    indexes: Vec<(String, String)>,
    /// What others than the owner may do, by their names.
    grants: BTreeMap<String, Vec<String>>,
    /// The column whose values come from a sequence.
    identity: Option<String>,
}

const TABLE: &str = "SELECT pg_get_userbyid(c.relowner) AS owner,
        (SELECT count(*) FROM pg_inherits WHERE inhparent = c.oid)::int AS partitions,
        array_to_string(coalesce(c.reloptions, (SELECT p.reloptions FROM pg_inherits AS i
            JOIN pg_class AS p ON p.oid = i.inhrelid WHERE i.inhparent = c.oid LIMIT 1)), ', ')
            AS storage,
        (SELECT attname::text FROM pg_attribute WHERE attrelid = c.oid AND attidentity <> '')
            AS identity
     FROM pg_class AS c WHERE c.oid = $1::regclass";
const KEYS: &str = "SELECT conname::text, pg_get_constraintdef(oid) FROM pg_constraint
     WHERE conrelid = $1::regclass AND contype IN ('p', 'u') ORDER BY contype, conname";
const INDEXES: &str = "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
     FROM pg_index AS i WHERE i.indrelid = $1::regclass
       AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid
            AND conrelid = i.indrelid)
     ORDER BY 1";
const GRANTS: &str = "SELECT CASE a.grantee WHEN 0 THEN 'PUBLIC'
            ELSE quote_ident(pg_get_userbyid(a.grantee)) END, a.privilege_type
     FROM pg_class AS c, aclexplode(c.relacl) AS a
     WHERE c.oid = $1::regclass AND a.grantee <> c.relowner";

impl Table {
    async fn look(db: &mut PgConnection, name: &'static str) -> Result<Self, Failure> {
        let row = sqlx::query(TABLE).bind(name).fetch_one(&mut *db).await?;
        let partitions: i32 = row.try_get("partitions")?;
        let mut grants = BTreeMap::<String, Vec<String>>::new();
        for (grantee, right) in pairs(db, GRANTS, name).await? {
            grants.entry(grantee).or_default().push(right);
        }
        Ok(Self {
            name,
            partitions: u32::try_from(partitions).unwrap_or_default(),
            owner: row.try_get("owner")?,
            storage: row.try_get("storage")?,
            identity: row.try_get("identity")?,
            keys: pairs(db, KEYS, name).await?,
            indexes: pairs(db, INDEXES, name).await?,
            grants,
        })
    }

    /// Copies it into another in its place, all or nothing.
    async fn rewrite(&self, db: &mut PgConnection, partitions: u32) -> Result<(), Failure> {
        let mut transaction = db.begin().await?;
        // A copy takes as long as it takes; whoever works with the table is not waited for.
        let settings = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '5s'";
        transaction.execute(settings).await?;
        for statement in self.statements(partitions) {
            transaction.execute(AssertSqlSafe(statement)).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    fn statements(&self, partitions: u32) -> Vec<String> {
        let name = self.name;
        let mut statements = vec![format!("LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE")];
        statements.extend(self.made(partitions));
        statements.push(format!(
            "INSERT INTO {name}_new OVERRIDING SYSTEM VALUE SELECT * FROM {name}"
        ));
        if let Some(column) = &self.identity {
            statements.push(format!(
                "SELECT setval(pg_get_serial_sequence('{name}_new', '{column}'), s.last_value,
                    s.is_called)
                 FROM (SELECT * FROM {}) AS s",
                sequence(name, column)
            ));
        }
        statements.push(format!("DROP TABLE {name}"));
        statements.extend(self.named(partitions));
        statements
    }

    /// The empty table, its partitions without their last names.
    fn made(&self, partitions: u32) -> Vec<String> {
        let name = self.name;
        let storage = self.storage.as_ref().filter(|storage| !storage.is_empty());
        let with = storage.map_or_else(String::new, |storage| format!(" WITH ({storage})"));
        let like = format!(
            "CREATE TABLE {name}_new (LIKE {name} INCLUDING DEFAULTS INCLUDING CONSTRAINTS
                INCLUDING IDENTITY INCLUDING STORAGE INCLUDING COMMENTS)"
        );
        if partitions == 0 {
            return vec![format!("{like}{with}")];
        }
        let mut made = vec![format!("{like} PARTITION BY HASH (ledger_id)")];
        made.extend((0..partitions).map(|part| {
            format!(
                "CREATE TABLE {name}_new_{part} PARTITION OF {name}_new
                    FOR VALUES WITH (MODULUS {partitions}, REMAINDER {part}){with}"
            )
        }));
        made
    }

    /// Everything under the names that the old ones had, once these are gone.
    fn named(&self, partitions: u32) -> Vec<String> {
        let name = self.name;
        let mut named = vec![format!("ALTER TABLE {name}_new RENAME TO {name}")];
        named.extend(
            (0..partitions)
                .map(|part| format!("ALTER TABLE {name}_new_{part} RENAME TO {name}_{part}")),
        );
        if let Some(column) = &self.identity {
            named.push(format!(
                "ALTER SEQUENCE {name}_new_{column}_seq RENAME TO {}",
                sequence(name, column)
            ));
        }
        let keys = self.keys.iter();
        named.extend(keys.map(|(key, definition)| {
            format!("ALTER TABLE {name} ADD CONSTRAINT {key} {definition}")
        }));
        // Those of a partitioned table say that they are `ON ONLY` it.
        let indexes = self.indexes.iter();
        named.extend(indexes.map(|(_, definition)| definition.replace(" ON ONLY ", " ON ")));
        for (grantee, rights) in &self.grants {
            let rights = rights.join(", ");
            named.push(format!("GRANT {rights} ON {name} TO {grantee}"));
        }
        let owner = &self.owner;
        named.push(format!(
            "ALTER TABLE {name} OWNER TO \"{}\"",
            owner.replace('"', "\"\"")
        ));
        named.push(format!("ANALYZE {name}"));
        named
    }
}

/// The sequence behind an identity column, by the name that PostgreSQL gives it.
fn sequence(table: &str, column: &str) -> String {
    format!("{table}_{column}_seq")
}

async fn pairs(
    db: &mut PgConnection,
    statement: &'static str,
    table: &str,
) -> Result<Vec<(String, String)>, Failure> {
    let rows = sqlx::query(statement).bind(table).fetch_all(db).await?;
    let pair = |row: &PgRow| Ok((row.try_get(0)?, row.try_get(1)?));
    rows.iter().map(pair).collect()
}
