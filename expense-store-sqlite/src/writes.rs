//! The rows that a batch of commits comes to, table by table.

use expense_core::conversation::session::Session;
use expense_core::conversation::write::Write;
use expense_core::domain::access::Role;
use expense_core::domain::change::{Change, Effect};
use expense_core::domain::currency::Currency;
use expense_core::domain::draft::{Draft, DraftContent, DraftState};
use expense_core::domain::exchange::Factor;
use expense_core::domain::expense::Expense;
use expense_core::domain::keys::{DraftId, ExpenseId, LedgerId, Number};
use expense_core::domain::ledger::{Language, Ledger};
use expense_core::domain::limits;
use expense_core::domain::person::PersonName;
use expense_core::memory::plan::{Plan, hashed};
use expense_core::ports::store::{Commit, Outcome};
use serde::Serialize;
use sqlx::types::uuid::fmt::Simple;

use crate::rows::{day, halves, micros, state};

/// What a batch found of a ledger, beside what its plan needs.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counters {
    /// The last number.
    pub(crate) number: u32,
    /// The last place.
    pub(crate) place: u64,
    /// When it is due for a sweep.
    pub(crate) sweep_at: Option<i64>,
}

/// The rows of a batch. Each is an array in the order of its statement's columns.
#[derive(Default)]
pub(crate) struct Rows<'a> {
    /// Each with the ledger that its chat begins next: it finds the keys of this one.
    pub(crate) erased: Vec<(i64, i64)>,
    pub(crate) ledgers: Vec<LedgerRow<'a>>,
    pub(crate) counters: Vec<(i64, u64, u32, u64)>,
    pub(crate) sessions: Vec<(i64, &'a Session)>,
    pub(crate) due: Vec<(i64, i64)>,
    pub(crate) categories: Vec<(i64, u32, &'a str, Option<u32>)>,
    pub(crate) lessons: Vec<(i64, &'a str, u32, u64)>,
    pub(crate) members: Vec<(i64, u32, &'a str, &'a str)>,
    pub(crate) gone: Vec<(i64, u32)>,
    /// The ledger, the chat that it has and the one that it gets.
    pub(crate) moves: Vec<(i64, &'a str, &'a str)>,
    pub(crate) people: Vec<(&'a str, Role, Option<&'a str>, i64)>,
    pub(crate) forgotten: Vec<(i64, &'a str)>,
    pub(crate) outcomes: Vec<(i64, Simple, i64, bool, &'a Outcome)>,
    pub(crate) expenses: Vec<ExpenseRow<'a>>,
    pub(crate) amended: Vec<(i64, u32, Simple)>,
    pub(crate) tags: Vec<(i64, u32, &'a str)>,
    pub(crate) totals: Vec<TotalRow>,
    /// Ledgers that count in another currency now, and since when.
    pub(crate) recounted: Vec<(i64, &'a Currency, i64)>,
    pub(crate) drafts: Vec<DraftRow<'a>>,
    pub(crate) images: Vec<(i64, Simple, &'a str)>,
    pub(crate) wanted: Vec<(i64, Simple, i64)>,
    pub(crate) changes: Vec<ChangeRow<'a>>,
    pub(crate) undone: Vec<(i64, Simple)>,
    pub(crate) sweeps: Vec<(i64, i64, i64, Simple)>,
}

#[derive(Serialize)]
pub(crate) struct LedgerRow<'a>(
    i64,
    &'a str,
    u64,
    &'a Currency,
    &'static str,
    &'a str,
    &'a Language,
);

#[derive(Serialize)]
pub(crate) struct ExpenseRow<'a>(
    i64,
    u32,
    Simple,
    u32,
    Simple,
    bool,
    i32,
    i64,
    &'static str,
    u32,
    &'a str,
    Option<&'a str>,
    String,
    Option<&'a str>,
    Option<u16>,
    Option<Simple>,
    Option<i32>,
    Option<Simple>,
    &'a str,
    &'a str,
    i64,
    Option<i64>,
    Option<&'static str>,
    Option<Factor>,
    Option<&'a str>,
    Option<i32>,
    Option<i64>,
);

#[derive(Serialize)]
pub(crate) struct TotalRow(
    i64,
    i32,
    u32,
    &'static str,
    &'static str,
    i64,
    i64,
    i64,
    i64,
    i64,
);

#[derive(Serialize)]
pub(crate) struct DraftRow<'a>(
    i64,
    Simple,
    u32,
    u64,
    &'static str,
    Option<i64>,
    i64,
    &'a str,
    &'a str,
    Simple,
    Option<&'a str>,
    Option<u16>,
    Option<Simple>,
    Option<i32>,
    Option<&'a str>,
    &'a DraftContent,
);

#[derive(Serialize)]
pub(crate) struct ChangeRow<'a>(i64, Simple, u64, &'a str, i64, bool, &'a [Effect]);

impl<'a> Rows<'a> {
    /// Adds what one commit comes to.
    pub(crate) fn add(&mut self, commit: &'a Commit, plan: &'a Plan, found: Counters) {
        let ledger = commit.ledger.id.as_i64();
        let key = hashed(&commit.chat, &commit.key).simple();
        let at = micros(commit.at);
        if plan.erase {
            let next = LedgerId::of(&commit.ledger.chat).as_i64();
            self.outcomes.push((next, key, at, true, &plan.outcome));
            self.erased.push((ledger, next));
            return;
        }
        self.outcomes.push((ledger, key, at, false, &plan.outcome));
        let mut one = One {
            ledger,
            commit,
            plan,
            place: found.place,
            due: None,
        };
        for (index, write) in commit.writes.iter().enumerate() {
            self.add_write(&mut one, index, write);
        }
        if let Some(kept) = &plan.ledger {
            self.ledger(&mut one, kept);
        }
        self.counters(&one, found);
    }

    fn add_write(&mut self, one: &mut One<'a>, index: usize, write: &'a Write) {
        let later = one.commit.writes.get(index + 1..).unwrap_or_default();
        match write {
            Write::AddExpense(expense) => {
                if !later.iter().any(|write| amends(write, expense.id)) {
                    self.expense(one, expense, None);
                }
            }
            Write::AmendExpense { before, after } => {
                if !later.iter().any(|write| amends(write, after.id)) {
                    self.expense(one, after, before.number);
                }
            }
            Write::PutDraft(draft) => {
                if !later.iter().any(|write| puts_draft(write, draft.id)) {
                    self.draft(one, draft);
                }
            }
            Write::WantCategory { expense, from } => {
                let expense = expense.as_uuid().simple();
                self.wanted.push((one.ledger, expense, micros(*from)));
            }
            Write::PutChange(change) => self.change(one, change),
            Write::MarkUndone(id) => self.undone.push((one.ledger, id.as_uuid().simple())),
            Write::Sweep { drafts, outcomes } => {
                let own = hashed(&one.commit.chat, &one.commit.key).simple();
                self.sweeps
                    .push((one.ledger, micros(*drafts), micros(*outcomes), own));
            }
            Write::Move { to } => {
                let from = one.commit.ledger.chat.as_str();
                self.moves.push((one.ledger, from, to.as_str()));
            }
            Write::PutPerson(person) => {
                let name = person.name.as_ref().map(PersonName::as_str);
                let since = micros(person.since);
                self.people
                    .push((person.who.as_str(), person.role, name, since));
            }
            // The plan holds what these make of the ledger.
            Write::PutSettings(_)
            | Write::PutCategory(_)
            | Write::PutLesson(_)
            | Write::DropLesson(_)
            | Write::PutMember(_)
            | Write::Erase => {}
        }
    }

    fn ledger(&mut self, one: &mut One<'a>, kept: &'a Ledger) {
        let settings = &kept.settings;
        let id = one.ledger;
        let known = &one.commit.ledger;
        let fresh = known.revision.0 == 0;
        let categories = kept
            .categories
            .iter()
            .filter(|category| fresh || known.category(category.id) != Some(*category));
        self.categories.extend(categories.map(|category| {
            let merged_into = category.merged_into.map(|other| other.0);
            (id, category.id.0, category.name.as_str(), merged_into)
        }));
        for lesson in &kept.lessons {
            if fresh || one.teaches(&lesson.words) {
                one.place += 1;
                let row = (id, lesson.words.as_str(), lesson.category.0, one.place);
                self.lessons.push(row);
            }
        }
        let kept_words = |words: &str| kept.lessons.iter().any(|lesson| lesson.words == words);
        let gone = known.lessons.iter().filter(|old| !kept_words(&old.words));
        self.forgotten
            .extend(gone.map(|lesson| (id, lesson.words.as_str())));
        if settings.currency != known.settings.currency {
            let at = micros(one.commit.at);
            self.recounted.push((id, &settings.currency, at));
        }
        self.members(id, known, kept);
        self.ledgers.push(LedgerRow(
            id,
            // Moving it comes last.
            known.chat.as_str(),
            kept.revision.0,
            &settings.currency,
            settings.zone.name(),
            settings.locale.as_str(),
            &settings.language,
        ));
    }

    fn members(&mut self, id: i64, known: &'a Ledger, kept: &'a Ledger) {
        let changed = kept.members.iter();
        let changed = changed.filter(|member| !known.members.contains(member));
        self.members.extend(
            changed.map(|member| (id, member.id.0, member.who.as_str(), member.name.as_str())),
        );
        let gone = known.members.iter();
        let gone = gone.filter(|old| !kept.members.iter().any(|member| member.id == old.id));
        self.gone.extend(gone.map(|member| (id, member.id.0)));
    }

    fn counters(&mut self, one: &One<'a>, found: Counters) {
        let numbers = one.plan.numbers.iter().map(|(_, number)| number.0);
        let last = numbers.max().unwrap_or(found.number);
        self.counters
            .push((one.ledger, one.plan.session.0, last, one.place));
        if let Some(session) = &one.commit.session {
            self.sessions.push((one.ledger, session));
        }
        let due = one.due_at();
        if let Some(due) = due.filter(|due| found.sweep_at.is_none_or(|known| *due < known)) {
            self.due.push((one.ledger, due));
        }
        let totals = one.plan.totals.iter();
        self.totals.extend(totals.map(|delta| {
            let key = delta.key;
            let currency = key.currency.code();
            let into = key.into.map_or("", Currency::code);
            let (high, low) = halves(delta.minor);
            let (converted_high, converted_low) = halves(delta.converted);
            TotalRow(
                one.ledger,
                day(key.day),
                key.category.0,
                currency,
                into,
                high,
                low,
                converted_high,
                converted_low,
                delta.count,
            )
        }));
    }

    fn expense(&mut self, one: &One<'a>, expense: &'a Expense, number: Option<Number>) {
        let Some(number) = number.or_else(|| one.allotted(expense.id)) else {
            return;
        };
        let details = &expense.details;
        let origin = expense.origin.as_ref();
        let known = expense.conversion.as_ref();
        self.expenses.push(ExpenseRow(
            one.ledger,
            number.0,
            expense.id.as_uuid().simple(),
            expense.revision,
            expense.change.as_uuid().simple(),
            expense.removed,
            day(details.date),
            details.money.minor(),
            details.money.currency().code(),
            details.category.0,
            details.description.as_str(),
            details.merchant.as_ref().map(|merchant| merchant.as_str()),
            details.search_text(),
            origin.map(|origin| origin.message.as_str()),
            origin.map(|origin| origin.line),
            origin.map(|origin| origin.said.simple()),
            origin.map(|origin| day(origin.sent_on)),
            expense.draft.map(|draft| draft.as_uuid().simple()),
            expense.paid_by.as_str(),
            expense.entered_by.as_str(),
            micros(expense.recorded_at),
            known.map(|known| known.money.minor()),
            known.map(|known| known.money.currency().code()),
            known.map(|known| known.rate.factor),
            known.map(|known| known.rate.source.as_str()),
            known.map(|known| day(known.rate.day)),
            expense
                .awaits_rate(one.home())
                .then(|| micros(one.commit.at)),
        ));
        if expense.revision > 1 {
            let id = expense.id.as_uuid().simple();
            self.amended.push((one.ledger, number.0, id));
        }
        let tags = details.tags.iter();
        self.tags
            .extend(tags.map(|tag| (one.ledger, number.0, tag.as_str())));
    }

    fn draft(&mut self, one: &mut One<'a>, draft: &'a Draft) {
        one.place += 1;
        let (state, read_from) = state(draft.state);
        if matches!(draft.state, DraftState::Waiting { .. } | DraftState::Open) {
            let expiry = micros(draft.expires_at);
            one.due = Some(one.due.map_or(expiry, |due| due.min(expiry)));
        }
        let receipt = match &draft.content {
            DraftContent::Receipt(receipt) => Some(receipt),
            DraftContent::Entry(_) => None,
        };
        let origin = draft.origin.as_ref();
        self.drafts.push(DraftRow(
            one.ledger,
            draft.id.as_uuid().simple(),
            draft.revision,
            one.place,
            state,
            read_from,
            micros(draft.expires_at),
            draft.opened_by.as_str(),
            draft.paid_by.as_str(),
            draft.expense.as_uuid().simple(),
            origin.map(|origin| origin.message.as_str()),
            origin.map(|origin| origin.line),
            origin.map(|origin| origin.said.simple()),
            origin.map(|origin| day(origin.sent_on)),
            receipt.and_then(|receipt| Some(receipt.album.as_ref()?.as_str())),
            &draft.content,
        ));
        let receipts = receipt.into_iter();
        let prints = receipts.flat_map(|receipt| {
            let attached = receipt.parts.iter().map(|part| &part.fingerprint);
            attached.chain(&receipt.content)
        });
        self.images.extend(
            prints.map(|print| (one.ledger, draft.id.as_uuid().simple(), print.0.as_str())),
        );
    }

    fn change(&mut self, one: &mut One<'a>, change: &'a Change) {
        one.place += 1;
        self.changes.push(ChangeRow(
            one.ledger,
            change.id.as_uuid().simple(),
            one.place,
            change.by.as_str(),
            micros(change.at),
            change.undone,
            &change.effects,
        ));
    }
}

/// One commit on its way into the rows.
struct One<'a> {
    ledger: i64,
    commit: &'a Commit,
    plan: &'a Plan,
    place: u64,
    /// When its first draft expires.
    due: Option<i64>,
}

impl One<'_> {
    /// What the ledger counts in after this commit.
    fn home(&self) -> Currency {
        let kept = self.plan.ledger.as_ref();
        kept.unwrap_or(&self.commit.ledger).settings.currency
    }

    fn allotted(&self, id: ExpenseId) -> Option<Number> {
        let mut numbers = self.plan.numbers.iter();
        numbers
            .find(|(known, _)| *known == id)
            .map(|(_, number)| *number)
    }

    fn teaches(&self, words: &str) -> bool {
        self.commit
            .writes
            .iter()
            .any(|write| matches!(write, Write::PutLesson(lesson) if lesson.words == words))
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
}

fn amends(write: &Write, id: ExpenseId) -> bool {
    matches!(write, Write::AmendExpense { after, .. } if after.id == id)
}

fn puts_draft(write: &Write, id: DraftId) -> bool {
    matches!(write, Write::PutDraft(draft) if draft.id == id)
}
