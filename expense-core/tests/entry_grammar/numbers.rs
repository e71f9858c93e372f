//! How numbers are written, and what they come to.

use rstest::rstest;

use crate::check;

#[rstest]
#[case("1,234 tv", "en", "EUR", "1234.00 EUR | tv")]
#[case("1.234 tv", "en", "EUR", "Thousands: 1234.00 EUR | tv")]
#[case(
    "1.500 tv",
    "en",
    "EUR",
    "Thousands: 1.50 EUR | tv or 1500.00 EUR | tv"
)]
#[case("1.234 tv", "de", "EUR", "1234.00 EUR | tv")]
#[case("1,234 tv", "de", "EUR", "Thousands: 1234.00 EUR | tv")]
#[case("1,234 tv", "de", "KWD", "1.234 KWD | tv")]
#[case("1.234 tv", "en", "KWD", "1.234 KWD | tv")]
#[case("1.234 tv", "fr", "EUR", "Thousands: 1234.00 EUR | tv")]
#[case("1.234 tv", "en", "JPY", "Thousands: 1234 JPY | tv")]
#[case("1,234.567 tv", "en", "EUR", "TooManyDecimals { currency: EUR }")]
#[case("12.345 tv", "en", "EUR", "Thousands: 12345.00 EUR | tv")]
#[case("12.3456 tv", "en", "EUR", "TooManyDecimals { currency: EUR }")]
#[case("12.5000 tv", "en", "EUR", "12.50 EUR | tv")]
#[case("12.50 tv", "en", "JPY", "TooManyDecimals { currency: JPY }")]
#[case("1200.00 tv", "en", "JPY", "1200 JPY | tv")]
#[case("12,34,567.89 flat", "en", "INR", "1234567.89 INR | flat")]
#[case("12,34,567 flat", "en-IN", "INR", "1234567.00 INR | flat")]
#[case("1,23,45 flat", "en", "EUR", "chat")]
#[case("1,2345,678 flat", "en", "EUR", "Grouping")]
#[case("1,0000 flat", "en", "EUR", "Grouping")]
#[case("1'234.50 ski", "de-CH", "CHF", "1234.50 CHF | ski")]
#[case("1’234.50 ski", "en", "CHF", "1234.50 CHF | ski")]
#[case("1\u{202f}234,50 ski", "en", "EUR", "1234.50 EUR | ski")]
#[case("1 234,50 ski", "fr", "EUR", "1234.50 EUR | ski")]
#[case("loyer 1 234,50 €", "fr", "EUR", "1234.50 EUR | loyer")]
#[case("loyer 1 200", "fr", "EUR", "1200.00 EUR | loyer")]
#[case(
    "1 234.56 laptop",
    "en",
    "EUR",
    "Amount: 1234.56 EUR | laptop or 234.56 EUR | 1 laptop"
)]
#[case("iPhone 15 999", "en", "EUR", "999.00 EUR | iPhone 15")]
#[case("١٢٫٥٠ غداء", "ar-EG", "EGP", "12.50 EGP | غداء")]
#[case("१,२३४.५० किराया", "hi", "INR", "1234.50 INR | किराया")]
#[case("１２３４円 昼食", "ja", "JPY", "1234 JPY | 昼食")]
#[case(".50 gum", "en", "EUR", "0.50 EUR | gum")]
#[case("gum 0.5", "en", "EUR", "0.50 EUR | gum")]
#[case("−7,20 retur", "sv", "SEK", "-7.20 SEK | retur")]
#[case("12,- Kaffee", "de", "EUR", "12.00 EUR | Kaffee")]
#[case("coffee 5.", "en", "EUR", "5.00 EUR | coffee")]
fn numbers(
    #[case] line: &str,
    #[case] locale: &str,
    #[case] currency: &str,
    #[case] expected: &str,
) {
    check(line, currency, locale, expected);
}

#[rstest]
#[case("999999999999 yacht", "999999999999.00 EUR | yacht")]
#[case("-999,999,999,999 yacht", "-999999999999.00 EUR | yacht")]
#[case("1000000000000 yacht", "TooLarge")]
#[case("999999999999.01 yacht", "TooLarge")]
#[case("999999x999999 yacht", "999998000001.00 EUR | yacht")]
#[case("9999999x9999999 yacht", "TooLarge")]
#[case("0 lunch", "Zero")]
#[case("0.00 lunch", "Zero")]
#[case("lunch €0", "Zero")]
#[case("1.005 + 1 lunch", "Thousands: 1006.00 EUR | lunch")]
#[case("0.001x3 lunch", "TooManyDecimals { currency: EUR }")]
#[case("1.5x3.33 lunch", "TooManyDecimals { currency: EUR }")]
#[case("1.5x3.30 lunch", "4.95 EUR | lunch")]
fn bounds(#[case] line: &str, #[case] expected: &str) {
    check(line, "EUR", "en", expected);
}

#[rstest]
#[case("12 + 3.50 snacks", "15.50 EUR | snacks")]
#[case("snacks 12 + 3.50 + 1", "16.50 EUR | snacks")]
#[case("3 x 4.20 beer", "12.60 EUR | beer")]
#[case("3*4.20 beer", "12.60 EUR | beer")]
#[case("beer 3 × 4,20", "12.60 EUR | beer")]
#[case("2x3+4 mixed", "10.00 EUR | mixed")]
#[case("4+2x3 mixed", "10.00 EUR | mixed")]
#[case("$3x4 beer", "12.00 USD | beer")]
#[case("3x4.20€ beer", "12.60 EUR | beer")]
#[case("2x beer 9", "9.00 EUR | 2x beer")]
#[case("2 x beer 9", "9.00 EUR | 2 x beer")]
#[case("+20 found", "20.00 EUR | found")]
#[case("shoes -20", "-20.00 EUR | shoes")]
#[case("-€7.20 refund", "-7.20 EUR | refund")]
#[case("€-7.20 refund", "-7.20 EUR | refund")]
#[case("- 20 shoes", "Refund: -20.00 EUR | shoes or 20.00 EUR | shoes")]
#[case("• 20 shoes", "20.00 EUR | shoes")]
#[case("2x 15.99 shirt", "31.98 EUR | shirt")]
#[case("2 x15.99 shirt", "31.98 EUR | shirt")]
#[case("shirt 15.99 x2", "31.98 EUR | shirt")]
#[case("12 +3.50 snacks", "15.50 EUR | snacks")]
#[case(
    "10x20 frame 15",
    "Amount: 15.00 EUR | 10x20 frame or 200.00 EUR | frame 15"
)]
#[case("100 / 4 dinner", "unsure: 100.00 EUR | / 4 dinner")]
#[case("-5% discount 20", "20.00 EUR | -5% discount")]
fn sums_products_and_refunds(#[case] line: &str, #[case] expected: &str) {
    check(line, "EUR", "en", expected);
}
