//! The day of the purchase.

use rstest::rstest;

use crate::check;

#[rstest]
#[case("12 lunch today", "en", "")]
#[case("tomorrow 12 lunch", "en", "2026-05-06")]
#[case("12 lunch Monday", "en", "2026-05-04")]
#[case("friday 12 lunch", "en", "2026-05-01")]
#[case("12 lunch last tuesday", "en", "2026-04-28")]
#[case("12 lunch on sun", "en", "2026-05-03")]
#[case("12 lunch Tue", "en", "")]
#[case("12 lunch -2d", "en", "2026-05-03")]
#[case("12 lunch -1w", "en", "2026-04-28")]
#[case("12 lunch 3 days ago", "en", "2026-05-02")]
#[case("12 lunch 2d ago", "en", "2026-05-03")]
#[case("12 lunch 3 May 2025", "en", "2025-05-03")]
#[case("12 lunch May 3rd, 2025", "en", "2025-05-03")]
#[case("12 lunch 3rd of May", "en", "2026-05-03")]
#[case("12 lunch 6 May", "en", "2026-05-06")]
#[case("12 lunch 7 May", "en", "2025-05-07")]
#[case("12 lunch 7 May 2026", "en", "2026-05-07")]
#[case("12 lunch 29 feb", "en", "2024-02-29")]
#[case("12 lunch 2027-01-31", "en", "2027-01-31")]
#[case("12 lunch 2026/05/03", "en", "2026-05-03")]
#[case("12 lunch 3/5", "en-GB", "2026-05-03")]
#[case("12 lunch 3/5", "en-US", "2026-03-05")]
#[case("12 lunch 25/12", "en-US", "2025-12-25")]
#[case("12 lunch 3.5.", "de", "2026-05-03")]
#[case("12 lunch 03.04.2026", "de", "2026-04-03")]
#[case("12 lunch 03.04.26", "de", "2026-04-03")]
#[case("12 lunch 3-4-2026", "nl", "2026-04-03")]
#[case("12 lunch 5/4", "ja", "2026-05-04")]
#[case("12 lunch 4/4", "en", "2026-04-04")]
#[case("12 lunch ٣/٥/٢٠٢٦", "ar-EG", "2026-05-03")]
fn days(#[case] line: &str, #[case] locale: &str, #[case] date: &str) {
    let expected = format!("12.00 EUR | lunch |  |  | {date}");
    check(line, "EUR", locale, expected.trim_end_matches([' ', '|']));
}

#[rstest]
#[case(
    "12 lunch 3/4",
    "en",
    "Date: 12.00 EUR | lunch |  |  | 2026-04-03 or 12.00 EUR | lunch |  |  | 2026-03-04"
)]
#[case("12 lunch 5/12/2026", "en-GB", "12.00 EUR | lunch |  |  | 2026-12-05")]
#[case(
    "12 lunch 3/12/2026",
    "en-GB",
    "Date: 12.00 EUR | lunch |  |  | 2026-12-03 or 12.00 EUR | lunch |  |  | 2026-03-12"
)]
#[case(
    "1/2 pizza 8",
    "en-GB",
    "DateOrText: 8.00 EUR | pizza |  |  | 2026-02-01 or 8.00 EUR | 1/2 pizza"
)]
#[case("12 lunch 2026-02-30", "en", "NoSuchDay")]
#[case("12 lunch 31 February", "en", "NoSuchDay")]
#[case("12 lunch friday 1 May", "en", "12.00 EUR | lunch |  |  | 2026-05-01")]
#[case(
    "yesterday 12 lunch 1 May",
    "en",
    "Date: 12.00 EUR | lunch 1 May |  |  | 2026-05-04 or 12.00 EUR | yesterday lunch |  |  | 2026-05-01"
)]
#[case("12 Black Friday shoes", "en", "12.00 EUR | Black Friday shoes")]
#[case("900 May rent", "en", "900.00 EUR | May rent")]
#[case("12 May rent", "en", "unsure: 12.00 EUR | May rent")]
#[case("3 May 2000", "en", "2000.00 EUR |  |  |  | 2026-05-03")]
#[case("rent 3 May 2000", "en", "2000.00 EUR | rent |  |  | 2026-05-03")]
#[case("rent 900 3 May 2025", "en", "900.00 EUR | rent |  |  | 2025-05-03")]
#[case("May 3 12.50 lunch", "en", "12.50 EUR | lunch |  |  | 2026-05-03")]
#[case("sun cream 12", "en", "12.00 EUR | sun cream")]
fn doubtful_days(#[case] line: &str, #[case] locale: &str, #[case] expected: &str) {
    check(line, "EUR", locale, expected);
}
