//! The one statement that writes what almost every commit writes.

use std::collections::HashSet;
use std::sync::OnceLock;

use sqlx::PgConnection;
use sqlx::postgres::PgArguments;

use crate::columns::{
    Changes, Columns, Expenses, Ledgers, Members, Sessions, Suggestions, Tags, Totals,
};
use crate::error::Failure;
use crate::writes::Common;

/// What a batch has rows of, beside its members: a statement names no table in vain, since each
/// has to be opened and locked with all its indexes. The first bit: a ledger is new.
type Parts = usize;

const OPENED: Parts = 1;
const ALL: usize = 1 << 8;

impl Common<'_> {
    /// Writes everything of those members whose stamp still stands and whose key is new, in one
    /// statement, and says whose that is.
    pub(crate) async fn write(self, db: &mut PgConnection) -> Result<HashSet<i64>, Failure> {
        static STATEMENTS: [OnceLock<String>; ALL] = [const { OnceLock::new() }; ALL];
        let parts = self.parts();
        let statement = STATEMENTS
            .get(parts)
            .ok_or(Failure::Unknown("statement"))?
            .get_or_init(|| statement(parts));
        let mut arguments = PgArguments::default();
        self.members.bind(&mut arguments)?;
        bind(self.ledgers, &mut arguments)?;
        bind(self.sessions, &mut arguments)?;
        bind(self.expenses, &mut arguments)?;
        bind(self.tags, &mut arguments)?;
        bind(self.totals, &mut arguments)?;
        bind(self.suggestions, &mut arguments)?;
        bind(self.changes, &mut arguments)?;
        let passed: Vec<i64> = sqlx::query_scalar_with(statement.as_str(), arguments)
            .fetch_all(db)
            .await?;
        Ok(passed.into_iter().collect())
    }

    fn parts(&self) -> Parts {
        let present = [
            self.members.any_opens(),
            !self.ledgers.is_empty(),
            !self.sessions.is_empty(),
            !self.expenses.is_empty(),
            !self.tags.is_empty(),
            !self.totals.is_empty(),
            !self.suggestions.is_empty(),
            !self.changes.is_empty(),
        ];
        let bits = present.into_iter().enumerate();
        bits.map(|(bit, present)| usize::from(present) << bit).sum()
    }
}

fn bind(columns: impl Columns, arguments: &mut PgArguments) -> Result<(), Failure> {
    if columns.is_empty() {
        return Ok(());
    }
    columns.bind(arguments)
}

const LEDGER: &str = "ON CONFLICT (ledger_id) DO UPDATE SET currency = excluded.currency,
    zone = excluded.zone, locale = excluded.locale, language = excluded.language,
    categories = excluded.categories, members = excluded.members";
const SESSION: &str = "ON CONFLICT (ledger_id) DO UPDATE SET session = excluded.session";
const TOTAL: &str = "ON CONFLICT (ledger_id, day, category, currency, converted_into) DO UPDATE
    SET amount = totals.amount + excluded.amount, count = totals.count + excluded.count,
        converted = totals.converted + excluded.converted";
const SUGGESTION: &str = "ON CONFLICT DO NOTHING";
const CHANGE: &str = "ON CONFLICT (ledger_id, id) DO UPDATE SET at = excluded.at,
    by = excluded.by, undone = excluded.undone, effects = excluded.effects";

/// Counters are moved in the order of their ledgers, which is that of the members, so that two
/// batches never wait for each other. Usually all pass: then the rows are not looked through.
fn statement(parts: Parts) -> String {
    let mut rows = Rows {
        parts,
        bit: OPENED,
        next: 1 + Members::COLUMNS.len(),
        inserts: String::new(),
    };
    let first = rows.next;
    rows.insert::<Ledgers<'_>>(LEDGER);
    if parts & OPENED > 0 && rows.next > first {
        rows.inserts += &led(first);
    }
    rows.insert::<Sessions>(SESSION);
    rows.insert::<Expenses<'_>>("");
    rows.insert::<Tags<'_>>("");
    rows.insert::<Totals<'_>>(TOTAL);
    rows.insert::<Suggestions>(SUGGESTION);
    rows.insert::<Changes<'_>>(CHANGE);
    let (members, inserts) = (Members::rows(1), rows.inserts);
    let (opened, passed) = match parts & OPENED {
        0 => (String::new(), "SELECT ledger_id FROM moved"),
        _ => (
            format!(
                "opened AS (
                    INSERT INTO counters (ledger_id, stamp, revision, session_version, last_place,
                        last_number, sweep_at)
                    SELECT ledger_id, stamp, revision, session_version, last_place, last_number,
                        sweep_at
                    FROM r WHERE seen = 0 AND {IS_NEW}
                    ON CONFLICT (ledger_id) DO NOTHING
                    RETURNING ledger_id),"
            ),
            "SELECT ledger_id FROM moved UNION ALL SELECT ledger_id FROM opened",
        ),
    };
    format!(
        "WITH r AS MATERIALIZED (SELECT * FROM {members}),
        moved AS (
            UPDATE counters AS c SET stamp = r.stamp, revision = r.revision,
                session_version = r.session_version, last_place = r.last_place,
                last_number = r.last_number, sweep_at = r.sweep_at
            FROM r WHERE c.ledger_id = r.ledger_id AND c.stamp = r.seen AND {IS_NEW}
            RETURNING c.ledger_id),
        {opened}
        passed AS ({passed}),
        gate AS MATERIALIZED (
            SELECT count(*) = (SELECT count(*) FROM r) AS all_of_them,
                array_agg(ledger_id) AS ledgers
            FROM passed),
        {inserts}
        outcome AS (INSERT INTO outcomes (ledger_id, at, key, outcome)
            SELECT ledger_id, at, key, outcome FROM r {GATE})
        SELECT ledger_id FROM passed"
    )
}

/// The chats of new ledgers lead to them. One that leads elsewhere by now makes all of it fail:
/// then its commit is decided anew.
fn led(first: usize) -> String {
    let ledgers = Ledgers::rows(first);
    format!(
        "led AS (INSERT INTO chats (ledger_id, chat) SELECT ledger_id, chat FROM {ledgers}
            WHERE r.ledger_id IN (SELECT ledger_id FROM opened)),\n"
    )
}

const GATE: &str = "WHERE (SELECT all_of_them FROM gate)
    OR r.ledger_id = ANY ((SELECT ledgers FROM gate)::bigint[])";
const IS_NEW: &str = "NOT EXISTS
    (SELECT FROM outcomes AS o WHERE o.ledger_id = r.ledger_id AND o.key = r.key)";

/// The parts of a statement, one after the other in the order of their parameters.
struct Rows {
    parts: Parts,
    bit: Parts,
    next: usize,
    inserts: String,
}

impl Rows {
    /// Inserts rows of this table, where there are any.
    fn insert<C: Columns>(&mut self, conflict: &str) {
        self.bit <<= 1;
        if self.parts & self.bit == 0 {
            return;
        }
        let insert = C::insert(self.next);
        self.next += C::COLUMNS.len();
        let name = format!("put_{}", C::TABLE);
        self.inserts += &format!("{name} AS ({insert} {GATE} {conflict}),\n");
    }
}
