//! What a batch of commits comes to, as rows.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use expense_core::conversation::write::Write;
use expense_core::domain::access::Person;
use expense_core::domain::change::Change;
use expense_core::domain::currency::Currency;
use expense_core::domain::draft::{Draft, DraftContent, DraftState};
use expense_core::domain::expense::Expense;
use expense_core::domain::keys::{DraftId, ExpenseId, LedgerId, Number};
use expense_core::domain::ledger::Ledger;
use expense_core::domain::limits;
use expense_core::domain::totals::{TotalDelta, TotalKey};
use expense_core::memory::plan::{Plan, hashed};
use expense_core::ports::store::Commit;
use rust_decimal::Decimal;
use sqlx::types::Uuid;

use crate::columns::{
    ChangeRow, Changes, DraftRow, Drafts, ExpenseRow, Expenses, ImageRow, Images, LedgerRow,
    Ledgers, LessonRow, Lessons, Member, Members, SessionRow, Sessions, SuggestionRow, Suggestions,
    TagRow, Tags, TotalRow, Totals,
};
use crate::error::Failure;
use crate::look::Head;
use crate::rows::{categories, json, members, narrow, state, text, wide};

/// What almost every commit writes: one statement does it all.
#[derive(Default)]
pub(crate) struct Common<'a> {
    pub(crate) members: Members,
    pub(crate) ledgers: Ledgers<'a>,
    pub(crate) sessions: Sessions,
    pub(crate) expenses: Expenses<'a>,
    pub(crate) tags: Tags<'a>,
    pub(crate) totals: Totals<'a>,
    pub(crate) suggestions: Suggestions,
    pub(crate) changes: Changes<'a>,
}

/// What few commits write, after the former and in the same transaction.
#[derive(Default)]
pub(crate) struct Seldom<'a> {
    pub(crate) lessons: Lessons<'a>,
    pub(crate) forgotten: (Vec<i64>, Vec<&'a str>),
    pub(crate) amended: Expenses<'a>,
    pub(crate) retagged: (Vec<i64>, Vec<i32>),
    pub(crate) reworked: (Vec<i64>, Vec<Uuid>),
    pub(crate) recounted: Vec<Recounted<'a>>,
    pub(crate) tags: Tags<'a>,
    pub(crate) drafts: Drafts<'a>,
    pub(crate) put: (Vec<i64>, Vec<Uuid>),
    pub(crate) images: Images<'a>,
    pub(crate) undone: (Vec<i64>, Vec<Uuid>),
    pub(crate) sweeps: Vec<Sweep>,
    pub(crate) people: Vec<&'a Person>,
    pub(crate) erased: Vec<Erased>,
    pub(crate) moves: Vec<Moving<'a>>,
}

/// A ledger that counts in another currency now, and since when.
pub(crate) struct Recounted<'a> {
    pub(crate) ledger: i64,
    pub(crate) currency: &'a str,
    pub(crate) at: DateTime<Utc>,
}

/// A ledger that goes with everything in it.
pub(crate) struct Erased {
    pub(crate) ledger: i64,
    /// The ledger that its chat begins next: it finds the keys of this one.
    pub(crate) next: i64,
    /// The key whose replies stay.
    pub(crate) own: Uuid,
}

/// A ledger that goes on under another chat.
pub(crate) struct Moving<'a> {
    pub(crate) ledger: i64,
    pub(crate) from: &'a str,
    pub(crate) to: &'a str,
}

