//! The suite of the port, and the very questions that are asked.

use std::sync::Arc;

use expense_core::domain::currency::Currency;
use expense_core::domain::exchange::{Pair, Rate};
use expense_core::ports::fx::FxRates;
use expense_core::testing::conformance::fx::FxBench;
use expense_core::testing::fixtures::day;
use expense_fx_http::{Config, HttpRates};
use rstest::rstest;

use crate::server::{RATES, Server};

pub(crate) fn pair(from: &str, to: &str) -> Pair {
    let [from, to] = [from, to].map(|code| Currency::from_code(code).unwrap());
    Pair::new(from, to).unwrap()
}

async fn fresh() -> FxBench {
    let server = Server::start().await;
    let rates = RATES.map(|(date, factor)| Rate {
        factor: factor.parse().unwrap(),
        source: "127.0.0.1".parse().unwrap(),
        day: day(date),
    });
    FxBench {
        port: Arc::new(HttpRates::new(Config::new(&server.base).unwrap()).unwrap()),
        pair: pair("USD", "EUR"),
        rates,
        unknown: pair("XAU", "EUR"),
    }
}

expense_core::fx_rates_conformance!(fresh);

#[rstest]
#[case::bare("")]
#[case::with_a_slash("/")]
#[case::with_the_version("/v1")]
#[case::with_both("/v1/")]
#[case::moved("/moved")]
#[tokio::test]
async fn asks_for_two_currencies_and_a_day(#[case] path: &str) {
    let server = Server::start().await;
    let config = Config::new(&format!("{}{path}", server.base)).unwrap();
    let rates = HttpRates::new(config).unwrap();
    let rate = rates.rate(pair("USD", "EUR"), day("2026-05-03")).await;
    let rate = rate.unwrap().unwrap();
    assert_eq!(
        (rate.factor.to_string().as_str(), rate.day),
        ("0.8868", day("2026-05-01"))
    );
    assert_eq!(server.asked(), ["/v1/2026-05-03?base=USD&symbols=EUR"]);
}
