//! What the rows of a kind come to, whatever store they are of.

use super::{
    ChangeRecord, DraftRecord, ExpenseRecord, Kind, LedgerRecord, OutcomeRecord, ParkedRecord,
    Record, SuggestionRecord,
};
use crate::domain::keys::{ExpenseId, LedgerId};
use crate::memory::column::{narrow, parsed, word};
use crate::memory::row::{self, Row, needed};

/// A row of a kind. Beside the columns that [`row`] names it has `ledger_id`, and those of the
/// record by their names; `moved_from` is a list as JSON.
///
/// # Errors
///
/// Where a column is none of such a record.
pub fn of_row<R: Row>(kind: Kind, found: &R) -> Result<Record, R::Error> {
    Ok(match kind {
        Kind::Person => Record::Person(row::person(found)?),
        Kind::Ledger => Record::Ledger(Box::new(ledger(found)?)),
        Kind::Expense => Record::Expense(Box::new(ExpenseRecord {
            ledger: of(found)?,
            expense: row::expense(found)?,
            rate_due: found.instant("rate_due")?,
        })),
        Kind::Suggestion => Record::Suggestion(SuggestionRecord {
            ledger: of(found)?,
            expense: ExpenseId::from_uuid(needed(found.id("expense")?)?),
            since: needed(found.instant("since")?)?,
        }),
        Kind::Draft => Record::Draft(Box::new(DraftRecord {
            ledger: of(found)?,
            draft: row::draft(found)?,
            place: found.whole("place")?,
            turn: needed(found.instant("turn")?)?,
        })),
        Kind::Change => Record::Change(Box::new(ChangeRecord {
            ledger: of(found)?,
            change: row::change(found)?,
            place: found.whole("place")?,
        })),
        Kind::Outcome => Record::Outcome(OutcomeRecord {
            ledger: of(found)?,
            key: needed(found.id("key")?)?,
            at: needed(found.instant("at")?)?,
            orphaned: found.flag("orphaned")?,
            outcome: found.text("outcome")?.map(str::to_owned),
        }),
        Kind::Parked => Record::Parked(parked(found)?),
    })
}

fn of<R: Row>(found: &R) -> Result<LedgerId, R::Error> {
    Ok(LedgerId::from_i64(found.whole("ledger_id")?))
}

fn ledger<R: Row>(found: &R) -> Result<LedgerRecord, R::Error> {
    Ok(LedgerRecord {
        ledger: row::ledger(found)?,
        moved_from: parsed(needed(found.text("moved_from")?)?)?,
        session_version: narrow(found.whole("session_version")?)?,
        session: found.text("session")?.map(str::to_owned),
        last_number: needed(found.number("last_number")?)?,
        last_place: found.whole("last_place")?,
        sweep_at: found.instant("sweep_at")?,
    })
}

fn parked<R: Row>(found: &R) -> Result<ParkedRecord, R::Error> {
    Ok(ParkedRecord {
        ledger: of(found)?,
        chat: word(needed(found.text("chat")?)?)?,
        key: word(needed(found.text("key")?)?)?,
        first: narrow(found.whole("first")?)?,
        replies: needed(found.text("replies")?)?.to_owned(),
    })
}
