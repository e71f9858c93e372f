//! What a reader found on a receipt.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::currency::Currency;

/// The fields of a receipt as printed. Amounts carry no currency of their own: all are in
/// `currency`, or, where the receipt names none, in the currency that its owner supposes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Receipt {
    /// Who sold, as printed.
    pub merchant: Option<String>,
    /// The day of the purchase, as a civil date.
    pub date: Option<NaiveDate>,
    /// The currency that the receipt names by code, symbol, or unmistakable tax identity.
    pub currency: Option<Currency>,
    /// What was to be paid, after rounding, before cash and change.
    pub total: Option<Decimal>,
    /// The tax that was added to the items. Tax contained in their prices is not repeated here.
    pub tax: Option<Decimal>,
    /// The tip or service charge added.
    pub tip: Option<Decimal>,
    /// Discounts and roundings that lower the total, as a positive number.
    pub discount: Option<Decimal>,
    /// The lines of goods, in the order of the receipt.
    pub items: Vec<LineItem>,
    /// The reader's suggestion out of the ledger's own category names.
    pub category: Option<String>,
    /// How sure the reader is of total and date together.
    pub confidence: Confidence,
}

/// One line of goods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineItem {
    /// As printed.
    pub description: String,
    /// How many or how much, 1 where nothing is printed.
    pub quantity: Decimal,
    /// The price of the whole line.
    pub amount: Decimal,
}

/// A share of certainty in percent, 0 to 100: of receipts read at 90, about nine in ten are right.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Confidence(u8);

impl Confidence {
    /// `percent`, at most 100.
    #[must_use]
    pub fn new(percent: u8) -> Self {
        Self(percent.min(100))
    }

    /// The percentage.
    #[must_use]
    pub fn percent(self) -> u8 {
        self.0
    }
}

impl Receipt {
    /// Whether items + tax + tip − discount is the total to the minor unit; `None` where there
    /// is no total or there are no items to compare with.
    #[must_use]
    pub fn balanced(&self) -> Option<bool> {
        let total = self.total?;
        if self.items.is_empty() {
            return None;
        }
        let items: Decimal = self.items.iter().map(|item| item.amount).sum();
        let rest = self.tax.unwrap_or_default() + self.tip.unwrap_or_default()
            - self.discount.unwrap_or_default();
        Some(items + rest == total)
    }
}
