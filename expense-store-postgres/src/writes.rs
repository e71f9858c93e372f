//! What a batch of commits comes to, as rows.

mod batch;
mod draft;
mod expense;
mod ledger;
pub(crate) mod row;

use chrono::{DateTime, TimeDelta, Utc};
use expense_core::conversation::write::Write;
use expense_core::domain::change::Change;
use expense_core::domain::keys::{DraftId, ExpenseId, LedgerId};
use expense_core::domain::limits;
use expense_core::memory::column::{json, narrow};
use expense_core::memory::plan::{Plan, hashed};
use expense_core::ports::store::Commit;

pub(crate) use self::batch::{Common, Erased, Moving, Recounted, Seldom, Sweep};
use crate::columns::{Member, SessionRow, SuggestionRow};
use crate::error::Failure;
use crate::look::Head;

/// Whether the commit writes nothing beside what almost every one does.
pub(crate) fn is_common(commit: &Commit) -> bool {
    let common = |write: &Write| match write {
        Write::AddExpense(_)
        | Write::PutChange(_)
        | Write::PutCategory(_)
        | Write::PutMember(_)
        | Write::WantCategory { .. } => true,
        // In another currency other expenses lack a rate.
        Write::PutSettings(settings) => settings.currency == commit.ledger.settings.currency,
        Write::AmendExpense { .. }
        | Write::PutDraft(_)
        | Write::PutLesson(_)
        | Write::DropLesson(_)
        | Write::MarkUndone(_)
        | Write::Sweep { .. }
        | Write::Move { .. }
        | Write::PutPerson(_)
        | Write::Erase => false,
    };
    // What a ledger had learned before it is kept for the first time comes along.
    let brings = commit.ledger.revision.0 == 0 && !commit.ledger.lessons.is_empty();
    !brings && commit.writes.iter().all(common)
}

/// Adds what one commit comes to, and says what its ledger's counters are afterwards.
pub(crate) fn add<'a>(
    common: &mut Common<'a>,
    seldom: &mut Seldom<'a>,
    commit: &'a Commit,
    plan: &'a Plan,
    head: Head,
) -> Result<Head, Failure> {
    let mut one = One {
        common,
        seldom,
        ledger: commit.ledger.id.as_i64(),
        commit,
        plan,
        place: head.place,
        due: None,
    };
    if plan.erase {
        one.seldom.erased.push(Erased {
            ledger: one.ledger,
            next: LedgerId::of(&commit.ledger.chat).as_i64(),
            own: hashed(&commit.chat, &commit.key),
        });
    } else {
        one.everything()?;
    }
    one.member(head)
}

/// One commit on its way into the rows.
struct One<'r, 'a> {
    common: &'r mut Common<'a>,
    seldom: &'r mut Seldom<'a>,
    ledger: i64,
    commit: &'a Commit,
    plan: &'a Plan,
    place: i64,
    /// When its first draft expires.
    due: Option<DateTime<Utc>>,
}