/// A ledger that is swept.
pub(crate) struct Sweep {
    pub(crate) ledger: i64,
    pub(crate) drafts: DateTime<Utc>,
    pub(crate) outcomes: DateTime<Utc>,
    pub(crate) own: Uuid,
}

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
    commit.ledger.lessons.is_empty() && commit.writes.iter().all(common)
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
        let fresh = head.stamp == 0;
        let next = Head {
            // As revisions do, it begins with the time: none of an erased ledger comes again.
            stamp: if fresh {
                commit.at.timestamp_micros().max(1)
            } else {
                head.stamp + 1
            },
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
            revision: wide(next.revision.0)?,
            session_version: wide(next.session.0)?,
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
                from: self.commit.ledger.chat.as_str(),
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

    fn ledger(&mut self, kept: &'a Ledger) -> Result<(), Failure> {
        let settings = &kept.settings;
        let known = &self.commit.ledger;
        let fresh = known.revision.0 == 0;
        for lesson in &kept.lessons {
            if fresh || self.teaches(&lesson.words) {
                self.place += 1;
                self.seldom.lessons.push(LessonRow {
                    ledger_id: self.ledger,
                    place: self.place,
                    category: narrow(lesson.category.0)?,
                    words: &lesson.words,
                });
            }
        }
        let kept_words = |words: &str| kept.lessons.iter().any(|lesson| lesson.words == words);
        for gone in known.lessons.iter().filter(|old| !kept_words(&old.words)) {
            self.seldom.forgotten.0.push(self.ledger);
            self.seldom.forgotten.1.push(&gone.words);
        }
        if settings.currency != known.settings.currency {
            self.seldom.recounted.push(Recounted {
                ledger: self.ledger,
                currency: settings.currency.code(),
                at: self.commit.at,
            });
        }
        self.common.ledgers.push(LedgerRow {
            ledger_id: self.ledger,
            // Moving it comes last.
            chat: known.chat.as_str(),
            currency: settings.currency.code(),
            zone: settings.zone.name(),
            locale: settings.locale.as_str(),
            language: text(&settings.language)?,
            categories: categories(&kept.categories)?,
            members: members(&kept.members)?,
        });
        Ok(())
    }

    /// A statement may touch a total but once.
    fn totals(&mut self) -> Result<(), Failure> {
        let mut sums: BTreeMap<TotalKey, TotalDelta> = BTreeMap::new();
        for delta in &self.plan.totals {
            let sum = sums.entry(delta.key).or_insert(TotalDelta {
                minor: 0,
                converted: 0,
                count: 0,
                ..*delta
            });
            sum.minor += delta.minor;
            sum.converted += delta.converted;
            sum.count += delta.count;
        }
        for (key, sum) in sums {
            let scale = key.into.map_or(0, Currency::exponent);
            self.common.totals.push(TotalRow {
                ledger_id: self.ledger,
                count: sum.count,
                day: key.day,
                category: narrow(key.category.0)?,
                currency: key.currency.code(),
                converted_into: key.into.map_or("", Currency::code),
                amount: Decimal::new(sum.minor, key.currency.exponent()),
                converted: Decimal::new(sum.converted, scale),
            });
        }
        Ok(())
    }

    fn expense(&mut self, expense: &'a Expense, known: Option<Number>) -> Result<(), Failure> {
        let allotted = self.allotted(expense.id);
        let Some(number) = allotted.or(known) else {
            return Ok(());
        };
        let number = narrow(number.0)?;
        let due = expense.lacks_rate(self.home()).then_some(self.commit.at);
        let row = expense_row(self.ledger, number, expense, due)?;
        let tags = match allotted {
            Some(_) => {
                self.common.expenses.push(row);
                &mut self.common.tags
            }
            None => {
                self.seldom.amended.push(row);
                self.seldom.retagged.0.push(self.ledger);
                self.seldom.retagged.1.push(number);
                self.seldom.reworked.0.push(self.ledger);
                self.seldom.reworked.1.push(*expense.id.as_uuid());
                &mut self.seldom.tags
            }
        };
        for tag in &expense.details.tags {
            tags.push(TagRow {
                ledger_id: self.ledger,
                number,
                day: expense.details.date,
                tag: tag.as_str(),
            });
        }
        Ok(())
    }

    fn draft(&mut self, draft: &'a Draft) -> Result<(), Failure> {
        if matches!(draft.state, DraftState::Waiting { .. } | DraftState::Open) {
            self.due = self.due.into_iter().chain([draft.expires_at]).min();
        }
        let receipt = match &draft.content {
            DraftContent::Receipt(receipt) => Some(receipt),
            DraftContent::Entry(_) => None,
        };
        let id = *draft.id.as_uuid();
        let (state, read_from) = state(draft.state);
        let origin = draft.origin.as_ref();
        self.seldom.drafts.push(DraftRow {
            ledger_id: self.ledger,
            place: self.place,
            expires_at: draft.expires_at,
            read_from,
            id,
            expense: *draft.expense.as_uuid(),
            revision: narrow(draft.revision)?,
            state,
            opened_by: draft.opened_by.as_str(),
            paid_by: draft.paid_by.as_str(),
            message: origin.map(|origin| origin.message.as_str()),
            line: origin.map(|origin| i32::from(origin.line)),
            sent_on: origin.map(|origin| origin.sent_on),
            said: origin.map(|origin| origin.said),
            album: receipt.and_then(|receipt| Some(receipt.album.as_ref()?.as_str())),
            content: json(&draft.content)?,
        });
        self.seldom.put.0.push(self.ledger);
        self.seldom.put.1.push(id);
        let prints = receipt.into_iter().flat_map(|receipt| {
            let attached = receipt.parts.iter().map(|part| &part.fingerprint);
            attached.chain(&receipt.content)
        });
        for print in prints {
            self.seldom.images.push(ImageRow {
                ledger_id: self.ledger,
                draft: id,
                fingerprint: &print.0,
            });
        }
        Ok(())
    }

    fn change(&mut self, change: &'a Change) -> Result<(), Failure> {
        self.common.changes.push(ChangeRow {
            ledger_id: self.ledger,
            place: self.place,
            at: change.at,
            id: *change.id.as_uuid(),
            undone: change.undone,
            by: change.by.as_str(),
            effects: json(&change.effects)?,
        });
        Ok(())
    }

    /// What the ledger counts in after this commit.
    fn home(&self) -> Currency {
        let kept = self.plan.ledger.as_ref();
        kept.unwrap_or(&self.commit.ledger).settings.currency
    }

    fn allotted(&self, id: ExpenseId) -> Option<Number> {
        let mut numbers = self.plan.numbers.iter();
        let (_, number) = numbers.find(|(known, _)| *known == id)?;
        Some(*number)
    }

    fn teaches(&self, words: &str) -> bool {
        let mut writes = self.commit.writes.iter();
        writes.any(|write| matches!(write, Write::PutLesson(lesson) if lesson.words == words))
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

fn expense_row(
    ledger: i64,
    number: i32,
    expense: &Expense,
    rate_due: Option<DateTime<Utc>>,
) -> Result<ExpenseRow<'_>, Failure> {
    let details = &expense.details;
    let origin = expense.origin.as_ref();
    let known = expense.conversion.as_ref();
    let search = details.search_text();
    Ok(ExpenseRow {
        ledger_id: ledger,
        recorded_at: expense.recorded_at,
        id: *expense.id.as_uuid(),
        change: *expense.change.as_uuid(),
        number,
        revision: narrow(expense.revision)?,
        day: details.date,
        category: narrow(details.category.0)?,
        removed: expense.removed,
        amount: details.money.amount(),
        currency: details.money.currency().code(),
        description: details.description.as_str(),
        merchant: details.merchant.as_ref().map(|merchant| merchant.as_str()),
        search: (search != details.description.as_str()).then_some(search),
        paid_by: expense.paid_by.as_str(),
        entered_by: expense.entered_by.as_str(),
        message: origin.map(|origin| origin.message.as_str()),
        line: origin.map(|origin| i32::from(origin.line)),
        sent_on: origin.map(|origin| origin.sent_on),
        said: origin.map(|origin| origin.said),
        draft: expense.draft.map(|draft| *draft.as_uuid()),
        converted: known.map(|known| known.money.amount()),
        converted_into: known.map(|known| known.money.currency().code()),
        rate: known.map(|known| known.rate.factor.value()),
        rate_source: known.map(|known| known.rate.source.as_str()),
        rate_day: known.map(|known| known.rate.day),
        rate_due,
    })
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
