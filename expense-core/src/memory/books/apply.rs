//! Writing down what a commit comes to. Nothing here can fail: the plan has checked it.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};

use super::{Account, Books, Kept, Shelf, hashed};
use crate::conversation::question::Cursor;
use crate::conversation::write::Write;
use crate::domain::draft::{Draft, DraftState};
use crate::domain::expense::Expense;
use crate::domain::keys::{ChatKey, DraftId, ExpenseId, LedgerId, Number};
use crate::domain::ledger::Ledger;
use crate::domain::totals::TotalDelta;
use crate::memory::plan::Plan;
use crate::ports::store::{Commit, Committed, Outcome, StoredSession};

impl Books {
    pub(super) fn apply(&mut self, commit: &Commit, plan: Plan) -> Committed {
        let Plan {
            outcome,
            session,
            revision,
            ledger,
            numbers,
            totals,
            erase,
        } = plan;
        let id = commit.ledger.id;
        if erase {
            self.erase(id);
        } else {
            self.chats.entry(commit.ledger.chat.clone()).or_insert(id);
            self.keep_ledger(id, ledger);
            self.write(id, &commit.writes, numbers.into_iter().collect());
            self.count(id, &totals);
            self.move_ledger(id, &commit.writes);
            if let Some(next) = &commit.session {
                let stored = StoredSession {
                    version: session,
                    session: next.clone(),
                };
                self.sessions.insert(id, stored);
            }
        }
        let kept = Kept {
            ledger: if erase {
                LedgerId::of(&commit.ledger.chat)
            } else {
                id
            },
            at: commit.at,
            outcome: outcome.clone(),
        };
        self.outcomes
            .insert(hashed(&commit.chat, &commit.key), kept);
        Committed::Recorded {
            outcome,
            session,
            revision,
        }
    }

    fn keep_ledger(&mut self, id: LedgerId, ledger: Option<Ledger>) {
        let Some(ledger) = ledger else { return };
        match self.accounts.get_mut(&id) {
            Some(account) => {
                if account.ledger.settings.currency != ledger.settings.currency {
                    self.claims.currency_changed(id);
                }
                account.ledger = ledger;
            }
            None => {
                self.accounts.insert(id, Account::new(ledger));
            }
        }
    }

    fn write(&mut self, ledger: LedgerId, writes: &[Write], numbers: HashMap<ExpenseId, Number>) {
        let Some(account) = self.accounts.get_mut(&ledger) else {
            return;
        };
        for write in writes {
            match write {
                Write::AddExpense(expense) => {
                    let number = numbers.get(&expense.id).copied();
                    account.last_number = number.map_or(account.last_number, |number| number.0);
                    account.put_expense(expense, number);
                }
                Write::AmendExpense { before, after } => {
                    self.claims.expense_changed(ledger, before.id);
                    account.take_out_of_order(before.id);
                    account.put_expense(after, before.number);
                }
                Write::PutDraft(draft) => {
                    self.claims
                        .draft_changed(ledger, account.drafts.get(&draft.id), draft);
                    account.drafts.put(draft.id, Draft::clone(draft));
                }
                Write::WantCategory { expense, from } => {
                    account.wanted.entry(*expense).or_insert(*from);
                }
                Write::PutChange(change) => account.changes.put(change.id, *change.clone()),
                Write::MarkUndone(id) => {
                    if let Some(change) = account.changes.get_mut(id) {
                        change.undone = true;
                    }
                }
                Write::Sweep { drafts, outcomes } => {
                    let expired = account.expire(*drafts);
                    self.claims.swept(ledger, &expired);
                    self.outcomes
                        .retain(|_, kept| kept.ledger != ledger || kept.at > *outcomes);
                }
                Write::PutPerson(person) => {
                    self.people.insert(person.who.clone(), person.clone());
                }
                // The plan's ledger, moving and erasing hold these.
                Write::PutSettings(_)
                | Write::PutCategory(_)
                | Write::PutLesson(_)
                | Write::DropLesson(_)
                | Write::PutMember(_)
                | Write::Move { .. }
                | Write::Erase => {}
            }
        }
    }

    fn count(&mut self, ledger: LedgerId, totals: &[TotalDelta]) {
        let Some(account) = self.accounts.get_mut(&ledger) else {
            return;
        };
        for TotalDelta {
            key,
            minor,
            converted,
            count,
        } in totals
        {
            let sum = account.totals.entry(*key).or_default();
            sum.minor += i128::from(*minor);
            sum.converted += i128::from(*converted);
            sum.count += count;
            if sum.count == 0 {
                account.totals.remove(key);
            }
        }
    }

    /// What stays are hashed keys without their replies, where the chat's next ledger finds them.
    fn erase(&mut self, ledger: LedgerId) {
        let Some(account) = self.accounts.remove(&ledger) else {
            return;
        };
        let chats = &self.chats;
        let is_its = |chat: &ChatKey| chats.get(chat) == Some(&ledger);
        self.parked.retain(|_, parked| !is_its(&parked.chat));
        self.chats.retain(|_, led_to| *led_to != ledger);
        self.sessions.remove(&ledger);
        self.claims.erased(ledger);
        for kept in self.outcomes.values_mut() {
            if kept.ledger == ledger {
                kept.ledger = LedgerId::of(&account.ledger.chat);
                kept.outcome = Outcome::default();
            }
        }
    }
}

impl Account {
    fn new(ledger: Ledger) -> Self {
        Self {
            ledger,
            last_number: 0,
            expenses: HashMap::new(),
            order: BTreeMap::new(),
            totals: BTreeMap::new(),
            drafts: Shelf::default(),
            changes: Shelf::default(),
            wanted: BTreeMap::new(),
        }
    }

    pub(super) fn put_expense(&mut self, expense: &Expense, number: Option<Number>) {
        let mut expense = expense.clone();
        expense.number = number;
        self.order
            .extend(Cursor::of(&expense).map(|place| (place, expense.id)));
        self.expenses.insert(expense.id, expense);
    }

    fn take_out_of_order(&mut self, id: ExpenseId) {
        if let Some(place) = self.expenses.get(&id).and_then(Cursor::of) {
            self.order.remove(&place);
        }
    }

    fn expire(&mut self, until: DateTime<Utc>) -> Vec<DraftId> {
        let mut expired = Vec::new();
        for draft in self.drafts.iter_mut().filter(|draft| is_due(draft, until)) {
            draft.state = DraftState::Expired;
            draft.revision += 1;
            expired.push(draft.id);
        }
        expired
    }
}

/// Whether nobody answered the draft until then.
pub(super) fn is_due(draft: &Draft, until: DateTime<Utc>) -> bool {
    let alive = matches!(draft.state, DraftState::Waiting { .. } | DraftState::Open);
    alive && draft.expires_at <= until
}
