//! Sums that never mix currencies.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::category::CategoryId;
use super::currency::Currency;
use super::expense::Details;

/// The cell of a ledger's kept totals that an expense counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TotalKey {
    /// The day of the purchase.
    pub day: NaiveDate,
    /// The category as recorded, not resolved.
    pub category: CategoryId,
    /// The currency.
    pub currency: Currency,
}

/// How much and how many to add to one cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotalDelta {
    /// Which cell.
    pub key: TotalKey,
    /// How much, in minor units of the cell's currency.
    pub minor: i64,
    /// How many expenses.
    pub count: i64,
}

/// What replacing `before` by `after` means for the kept totals: at most two cells, none when
/// nothing that counts changed. A removed or missing expense is `None`.
#[must_use]
pub fn deltas(before: Option<&Details>, after: Option<&Details>) -> Vec<TotalDelta> {
    let cell = |details: &Details, sign: i64| TotalDelta {
        key: TotalKey {
            day: details.date,
            category: details.category,
            currency: details.money.currency(),
        },
        minor: sign * details.money.minor(),
        count: sign,
    };
    match (before.map(|d| cell(d, -1)), after.map(|d| cell(d, 1))) {
        (Some(minus), Some(plus)) if minus.key == plus.key => {
            let minor = minus.minor + plus.minor;
            if minor == 0 {
                Vec::new()
            } else {
                vec![TotalDelta {
                    minor,
                    count: 0,
                    ..plus
                }]
            }
        }
        (minus, plus) => minus.into_iter().chain(plus).collect(),
    }
}
