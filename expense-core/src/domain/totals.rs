//! Sums that never mix currencies.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::category::CategoryId;
use super::currency::Currency;
use super::expense::Expense;

/// The cell of a ledger's kept totals that an expense counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TotalKey {
    /// The day of the purchase.
    pub day: NaiveDate,
    /// The category as recorded, not resolved.
    pub category: CategoryId,
    /// The currency.
    pub currency: Currency,
    /// The currency that it was converted into; `None` where it was not. So a ledger that counts
    /// in another currency from some day on still knows what each of its sums is made of.
    pub into: Option<Currency>,
}

/// How much and how many to add to one cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotalDelta {
    /// Which cell.
    pub key: TotalKey,
    /// How much, in minor units of the cell's currency.
    pub minor: i64,
    /// How much that was converted to, in minor units of `key.into`; 0 without one.
    pub converted: i64,
    /// How many expenses.
    pub count: i64,
}

/// What replacing `before` by `after` means for the kept totals: at most two cells, none when
/// nothing that counts changed. A missing expense is `None`, a removed one counts as missing.
#[must_use]
pub fn deltas(before: Option<&Expense>, after: Option<&Expense>) -> Vec<TotalDelta> {
    let minus = before.and_then(|expense| cell(expense, -1));
    let plus = after.and_then(|expense| cell(expense, 1));
    match (minus, plus) {
        (Some(minus), Some(plus)) if minus.key == plus.key => {
            let both = TotalDelta {
                key: plus.key,
                minor: minus.minor + plus.minor,
                converted: minus.converted + plus.converted,
                count: 0,
            };
            let changed = both.minor != 0 || both.converted != 0;
            changed.then_some(both).into_iter().collect()
        }
        (minus, plus) => minus.into_iter().chain(plus).collect(),
    }
}

fn cell(expense: &Expense, sign: i64) -> Option<TotalDelta> {
    let details = expense.visible()?;
    let converted = expense.conversion.as_ref().map(|known| known.money);
    Some(TotalDelta {
        key: TotalKey {
            day: details.date,
            category: details.category,
            currency: details.money.currency(),
            into: converted.map(|money| money.currency()),
        },
        minor: sign * details.money.minor(),
        converted: sign * converted.map_or(0, |money| money.minor()),
        count: sign,
    })
}
