//! A ledger goes on under another chat, and takes in what that chat has begun.

use expense_core::domain::category::{DEFAULT_CATEGORIES, OTHERS};
use rusqlite::{Connection, OptionalExtension, ToSql, params, params_from_iter};

use crate::error::Failure;

/// Brings the ledger from one chat to another, within the transaction of its commit.
pub(crate) fn go(db: &Connection, ledger: i64, from: &str, to: &str) -> Result<(), Failure> {
    let begun: Option<i64> = db
        .prepare_cached(BEGUN)?
        .query_row(params![to, ledger], |row| row.get(0))
        .optional()?;
    if let Some(begun) = begun {
        let defaults = i64::try_from(DEFAULT_CATEGORIES.len()).unwrap_or(i64::MAX);
        each(db, &TAKE_IN, &[&ledger, &begun, &defaults, &OTHERS.0])?;
    }
    each(db, &GO, &[&ledger, &from, &to])
}

/// Runs the statements in turn, each with as many of the values as it names.
pub(crate) fn each(
    db: &Connection,
    statements: &[&str],
    values: &[&dyn ToSql],
) -> Result<(), Failure> {
    for statement in statements {
        let mut statement = db.prepare_cached(statement)?;
        let named = statement.parameter_count();
        statement.execute(params_from_iter(values.iter().take(named)))?;
    }
    Ok(())
}

/// The ledger that a chat, ?1, has and that is not ?2.
const BEGUN: &str = "SELECT ledger_id FROM ledgers WHERE chat = ?1 AND ledger_id <> ?2";

/// The ledger ?1 has the chat ?2 and gets ?3.
const GO: [&str; 3] = [
    "DELETE FROM moved WHERE chat = ?3",
    "INSERT INTO moved (chat, ledger_id) SELECT ?2, ?1 WHERE ?2 <> ?3
     ON CONFLICT (chat) DO UPDATE SET ledger_id = excluded.ledger_id",
    "UPDATE ledgers SET chat = ?3 WHERE ledger_id = ?1",
];

/// Into the ledger ?1 comes all of the ledger ?2, behind what it has. The first ?3 categories are
/// the same in both; for the others stands ?4.
const TAKE_IN: [&str; 13] = [
    "UPDATE tags SET ledger_id = ?1,
        number = number + (SELECT last_number FROM ledgers WHERE ledger_id = ?1)
     WHERE ledger_id = ?2",
    "UPDATE expenses SET ledger_id = ?1,
        number = number + l.last_number,
        category = iif(category <= ?3, category, ?4),
        rate_due = CASE WHEN removed = 0 AND expenses.currency <> l.currency
            AND converted_into IS NOT l.currency THEN coalesce(rate_due, recorded_at) END
     FROM ledgers AS l WHERE l.ledger_id = ?1 AND expenses.ledger_id = ?2",
    "UPDATE suggestions SET ledger_id = ?1 WHERE ledger_id = ?2",
    "INSERT INTO totals (ledger_id, day, category, currency, converted_into, high, low,
        converted_high, converted_low, count)
     SELECT ?1, day, iif(category <= ?3, category, ?4), currency, converted_into, sum(high),
        sum(low), sum(converted_high), sum(converted_low), sum(count)
     FROM totals WHERE ledger_id = ?2 GROUP BY 2, 3, 4, 5
     ON CONFLICT (ledger_id, day, category, currency, converted_into) DO UPDATE SET
        high = high + excluded.high, low = low + excluded.low,
        converted_high = converted_high + excluded.converted_high,
        converted_low = converted_low + excluded.converted_low, count = count + excluded.count",
    "UPDATE drafts SET ledger_id = ?1,
        place = place + (SELECT last_place FROM ledgers WHERE ledger_id = ?1)
     WHERE ledger_id = ?2",
    "UPDATE images SET ledger_id = ?1 WHERE ledger_id = ?2",
    "UPDATE changes SET ledger_id = ?1,
        place = place + (SELECT last_place FROM ledgers WHERE ledger_id = ?1)
     WHERE ledger_id = ?2",
    "UPDATE outcomes SET ledger_id = ?1 WHERE ledger_id = ?2",
    "UPDATE parked SET ledger_id = ?1,
        place = place + coalesce((SELECT max(place) FROM parked WHERE ledger_id = ?1), 0)
     WHERE ledger_id = ?2",
    "DELETE FROM claims WHERE ledger_id = ?2",
    "UPDATE moved SET ledger_id = ?1 WHERE ledger_id = ?2",
    "UPDATE ledgers SET last_number = ledgers.last_number + begun.last_number,
        last_place = ledgers.last_place + begun.last_place,
        sweep_at = min(coalesce(ledgers.sweep_at, begun.sweep_at),
            coalesce(begun.sweep_at, ledgers.sweep_at))
     FROM ledgers AS begun WHERE ledgers.ledger_id = ?1 AND begun.ledger_id = ?2",
    "DELETE FROM ledgers WHERE ledger_id = ?2",
];
