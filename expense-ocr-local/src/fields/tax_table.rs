//! The sum of a table of taxes, which repeats the total in parts.

use rust_decimal::Decimal;

use super::keywords::Role;
use super::page::{Page, Row};

/// What the tables of taxes come to, with tax: once by adding the rates, once as their own sum.
pub(crate) fn gross(page: &Page) -> Vec<Decimal> {
    let table = || page.rows.iter().filter(|row| row.in_tax_table);
    let is_sum =
        |row: &&Row| matches!(row.role, Some(Role::Total | Role::Payable | Role::Subtotal));
    let mut found = Vec::new();
    let rates: Vec<Decimal> = table()
        .filter(|row| !is_sum(row))
        .filter_map(with_tax)
        .collect();
    if !rates.is_empty() {
        found.push(rates.iter().sum());
    }
    found.extend(table().filter(is_sum).filter_map(with_tax));
    found
}

/// The amount with tax on a row of net, tax and perhaps gross, in any order.
fn with_tax(row: &Row) -> Option<Decimal> {
    let values: Vec<Decimal> = row.amounts.iter().map(|amount| amount.value).collect();
    let largest = values.iter().copied().max()?;
    match values.as_slice() {
        [one, other] => Some(*one + *other),
        [_, _, _, ..] => {
            let rest: Decimal = values.iter().sum::<Decimal>() - largest;
            Some(if rest == largest || values.len() == 3 {
                largest
            } else {
                rest.max(largest)
            })
        }
        _ => None,
    }
}
