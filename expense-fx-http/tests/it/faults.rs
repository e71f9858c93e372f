//! What a service can do wrong, and what follows from it.

use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use expense_core::domain::exchange::Rate;
use expense_core::ports::error::{Fault, Result};
use expense_core::ports::fx::FxRates;
use expense_core::testing::fixtures::day;
use expense_fx_http::{Config, HttpRates};
use rstest::rstest;

use crate::contracts::pair;
use crate::server::{Say, Server};

async fn ask(server: &Server, say: Option<Say>) -> Result<Option<Rate>> {
    if let Some(say) = say {
        server.says(say);
    }
    let mut config = Config::new(&server.base).unwrap();
    config.timeout = Duration::from_millis(500);
    let rates = HttpRates::new(config).unwrap();
    rates.rate(pair("USD", "EUR"), day("2026-05-03")).await
}

fn busy(seconds: u64) -> Fault {
    let retry_after = Some(Duration::from_secs(seconds));
    Fault::Busy { retry_after }
}

const NOW: (&str, &str) = ("date", "Sun, 03 May 2026 12:00:00 GMT");

#[rstest]
#[case::too_many(429, &[], Fault::Busy { retry_after: None })]
#[case::too_many_for_seconds(429, &[("retry-after", "7")], busy(7))]
#[case::too_many_until(429, &[NOW, ("retry-after", "Sun, 03 May 2026 12:01:30 GMT")], busy(90))]
#[case::too_many_for_words(429, &[("retry-after", "soon")], Fault::Busy { retry_after: None })]
#[case::closed_for_a_while(503, &[("retry-after", "60")], busy(60))]
#[case::closed(503, &[], Fault::Unavailable)]
#[case::broken(500, &[], Fault::Unavailable)]
#[case::bad_gateway(502, &[], Fault::Unavailable)]
#[case::slow(408, &[], Fault::Unavailable)]
#[case::no_key(401, &[], Fault::Denied)]
#[case::forbidden(403, &[], Fault::Denied)]
#[case::not_understood(422, &[], Fault::Denied)]
#[case::no_content(204, &[], Fault::Corrupt)]
#[tokio::test]
async fn a_refusal_is_told_by_its_meaning(
    #[case] status: u16,
    #[case] headers: &[(&str, &str)],
    #[case] fault: Fault,
) {
    let server = Server::start().await;
    let header = |(name, value): &(&str, &str)| {
        let name: HeaderName = name.parse().unwrap();
        (name, value.parse().unwrap())
    };
    let headers: HeaderMap = headers.iter().map(header).collect();
    let status = StatusCode::from_u16(status).unwrap();
    let answer = Say::Answer(status, headers, "".into());
    let error = ask(&server, Some(answer)).await.unwrap_err();
    assert_eq!(error.fault, fault, "{error}");
}

/// An answer of this body alone.
fn answer(status: u16, body: impl Into<Bytes>) -> Say {
    let status = StatusCode::from_u16(status).unwrap();
    Say::Answer(status, HeaderMap::new(), body.into())
}

/// A rate of one dollar on a day, as the service writes it.
macro_rules! said {
    ($day:literal, $rates:literal) => {
        concat!(
            r#"{"amount":1,"base":"USD","date":""#,
            $day,
            r#"","rates":"#,
            $rates,
            "}"
        )
    };
}

#[rstest]
#[case::no_json("<html>")]
#[case::nothing("")]
#[case::cut_off(r#"{"amount":1,"base":"USD","date":"2026-05-01","rates":{"EUR":0.8"#)]
#[case::another_base(r#"{"amount":1,"base":"EUR","date":"2026-05-01","rates":{"EUR":0.8}}"#)]
#[case::another_amount(r#"{"amount":10,"base":"USD","date":"2026-05-01","rates":{"EUR":8}}"#)]
#[case::a_later_day(said!("2026-05-04", r#"{"EUR":0.8}"#))]
#[case::no_day(said!("today", r#"{"EUR":0.8}"#))]
#[case::a_word(said!("2026-05-01", r#"{"EUR":"0.8"}"#))]
#[case::null(said!("2026-05-01", r#"{"EUR":null}"#))]
#[case::zero(said!("2026-05-01", r#"{"EUR":0.0}"#))]
#[case::negative(said!("2026-05-01", r#"{"EUR":-1}"#))]
#[case::endless(said!("2026-05-01", r#"{"EUR":1e999}"#))]
#[case::longer_than_any(vec![b' '; 1 << 20])]
#[tokio::test]
async fn nonsense_is_no_rate(#[case] body: impl Into<Bytes>) {
    let server = Server::start().await;
    let error = ask(&server, Some(answer(200, body))).await.unwrap_err();
    assert_eq!(error.fault, Fault::Corrupt, "{error}");
}

#[tokio::test]
async fn another_program_has_no_rate() {
    let server = Server::start().await;
    let answer = answer(404, "<h1>Not Found</h1>");
    let error = ask(&server, Some(answer)).await.unwrap_err();
    assert_eq!(error.fault, Fault::Corrupt, "{error}");
}

#[rstest]
#[case::whole(said!("2026-05-01", r#"{"EUR":1}"#), "1")]
#[case::more_than_a_float_holds(
    said!("2026-05-01", r#"{"EUR":0.123456789012345678}"#),
    "0.123456789012345678"
)]
#[case::with_an_exponent(
    r#"{"rates":{"EUR":3.8e-05},"date":"2026-05-01","base":"USD","amount":1.0}"#,
    "0.000038"
)]
#[case::with_more_fields(r#"{"amount":1,"base":"USD","date":"2026-05-01","rates":{"CHF":2,"EUR":0.8868},"providers":["ECB"]}"#, "0.8868")]
#[tokio::test]
async fn a_number_is_read_digit_by_digit(#[case] body: &'static str, #[case] factor: &str) {
    let server = Server::start().await;
    let rate = ask(&server, Some(answer(200, body))).await;
    assert_eq!(rate.unwrap().unwrap().factor.to_string(), factor);
}

#[tokio::test]
async fn an_answer_without_the_currency_is_none() {
    let server = Server::start().await;
    let answer = answer(200, said!("2026-05-01", "{}"));
    assert_eq!(ask(&server, Some(answer)).await.unwrap(), None);
}

#[rstest]
#[case::hangs(Say::Nothing)]
#[case::breaks_off(Say::BreakOff)]
#[tokio::test]
async fn who_does_not_answer_is_unavailable(#[case] say: Say) {
    let server = Server::start().await;
    let error = ask(&server, Some(say)).await.unwrap_err();
    assert_eq!(error.fault, Fault::Unavailable, "{error}");
}

#[tokio::test]
async fn nobody_there_is_unavailable_and_no_address_is_told() {
    let port = {
        let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        nobody.local_addr().unwrap().port()
    };
    let config = Config::new(&format!("http://anna:secret@127.0.0.1:{port}")).unwrap();
    let rates = HttpRates::new(config).unwrap();
    let asked = rates.rate(pair("USD", "EUR"), day("2026-05-03")).await;
    let error = asked.unwrap_err();
    assert_eq!(error.fault, Fault::Unavailable);
    assert!(!format!("{error:?}").contains("secret"), "{error:?}");
}

#[tokio::test]
async fn a_service_that_sends_in_circles_makes_no_sense() {
    let server = Server::start().await;
    let config = Config::new(&format!("{}/round", server.base)).unwrap();
    let rates = HttpRates::new(config).unwrap();
    let asked = rates.rate(pair("USD", "EUR"), day("2026-05-03")).await;
    assert_eq!(asked.unwrap_err().fault, Fault::Corrupt);
}
