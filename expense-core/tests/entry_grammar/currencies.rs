//! Currencies by code, name and sign.

use expense_core::conversation::entry::{Context, Reading, read};
use expense_core::domain::locale::Locale;
use rstest::rstest;

use crate::{check, today};

#[rstest]
#[case("10€", "10.00 EUR")]
#[case("€10", "10.00 EUR")]
#[case("10 €", "10.00 EUR")]
#[case("EUR10 lunch", "10.00 EUR | lunch")]
#[case("10EUR lunch", "10.00 EUR | lunch")]
#[case("Usd 30 book", "30.00 USD | book")]
#[case("book 30 gbp", "30.00 GBP | book")]
#[case("12.50 lunch usd", "12.50 USD | lunch")]
#[case("USD lunch 12.50", "12.50 USD | lunch")]
#[case("12 lunch jpy", "12 JPY | lunch")]
#[case("RM10 nasi", "10.00 MYR | nasi")]
#[case("10 RM nasi", "10.00 MYR | nasi")]
#[case("Rp 50000 bakso", "50000.00 IDR | bakso")]
#[case("Rs.500 thali", "500.00 INR | thali")]
#[case("S$5 kopi", "5.00 SGD | kopi")]
#[case("A$5 pie", "5.00 AUD | pie")]
#[case("HK$ 5 tram", "5.00 HKD | tram")]
#[case("NT$100 tea", "100.00 TWD | tea")]
#[case("20 zł pierogi", "20.00 PLN | pierogi")]
#[case("20zł pierogi", "20.00 PLN | pierogi")]
#[case("kr 20 bulle", "20.00 SEK | bulle")]
#[case("₩5000 김밥", "5000 KRW | 김밥")]
#[case("฿60 rice", "60.00 THB | rice")]
#[case("₫50000 pho", "50000 VND | pho")]
#[case("₱90 halo-halo", "90.00 PHP | halo-halo")]
#[case("¥900 ramen", "900 JPY | ramen")]
#[case("12 euros lunch", "12.00 EUR | lunch")]
#[case("20 RMIT fees", "20.00 EUR | RMIT fees")]
#[case("10 Rpi board", "10.00 EUR | Rpi board")]
#[case("5 cup noodles", "5.00 EUR | cup noodles")]
#[case("5 CUP noodles", "5.00 CUP | noodles")]
#[case("top 20", "20.00 EUR | top")]
#[case("all 20", "20.00 EUR | all")]
#[case("20 MAD tagine", "20.00 MAD | tagine")]
#[case("php 20 book", "unsure: 20.00 EUR | php book")]
#[case("10 KFC", "10.00 EUR | KFC")]
#[case("XYZ 10", "10.00 EUR | XYZ")]
#[case("10 DEM lunch", "UnknownCurrency")]
#[case("10 XBT lunch", "UnknownCurrency")]
#[case("10DEM lunch", "UnknownCurrency")]
#[case("10 dem lunch", "10.00 EUR | dem lunch")]
#[case("$12 CAD lunch", "12.00 CAD | lunch")]
#[case("€12 USD lunch", "MixedCurrencies")]
#[case("12.345 KWD lunch", "12.345 KWD | lunch")]
#[case("12.345 tnd lunch", "12.345 TND | lunch")]
fn currencies(#[case] line: &str, #[case] expected: &str) {
    check(line, "EUR", "en", expected);
}

#[rstest]
#[case("$5 pie", "AUD", "5.00 AUD | pie")]
#[case("$5 pie", "MXN", "5.00 MXN | pie")]
#[case("$5 pie", "EUR", "5.00 USD | pie")]
#[case("US$5 pie", "AUD", "5.00 USD | pie")]
#[case("¥5 pie", "CNY", "5.00 CNY | pie")]
#[case("5 kr pie", "NOK", "5.00 NOK | pie")]
#[case("£5 pie", "EGP", "5.00 EGP | pie")]
#[case("R5 pie", "ZAR", "5.00 ZAR | pie")]
#[case("R5 pie 7", "EUR", "7.00 EUR | R5 pie")]
#[case("5 try", "TRY", "5.00 TRY | try")]
fn shared_signs(#[case] line: &str, #[case] currency: &str, #[case] expected: &str) {
    check(line, currency, "en", expected);
}

#[rstest]
#[case("$5 pie", "EUR", true)]
#[case("$5 pie", "USD", true)]
#[case("US$5 pie", "EUR", false)]
#[case("5 pie", "USD", false)]
fn a_currency_of_a_shared_sign_is_told(
    #[case] line: &str,
    #[case] currency: &str,
    #[case] assumed: bool,
) {
    let locale = Locale::default();
    let currency = currency.parse().expect("valid");
    let context = Context {
        currency,
        locale: &locale,
        today: today(),
        categories: &[],
    };
    let Reading::Expense(entry) = &read(line, &context)[0].reading else {
        panic!("{line}")
    };
    assert_eq!(entry.assumed_currency, assumed);
}
