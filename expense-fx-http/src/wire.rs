//! The service's words: <https://frankfurter.dev/v1/>.

use std::collections::HashMap;

use chrono::{Days, NaiveDate};
use expense_core::domain::exchange::{Factor, Pair, Rate, RateSource};
use expense_core::domain::limits;
use expense_core::ports::error::PortError;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::corrupt;

/// An answer with rates. Numbers stay text until each is read exactly.
#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    amount: &'a RawValue,
    base: &'a str,
    date: NaiveDate,
    #[serde(borrow)]
    rates: HashMap<&'a str, &'a RawValue>,
}

/// What is said of an unknown currency or day, and by no other program at that address.
#[derive(Deserialize)]
struct NotFound {
    #[serde(rename = "message")]
    _message: String,
}

/// The rate out of an answer to the question for this pair and day.
pub(crate) fn rate(
    body: &[u8],
    pair: Pair,
    on: NaiveDate,
    source: &RateSource,
) -> Result<Option<Rate>, PortError> {
    let answer: Answer<'_> =
        serde_json::from_slice(body).map_err(|_| corrupt("the answer is no list of rates"))?;
    let one = factor(answer.amount).filter(|amount| amount.value() == 1.into());
    if one.is_none() || answer.base != pair.from().code() {
        return Err(corrupt("the answer is about another amount or currency"));
    }
    if answer.date > on {
        return Err(corrupt("the answer is about a later day"));
    }
    let Some(number) = answer.rates.get(pair.to().code()) else {
        return Ok(None);
    };
    let factor = factor(number).ok_or_else(|| corrupt("the rate is no number above zero"))?;
    let oldest = on.checked_sub_days(Days::new(limits::RATE_AGE_DAYS));
    if oldest.is_some_and(|oldest| answer.date < oldest) {
        return Ok(None);
    }
    Ok(Some(Rate {
        factor,
        source: source.clone(),
        day: answer.date,
    }))
}

/// `None` where it is no JSON number, or none that a rate can be.
fn factor(number: &RawValue) -> Option<Factor> {
    number.get().parse().ok()
}

/// Whether a 404 comes from a service of rates, and not from whatever else answers there.
pub(crate) fn is_not_found(body: &[u8]) -> bool {
    serde_json::from_slice::<NotFound>(body).is_ok()
}
