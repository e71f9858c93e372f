//! Exchange rates that were told beforehand.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use chrono::{Days, NaiveDate};

use crate::domain::exchange::{Factor, Pair, Rate, RateSource};
use crate::domain::limits;
use crate::ports::error::Result;
use crate::ports::fx::FxRates;

/// [`FxRates`] out of a table.
#[derive(Debug)]
pub struct MemoryRates {
    source: RateSource,
    days: HashMap<Pair, BTreeMap<NaiveDate, Factor>>,
}

impl MemoryRates {
    /// A table that names itself so and knows nothing.
    #[must_use]
    pub fn new(source: RateSource) -> Self {
        let days = HashMap::new();
        Self { source, days }
    }

    /// The same table, which knows one more rate.
    #[must_use]
    pub fn with(mut self, pair: Pair, day: NaiveDate, factor: Factor) -> Self {
        self.days.entry(pair).or_default().insert(day, factor);
        self
    }
}

#[async_trait]
impl FxRates for MemoryRates {
    async fn rate(&self, pair: Pair, on: NaiveDate) -> Result<Option<Rate>> {
        let oldest = on
            .checked_sub_days(Days::new(limits::RATE_AGE_DAYS))
            .unwrap_or(NaiveDate::MIN);
        let days = self.days.get(&pair);
        let known = days.and_then(|days| days.range(oldest..=on).next_back());
        Ok(known.map(|(day, factor)| Rate {
            factor: *factor,
            source: self.source.clone(),
            day: *day,
        }))
    }
}
