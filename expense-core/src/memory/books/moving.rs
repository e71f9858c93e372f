//! A ledger goes on under another chat, and takes in what that chat has begun.

use super::{Account, Books};
use crate::conversation::write::Write;
use crate::domain::category::{CategoryId, DEFAULT_CATEGORIES, OTHERS};
use crate::domain::expense::Expense;
use crate::domain::keys::{ChatKey, LedgerId, Number};

impl Books {
    /// Brings the ledger to where a write moves it.
    pub(super) fn move_ledger(&mut self, ledger: LedgerId, writes: &[Write]) {
        for write in writes {
            if let Write::Move { to } = write {
                self.take_in(ledger, to);
                self.chats.insert(to.clone(), ledger);
            }
        }
    }

    /// What the chat has begun comes into the ledger.
    fn take_in(&mut self, ledger: LedgerId, chat: &ChatKey) {
        let begun = self
            .chats
            .get(chat)
            .copied()
            .filter(|other| *other != ledger);
        let Some(begun) = begun else { return };
        // The chat may only lead there, as an earlier one of it: then it leads elsewhere now.
        if self
            .accounts
            .get(&begun)
            .is_none_or(|account| account.ledger.chat != *chat)
        {
            return;
        }
        let (Some(other), Some(account)) =
            (self.accounts.remove(&begun), self.accounts.get_mut(&ledger))
        else {
            return;
        };
        account.take_in(other);
        for led_to in self.chats.values_mut().filter(|led_to| **led_to == begun) {
            *led_to = ledger;
        }
        for kept in self
            .outcomes
            .values_mut()
            .filter(|kept| kept.ledger == begun)
        {
            kept.ledger = ledger;
        }
        self.sessions.remove(&begun);
        self.claims.erased(begun);
    }
}

impl Account {
    fn take_in(&mut self, other: Self) {
        let before = self.last_number;
        for expense in other.expenses.into_values() {
            let number = expense.number.map(|number| Number(before + number.0));
            let mut expense = Expense { number, ..expense };
            expense.details.category = known_to_all(expense.details.category);
            self.put_expense(&expense, number);
        }
        self.last_number += other.last_number;
        for (mut key, sum) in other.totals {
            key.category = known_to_all(key.category);
            let cell = self.totals.entry(key).or_default();
            cell.minor += sum.minor;
            cell.converted += sum.converted;
            cell.count += sum.count;
        }
        self.drafts.append(other.drafts);
        self.changes.append(other.changes);
        self.wanted.extend(other.wanted);
    }
}

/// A category that every ledger begins with is the same in both, whatever it is called by now.
fn known_to_all(category: CategoryId) -> CategoryId {
    let shared = usize::try_from(category.0).is_ok_and(|id| id <= DEFAULT_CATEGORIES.len());
    if shared { category } else { OTHERS }
}
