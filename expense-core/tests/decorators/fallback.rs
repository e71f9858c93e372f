//! Which of two readers is believed.

use std::sync::Arc;

use expense_core::ports::error::{Fault, Result};
use expense_core::ports::ocr::{Read, Reading, ReceiptOcr};
use expense_core::testing::mocks::MockReceiptOcr;
use expense_core::wrap::fallback::FallbackOcr;
use rstest::rstest;

use super::{document, error, read, receipt};

const BUSY: Fault = Fault::Busy { retry_after: None };

fn reader(place: &'static str, answer: std::result::Result<Reading, Fault>) -> MockReceiptOcr {
    let mut reader = MockReceiptOcr::new();
    reader
        .expect_read()
        .returning(move |_| match answer.clone() {
            Ok(reading) => read(place, reading),
            Err(fault) => error(fault),
        });
    reader
}

#[rstest]
#[case(Ok(receipt()), Ok(receipt()), Ok(("first", receipt())))]
#[case(Ok(Reading::NotAReceipt), Ok(receipt()), Ok(("first", Reading::NotAReceipt)))]
#[case(Ok(Reading::Illegible), Ok(receipt()), Ok(("second", receipt())))]
#[case(Ok(Reading::Illegible), Ok(Reading::Illegible), Ok(("first", Reading::Illegible)))]
#[case(Ok(Reading::Illegible), Err(BUSY), Ok(("first", Reading::Illegible)))]
#[case(Ok(Reading::NoReader), Ok(receipt()), Ok(("second", receipt())))]
#[case(Ok(Reading::NoReader), Ok(Reading::Illegible), Ok(("second", Reading::Illegible)))]
#[case(Ok(Reading::NoReader), Err(BUSY), Err(BUSY))]
#[case(Ok(Reading::NoReader), Ok(Reading::NoReader), Ok(("second", Reading::NoReader)))]
#[case(Ok(Reading::Illegible), Ok(Reading::NoReader), Ok(("first", Reading::Illegible)))]
#[case(Err(BUSY), Ok(Reading::NoReader), Err(BUSY))]
#[case(Err(BUSY), Ok(receipt()), Ok(("second", receipt())))]
#[case(Err(Fault::Bug), Ok(Reading::Illegible), Ok(("second", Reading::Illegible)))]
#[case(Err(Fault::Denied), Err(BUSY), Err(BUSY))]
#[case(Err(BUSY), Err(Fault::Denied), Err(BUSY))]
#[case(Err(Fault::Denied), Err(Fault::Corrupt), Err(Fault::Denied))]
#[tokio::test]
async fn the_answer_names_who_gave_it(
    #[case] first: std::result::Result<Reading, Fault>,
    #[case] second: std::result::Result<Reading, Fault>,
    #[case] expected: std::result::Result<(&str, Reading), Fault>,
) {
    let second = Arc::new(reader("second", second));
    let ocr = FallbackOcr::new(Arc::new(reader("first", first)), vec![second]);
    let result: Result<Read> = ocr.read(&document("a")).await;
    let expected = expected.map(|(place, reading)| Read {
        place: place.to_owned(),
        reading,
    });
    assert_eq!(result.map_err(|error| error.fault), expected);
}

#[tokio::test]
async fn a_settled_reading_asks_nobody_else() {
    let mut second = MockReceiptOcr::new();
    second.expect_read().never();
    let first = Arc::new(reader("first", Ok(receipt())));
    let ocr = FallbackOcr::new(first, vec![Arc::new(second)]);
    ocr.read(&document("a")).await.unwrap();
}
