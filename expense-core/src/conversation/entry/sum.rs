//! What a term comes to: a number, a sum, a product.

use rust_decimal::Decimal;

use super::lex::{Operator, Term};
use super::outcome::Invalid;
use crate::domain::currency::Currency;
use crate::domain::locale::Locale;
use crate::domain::money::MAX_MAJOR;
use crate::domain::number::{Parsed, Refusal, digit, parse};

/// What a term comes to.
#[derive(Debug, Clone)]
pub(super) enum Value {
    /// This.
    Exact(Decimal),
    /// The first where a sign separates decimals, the second where it separates groups.
    Either(Decimal, Decimal),
    /// Nothing that can be recorded.
    Invalid(Invalid),
}

/// Factors may have this many decimals whatever the currency has: `1.5 x 300` yen.
const FACTOR_DECIMALS: u32 = 2;
/// A product's decimals while it is multiplied: with twelve digits before them, 26 in all.
const PRODUCT_DECIMALS: u32 = 14;

/// The value of a term in `currency`, and whether it is written as amounts are. `None` where one
/// of its numbers is none: a version, an address, leading zeros.
pub(super) fn evaluate(
    term: &Term<'_>,
    currency: Currency,
    locale: &Locale,
) -> Option<(Value, bool)> {
    let product = term.operators.contains(&Operator::Times);
    let decimals = currency.exponent();
    let allowed = if product {
        decimals.max(FACTOR_DECIMALS)
    } else {
        decimals
    };
    let mut readings = [Vec::new(), Vec::new()];
    let mut strong = term.negative || term.operators.contains(&Operator::Plus);
    for number in &term.numbers {
        let (decimal, grouped) = match parse(number, locale, allowed) {
            Parsed::Exact(value) => (value, value),
            Parsed::Ambiguous { decimal, grouped } => (decimal, grouped),
            Parsed::NotANumber => return None,
            Parsed::Refused(refusal) => {
                return Some((Value::Invalid(invalid(refusal, currency)), strong));
            }
        };
        let separated = number.chars().any(|c| digit(c).is_none());
        strong |= separated && (grouped.scale() == 0 || grouped.scale() == decimals);
        readings[0].push(decimal);
        readings[1].push(grouped);
    }
    let sign = if term.negative {
        Decimal::NEGATIVE_ONE
    } else {
        Decimal::ONE
    };
    let totals = readings.map(|numbers| total(&numbers, &term.operators).map(|sum| sum * sign));
    let value = match totals {
        [Ok(decimal), Ok(grouped)] if decimal == grouped => Value::Exact(grouped),
        [Ok(decimal), Ok(grouped)] => Value::Either(decimal, grouped),
        [Ok(value), Err(_)] | [Err(_), Ok(value)] => Value::Exact(value),
        [_, Err(refusal)] => Value::Invalid(invalid(refusal, currency)),
    };
    Some((value, strong))
}

fn invalid(refusal: Refusal, currency: Currency) -> Invalid {
    match refusal {
        Refusal::Decimals => Invalid::TooManyDecimals { currency },
        Refusal::TooLarge => Invalid::TooLarge,
        Refusal::Grouping => Invalid::Grouping,
    }
}

/// The sum of products, without any rounding.
fn total(numbers: &[Decimal], operators: &[Operator]) -> Result<Decimal, Refusal> {
    let Some((first, rest)) = numbers.split_first() else {
        return Err(Refusal::Grouping);
    };
    let (mut sum, mut product) = (Decimal::ZERO, *first);
    for (operator, number) in operators.iter().zip(rest) {
        match operator {
            Operator::Times => product = times(product, *number)?,
            Operator::Plus => {
                sum += product;
                product = *number;
            }
        }
    }
    Ok(sum + product)
}

/// A product is exact while both its factors and it have few enough digits: 96 bits hold 28.
fn times(one: Decimal, other: Decimal) -> Result<Decimal, Refusal> {
    let (one, other) = (one.normalize(), other.normalize());
    if one.scale() + other.scale() > PRODUCT_DECIMALS {
        return Err(Refusal::Decimals);
    }
    let product = one.checked_mul(other).ok_or(Refusal::TooLarge)?;
    let bound = Decimal::from(MAX_MAJOR);
    if product.abs() > bound {
        Err(Refusal::TooLarge)
    } else {
        Ok(product)
    }
}