impl<'a> One<'_, 'a> {
    fn member(&mut self, head: Head) -> Result<Head, Failure> {
        let (commit, plan) = (self.commit, self.plan);
        let numbers = plan.numbers.iter().map(|(_, number)| number.0);
        let next = Head {
            // It goes with the time: none comes again, not of an erased ledger and not of commits
            // that a fail-over lost, by which a copy would be taken for the truth.
            stamp: commit.at.timestamp_micros().max(head.stamp + 1),
            revision: plan.revision,
            session: plan.session,
            number: numbers.max().unwrap_or(head.number),
            place: self.place,
            sweep_at: self.due_at().into_iter().chain(head.sweep_at).min(),
        };
        self.common.members.push(Member {
            ledger_id: self.ledger,
            seen: head.stamp,
            stamp: next.stamp,
            revision: narrow(next.revision.0)?,
            session_version: narrow(next.session.0)?,
            last_place: next.place,
            sweep_at: next.sweep_at,
            last_number: narrow(next.number)?,
            at: commit.at,
            key: hashed(&commit.chat, &commit.key),
            outcome: json(&plan.outcome)?,
        });
        Ok(next)
    }

    fn everything(&mut self) -> Result<(), Failure> {
        let commit = self.commit;
        for (index, write) in commit.writes.iter().enumerate() {
            let later = commit.writes.get(index + 1..).unwrap_or_default();
            self.write(write, later)?;
        }
        if let Some(kept) = &self.plan.ledger {
            self.ledger(kept)?;
        }
        if let Some(session) = &commit.session {
            self.common.sessions.push(SessionRow {
                ledger_id: self.ledger,
                session: json(session)?,
            });
        }
        self.totals()
    }

    fn write(&mut self, write: &'a Write, later: &'a [Write]) -> Result<(), Failure> {
        match write {
            Write::AddExpense(expense) => {
                if !later.iter().any(|write| amends(write, expense.id)) {
                    self.expense(expense, None)?;
                }
            }
            Write::AmendExpense { before, after } => {
                if !later.iter().any(|write| amends(write, after.id)) {
                    self.expense(after, before.number)?;
                }
            }
            Write::PutDraft(draft) => {
                self.place += 1;
                if !later.iter().any(|write| puts_draft(write, draft.id)) {
                    self.draft(draft)?;
                }
            }
            Write::PutChange(change) => {
                self.place += 1;
                if !later.iter().any(|write| puts_change(write, change)) {
                    self.change(change)?;
                }
            }
            Write::MarkUndone(id) => {
                self.seldom.undone.0.push(self.ledger);
                self.seldom.undone.1.push(*id.as_uuid());
            }
            Write::Sweep { drafts, outcomes } => self.seldom.sweeps.push(Sweep {
                ledger: self.ledger,
                drafts: *drafts,
                outcomes: *outcomes,
                own: hashed(&self.commit.chat, &self.commit.key),
            }),
            Write::WantCategory { expense, from } => {
                self.common.suggestions.push(SuggestionRow {
                    ledger_id: self.ledger,
                    since: *from,
                    expense: *expense.as_uuid(),
                });
            }
            Write::Move { to } => self.seldom.moves.push(Moving {
                ledger: self.ledger,
                to: to.as_str(),
            }),
            Write::PutPerson(person) => self.seldom.people.push(person),
            // The plan holds what these make of the ledger.
            Write::PutSettings(_)
            | Write::PutCategory(_)
            | Write::PutLesson(_)
            | Write::DropLesson(_)
            | Write::PutMember(_)
            | Write::Erase => {}
        }
        Ok(())
    }

    fn change(&mut self, change: &'a Change) -> Result<(), Failure> {
        let row = row::change(self.ledger, self.place, change)?;
        self.common.changes.push(row);
        Ok(())
    }

    /// When this commit makes a sweep due. The outcome of a sweep alone waits for the next
    /// cause: a ledger that nobody uses is not swept for ever.
    fn due_at(&self) -> Option<DateTime<Utc>> {
        if self.plan.erase {
            return None;
        }
        let mut writes = self.commit.writes.iter();
        let sweeps = !self.commit.writes.is_empty()
            && writes.all(|write| matches!(write, Write::Sweep { .. }));
        let kept = TimeDelta::from_std(limits::OUTCOMES).unwrap_or(TimeDelta::MAX);
        let outcome = (!sweeps).then(|| self.commit.at.checked_add_signed(kept));
        outcome.flatten().into_iter().chain(self.due).min()
    }
}

fn amends(write: &Write, id: ExpenseId) -> bool {
    matches!(write, Write::AmendExpense { after, .. } if after.id == id)
}

fn puts_draft(write: &Write, id: DraftId) -> bool {
    matches!(write, Write::PutDraft(draft) if draft.id == id)
}

fn puts_change(write: &Write, change: &Change) -> bool {
    matches!(write, Write::PutChange(other) if other.id == change.id)
}
