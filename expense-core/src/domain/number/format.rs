//! Writing numbers and money the locale's way.

use rust_decimal::Decimal;

use super::symbols::Symbols;
use crate::domain::currency::{Currency, symbol};
use crate::domain::locale::{Locale, SymbolPlace};
use crate::domain::money::Money;

/// `value` with exactly `scale` decimals, rounded half to even where it has more.
#[must_use]
pub fn format(value: Decimal, scale: u32, locale: &Locale) -> String {
    let symbols = locale.symbols();
    write(value, scale, symbols, symbols.decimal, symbols.group)
}

/// An amount with its currency's sign, as `€12.50`, `12,50 €` or `CHF 12.50`. `ledger` is the
/// currency that the reader counts in: another dollar than its own is `US$` or `A$` there, never
/// a bare `$`, so that what is shown is read as the same currency again.
#[must_use]
pub fn format_money(money: Money, ledger: Currency, locale: &Locale) -> String {
    let symbols = locale.symbols();
    let (amount, scale) = (money.amount(), money.currency().exponent());
    let number = write(
        amount.abs(),
        scale,
        symbols,
        symbols.money_decimal,
        symbols.money_group,
    );
    let sign = symbol(money.currency(), ledger);
    let minus = if amount.is_sign_negative() {
        symbols.minus.as_str()
    } else {
        ""
    };
    let gap = if sign == money.currency().code() {
        " "
    } else {
        ""
    };
    match locale.symbol_place() {
        SymbolPlace::Before => format!("{minus}{sign}{gap}{number}"),
        SymbolPlace::BeforeSpaced => format!("{minus}{sign} {number}"),
        SymbolPlace::After => format!("{minus}{number}{gap}{sign}"),
        SymbolPlace::AfterSpaced => format!("{minus}{number} {sign}"),
    }
}

fn write(value: Decimal, scale: u32, symbols: &Symbols, decimal: char, group: char) -> String {
    let mut value = value.round_dp(scale);
    value.rescale(scale);
    let plain = value.abs().to_string();
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let mut text = String::with_capacity(plain.len() * 3);
    if value.is_sign_negative() && !value.is_zero() {
        text.push_str(&symbols.minus);
    }
    let digit = |c: char| {
        c.to_digit(10)
            .map_or(c, |value| symbols.digits[value as usize])
    };
    for (at, c) in whole.chars().enumerate() {
        if at > 0 && begins_group(whole.len() - at, whole.len(), symbols) {
            text.push(group);
        }
        text.push(digit(c));
    }
    if !fraction.is_empty() {
        text.push(decimal);
        text.extend(fraction.chars().map(digit));
    }
    text
}

/// Whether a group begins with `left` of `all` digits to go.
fn begins_group(left: usize, all: usize, symbols: &Symbols) -> bool {
    let (primary, secondary) = (usize::from(symbols.primary), usize::from(symbols.secondary));
    if primary == 0 || all < primary + usize::from(symbols.minimum) || left < primary {
        return false;
    }
    left == primary || (secondary > 0 && (left - primary).is_multiple_of(secondary))
}
