//! Rates between currencies.

use super::Wording;
use crate::domain::currency::Currency;
use crate::domain::exchange::Factor;
use crate::domain::number;

/// What is no rate.
pub(crate) const HOW: &str =
    "Write the rate as a number above zero, for example /edit 12 rate 1.08.";

/// A rate for an expense that needs none.
pub(crate) fn own_currency(home: Currency) -> String {
    format!("This one is in {home}, your own currency: it needs no rate.")
}

impl Wording<'_> {
    /// `1 USD = 1.08 EUR`
    pub(crate) fn rate(&self, from: Currency, factor: Factor) -> String {
        let settings = &self.ledger.settings;
        let value = factor.value();
        let number = number::format(value, value.scale(), &settings.locale);
        format!("1 {from} = {number} {}", settings.currency)
    }
}
