//! Exchange rates.

use async_trait::async_trait;
use chrono::NaiveDate;

use super::error::Result;
use crate::domain::exchange::{Pair, Rate};

/// Knows what one currency is worth in another.
///
/// Promises: the answer is the rate of that day or, where that has none, of the last day before
/// it that has, never of a later one and never of one more than `limits::RATE_AGE_DAYS` before;
/// every digit of it is the source's own; a currency or a day that it does not know is `None`,
/// not an error. An answer that makes no sense is `Fault::Corrupt`. Nothing but the pair and the
/// day leaves the process.
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait FxRates: Send + Sync {
    /// The rate of this pair on this day.
    async fn rate(&self, pair: Pair, on: NaiveDate) -> Result<Option<Rate>>;
}
