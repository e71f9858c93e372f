//! Rates and what amounts are worth by them.
#![allow(clippy::unwrap_used, reason = "what a test prepares must work")]

use expense_core::domain::currency::Currency;
use expense_core::domain::exchange::{Factor, InvalidFactor, Pair, RateSource};
use expense_core::domain::money::{Money, MoneyError};
use proptest::prelude::*;
use rstest::rstest;
use rust_decimal::Decimal;

fn currency(code: &str) -> Currency {
    code.parse().unwrap()
}

fn money(amount: &str, code: &str) -> Money {
    Money::new(amount.parse().unwrap(), currency(code)).unwrap()
}

#[rstest]
#[case::rounded_up("10", "USD", "0.8868", "8.87", "EUR")]
#[case::rounded_down("10", "USD", "0.8864", "8.86", "EUR")]
#[case::half_goes_up("1", "USD", "0.125", "0.13", "EUR")]
#[case::half_goes_up_from_an_even_cent("1", "USD", "0.145", "0.15", "EUR")]
#[case::a_refund_as_its_purchase("-1", "USD", "0.125", "-0.13", "EUR")]
#[case::just_below_half("1", "USD", "0.1249999999999999", "0.12", "EUR")]
#[case::fewer_decimals("1", "EUR", "172.5", "173", "JPY")]
#[case::more_decimals("1500", "JPY", "0.0021", "3.150", "KWD")]
#[case::four_decimals("1", "EUR", "0.02512345", "0.0251", "CLF")]
#[case::nothing_left("0.01", "EUR", "0.0001", "0.00", "USD")]
#[case::the_largest("999999999999", "USD", "1", "999999999999.00", "EUR")]
#[case::tiny_rates("999999999999", "VND", "0.0000000000000000001", "0.00", "EUR")]
#[case::every_digit("1000000000", "JPY", "123.456789012345678", "123456789012.35", "EUR")]
fn converts(
    #[case] amount: &str,
    #[case] from: &str,
    #[case] factor: &str,
    #[case] worth: &str,
    #[case] into: &str,
) {
    let factor: Factor = factor.parse().unwrap();
    let converted = factor.convert(money(amount, from), currency(into));
    let amount = converted.map(|money| money.amount().to_string());
    assert_eq!(amount.as_deref(), Ok(worth));
}

#[test]
fn what_is_more_than_money_can_be_is_refused() {
    for factor in ["1.000001", "999999999999999999"] {
        let factor: Factor = factor.parse().unwrap();
        for amount in ["999999999999", "-999999999999"] {
            let converted = factor.convert(money(amount, "EUR"), currency("CLF"));
            assert_eq!(converted, Err(MoneyError::TooLarge));
        }
    }
}

#[rstest]
#[case("0.8868", Some("0.8868"))]
#[case("3.8e-05", Some("0.000038"))]
#[case("1.5E+3", Some("1500"))]
#[case("2e0", Some("2"))]
#[case("1.00", Some("1"))]
#[case("123456789012345678", Some("123456789012345678"))]
#[case::nineteen_digits("1234567890123456789", None)]
#[case::too_small_to_be_kept("1e-29", None)]
#[case::not_exactly_kept("0.12345678901234567890123456789012345", None)]
#[case::out_of_all_bounds("1e2147483647", None)]
#[case::out_of_all_bounds("1e-2147483648", None)]
#[case("0", None)]
#[case("-1", None)]
#[case("", None)]
#[case("e5", None)]
#[case("1e", None)]
#[case("NaN", None)]
fn reads_factors(#[case] text: &str, #[case] value: Option<&str>) {
    let read = text.parse::<Factor>().map(|factor| factor.to_string());
    assert_eq!(read.as_deref(), value.ok_or(&InvalidFactor));
}

#[rstest]
#[case("hand", Some(RateSource::Hand))]
#[case("api.frankfurter.dev", Some(RateSource::Service("api.frankfurter.dev".into())))]
#[case("", None)]
#[case("two words", None)]
fn reads_sources(#[case] name: &str, #[case] source: Option<RateSource>) {
    assert_eq!(name.parse().ok(), source);
    if let Some(source) = source {
        assert_eq!(source.as_str(), name);
    }
}

#[test]
fn a_currency_has_no_rate_to_itself() {
    assert_eq!(Pair::new(Currency::EUR, Currency::EUR), None);
}

fn currencies() -> impl Strategy<Value = Currency> {
    proptest::sample::select(Currency::all().to_vec())
}

fn factors() -> impl Strategy<Value = Factor> {
    let value = (1..10_i64.pow(18), 0..=28_u32);
    value.prop_map(|(digits, scale)| Factor::new(Decimal::new(digits, scale)).unwrap())
}

fn amounts() -> impl Strategy<Value = Money> {
    (currencies(), any::<i64>()).prop_filter_map("beyond the bound", |(currency, minor)| {
        Money::from_minor(minor % 10_i64.pow(16), currency).ok()
    })
}

proptest! {
    /// Off by at most half of the smallest unit, and exactly half goes away from zero.
    #[test]
    fn a_conversion_is_the_nearest_amount(money in amounts(), factor in factors(), into in currencies()) {
        let Ok(converted) = factor.convert(money, into) else {
            return Ok(());
        };
        // Twice the error in units of 10^-n of the smallest unit, as whole numbers of any size.
        let scale = money.currency().exponent() + factor.value().scale();
        let exact = i128::from(money.minor()) * factor.value().mantissa();
        let (exact, unit) = match into.exponent().checked_sub(scale) {
            Some(more) => (exact * 10_i128.pow(more), 1),
            None => (exact, 10_i128.pow(scale - into.exponent())),
        };
        let told = i128::from(converted.minor()) * unit;
        let (error, away) = ((told - exact).abs() * 2, told.abs() >= exact.abs());
        prop_assert!(error < unit || (error == unit && away), "{exact} / {unit} is {told}");
    }

    #[test]
    fn a_refund_is_worth_what_its_purchase_was(money in amounts(), factor in factors(), into in currencies()) {
        let bought = factor.convert(money, into).map(Money::negated);
        prop_assert_eq!(bought, factor.convert(money.negated(), into));
    }

    #[test]
    fn a_factor_is_read_as_it_is_written(factor in factors()) {
        prop_assert_eq!(factor.to_string().parse(), Ok(factor));
        let json = serde_json::to_string(&factor).unwrap();
        prop_assert_eq!(serde_json::from_str::<Factor>(&json).unwrap(), factor);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[-+.0-9eE]{0,40}") {
        if let Ok(factor) = text.parse::<Factor>() {
            prop_assert!(factor.value() > Decimal::ZERO);
        }
    }
}
