//! Expenses with their tags, and what they add to the totals.

use std::collections::BTreeMap;

use expense_core::domain::currency::Currency;
use expense_core::domain::expense::Expense;
use expense_core::domain::keys::{ExpenseId, Number};
use expense_core::domain::totals::{TotalDelta, TotalKey};
use expense_core::memory::column::narrow;
use rust_decimal::Decimal;

use super::{One, row};
use crate::columns::TotalRow;
use crate::error::Failure;

impl<'a> One<'_, 'a> {
    pub(super) fn expense(
        &mut self,
        expense: &'a Expense,
        known: Option<Number>,
    ) -> Result<(), Failure> {
        let allotted = self.allotted(expense.id);
        let Some(number) = allotted.or(known) else {
            return Ok(());
        };
        let number = narrow(number.0)?;
        let due = expense.lacks_rate(self.home()).then_some(self.commit.at);
        let row = row::expense(self.ledger, number, expense, due)?;
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
        for tag in row::tags(self.ledger, number, expense) {
            tags.push(tag);
        }
        Ok(())
    }

    fn allotted(&self, id: ExpenseId) -> Option<Number> {
        let mut numbers = self.plan.numbers.iter();
        let (_, number) = numbers.find(|(known, _)| *known == id)?;
        Some(*number)
    }

    /// A statement may touch a total but once.
    pub(super) fn totals(&mut self) -> Result<(), Failure> {
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
}
