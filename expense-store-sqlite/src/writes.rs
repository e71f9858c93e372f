//! What one commit that stands writes, row by row.

mod draft;
mod ledger;
pub(crate) mod row;

use expense_core::conversation::write::Write;
use expense_core::domain::change::Change;
use expense_core::domain::currency::Currency;
use expense_core::domain::expense::Expense;
use expense_core::domain::keys::{ExpenseId, LedgerId, Number};
use expense_core::domain::limits;
use expense_core::memory::column::json;
use expense_core::memory::plan::Plan;
use expense_core::ports::store::Commit;
use rusqlite::{Connection, Params, params};

use crate::error::Failure;
use crate::look::Counters;
use crate::moving;
use crate::rows::{column, day, halves, micros};
use crate::sql;

/// Writes everything that a commit comes to, parents before children.
pub(crate) fn write(
    db: &Connection,
    commit: &Commit,
    plan: &Plan,
    found: &Counters,
) -> Result<(), Failure> {
    let mut one = One {
        db,
        ledger: commit.ledger.id.as_i64(),
        commit,
        plan,
        place: found.place,
        due: None,
    };
    if plan.erase {
        let next = LedgerId::of(&commit.ledger.chat).as_i64();
        moving::each(db, &sql::ERASE, &[&one.ledger, &next])?;
        return one.outcome(next, found);
    }
    if let Some(kept) = &plan.ledger {
        one.keep(kept)?;
    }
    one.outcome(one.ledger, found)?;
    for write in &commit.writes {
        one.write(write)?;
    }
    one.totals()?;
    one.recount()?;
    one.count(found)?;
    one.sweep(found)?;
    one.go()
}

/// One commit on its way into the file.
struct One<'a> {
    db: &'a Connection,
    ledger: i64,
    commit: &'a Commit,
    plan: &'a Plan,
    /// The last place that was given.
    place: i64,
    /// When its first draft expires.
    due: Option<i64>,
}

impl One<'_> {
    fn run(&self, statement: &str, params: impl Params) -> Result<(), Failure> {
        self.db.prepare_cached(statement)?.execute(params)?;
        Ok(())
    }

    fn next_place(&mut self) -> i64 {
        self.place += 1;
        self.place
    }

    fn outcome(&self, ledger: i64, found: &Counters) -> Result<(), Failure> {
        let (at, outcome) = (micros(self.commit.at), json(&self.plan.outcome)?);
        let row = params![ledger, found.key, at, self.plan.erase, outcome];
        self.run(sql::OUTCOME, row)
    }

    fn write(&mut self, write: &Write) -> Result<(), Failure> {
        match write {
            Write::AddExpense(expense) => self.expense(expense, None),
            Write::AmendExpense { before, after } => self.expense(after, before.number),
            Write::PutDraft(draft) => self.draft(draft),
            Write::WantCategory { expense, from } => {
                let row = params![self.ledger, expense.as_uuid(), micros(*from)];
                self.run(sql::WANTED, row)
            }
            Write::PutChange(change) => self.change(change),
            Write::MarkUndone(id) => self.run(sql::UNDONE, params![self.ledger, id.as_uuid()]),
            Write::PutPerson(person) => row::person(self.db, person),
            // The plan holds what these make of the ledger.
            Write::PutSettings(_)
            | Write::PutCategory(_)
            | Write::PutLesson(_)
            | Write::DropLesson(_)
            | Write::PutMember(_)
            | Write::Erase => Ok(()),
            // They come last.
            Write::Sweep { .. } | Write::Move { .. } => Ok(()),
        }
    }

    fn expense(&self, expense: &Expense, number: Option<Number>) -> Result<(), Failure> {
        let Some(number) = number.or_else(|| self.allotted(expense.id)) else {
            return Ok(());
        };
        if expense.revision > 1 {
            self.run(
                sql::NO_RATE_CLAIM,
                params![self.ledger, expense.id.as_uuid()],
            )?;
            self.run(sql::UNTAG, params![self.ledger, number.0])?;
        }
        let lacks_rate = expense.lacks_rate(self.home());
        let due = lacks_rate.then(|| micros(self.commit.at));
        row::expense(self.db, self.ledger, number, expense, due)
    }

    fn allotted(&self, id: ExpenseId) -> Option<Number> {
        let mut numbers = self.plan.numbers.iter();
        numbers
            .find(|(known, _)| *known == id)
            .map(|(_, number)| *number)
    }

    fn change(&mut self, change: &Change) -> Result<(), Failure> {
        let place = self.next_place();
        row::change(self.db, self.ledger, place, change)
    }

    fn totals(&self) -> Result<(), Failure> {
        for delta in &self.plan.totals {
            let key = delta.key;
            let (high, low) = halves(delta.minor);
            let (converted_high, converted_low) = halves(delta.converted);
            self.run(
                sql::TOTAL,
                params![
                    self.ledger,
                    day(key.day),
                    key.category.0,
                    key.currency.code(),
                    key.into.map_or("", Currency::code),
                    high,
                    low,
                    converted_high,
                    converted_low,
                    delta.count,
                ],
            )?;
        }
        Ok(())
    }

    /// What the ledger counts on from, and its next session.
    fn count(&self, found: &Counters) -> Result<(), Failure> {
        let numbers = self.plan.numbers.iter().map(|(_, number)| number.0);
        let last = numbers.max().unwrap_or(found.number);
        let version = column(self.plan.session.0);
        self.run(
            sql::COUNTERS,
            params![self.ledger, version, last, self.place],
        )?;
        if let Some(session) = &self.commit.session {
            self.run(sql::SESSION, params![self.ledger, json(session)?])?;
        }
        match self.due_at() {
            Some(due) if found.sweep_at.is_none_or(|known| due < known) => {
                self.run(sql::DUE, params![self.ledger, due])
            }
            _ => Ok(()),
        }
    }

    /// When this commit makes a sweep due. The outcome of a sweep alone waits for the next
    /// cause: a ledger that nobody uses is not swept for ever.
    fn due_at(&self) -> Option<i64> {
        let mut writes = self.commit.writes.iter();
        let sweeps = !self.commit.writes.is_empty()
            && writes.all(|write| matches!(write, Write::Sweep { .. }));
        let kept = i64::try_from(limits::OUTCOMES.as_micros()).unwrap_or(i64::MAX);
        let outcome = (!sweeps).then(|| micros(self.commit.at).saturating_add(kept));
        outcome.into_iter().chain(self.due).min()
    }

    fn sweep(&self, found: &Counters) -> Result<(), Failure> {
        for write in &self.commit.writes {
            if let Write::Sweep { drafts, outcomes } = write {
                let (drafts, outcomes) = (micros(*drafts), micros(*outcomes));
                self.run(sql::SWEPT_CLAIMS, params![self.ledger, drafts])?;
                self.run(sql::SWEPT_DRAFTS, params![self.ledger, drafts])?;
                let own = found.key;
                self.run(sql::SWEPT_OUTCOMES, params![self.ledger, outcomes, own])?;
                self.run(sql::NEXT_SWEEP, params![self.ledger, own])?;
            }
        }
        Ok(())
    }

    fn go(&self) -> Result<(), Failure> {
        for write in &self.commit.writes {
            if let Write::Move { to } = write {
                let from = self.commit.ledger.chat.as_str();
                moving::go(self.db, self.ledger, from, to.as_str())?;
            }
        }
        Ok(())
    }
}
