//! What a line of chat says: tables of lines with what is read of them.
//!
//! Today is Tuesday, 5 May 2026. A reading is written as
//! `amount currency | description | category | tags | date`, with what is empty left out at the
//! end and today's date left out; choices are joined by ` or `.

use chrono::NaiveDate;
use expense_core::conversation::entry::{Context, Entry, Reading, read};
use expense_core::domain::currency::Currency;
use expense_core::domain::locale::Locale;
use rstest::rstest;

const CATEGORIES: [&str; 8] = [
    "Food",
    "Fast Food",
    "Transportation",
    "Food - Grocery",
    "Café",
    "Travel & Vacation",
    "Housing - Others",
    "Housing - Mortgage",
];

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 5, 5).expect("valid")
}

fn understood(line: &str, currency: &str, locale: &str) -> String {
    let locale: Locale = locale.parse().expect("valid");
    let currency: Currency = currency.parse().expect("valid");
    let context = Context {
        currency,
        locale: &locale,
        today: today(),
        categories: &CATEGORIES,
    };
    match &read(line, &context)[..] {
        [line] => written(&line.reading),
        lines => format!("{} lines", lines.len()),
    }
}

fn written(reading: &Reading) -> String {
    match reading {
        Reading::Expense(entry) => shown(entry),
        Reading::Unsure(entry) => format!("unsure: {}", shown(entry)),
        Reading::Ask { question, choices } => {
            let choices: Vec<String> = choices.iter().map(shown).collect();
            format!("{question:?}: {}", choices.join(" or "))
        }
        Reading::NotAnExpense => "chat".to_owned(),
        Reading::Invalid(invalid) => format!("{invalid:?}"),
    }
}

fn shown(entry: &Entry) -> String {
    let tags: Vec<&str> = entry.tags.iter().map(|tag| tag.as_str()).collect();
    let date = if entry.date == today() {
        String::new()
    } else {
        entry.date.to_string()
    };
    let fields = [
        format!("{} {}", entry.money.amount(), entry.money.currency()),
        entry.description.to_string(),
        entry.category.map_or("", |at| CATEGORIES[at]).to_owned(),
        tags.join(" "),
        date,
    ];
    fields.join(" | ").trim_end_matches([' ', '|']).to_owned()
}

fn check(line: &str, currency: &str, locale: &str, expected: &str) {
    assert_eq!(
        understood(line, currency, locale),
        expected,
        "{line:?} in {currency}, {locale}"
    );
}

#[rstest]
#[case("5.50 coffee", "5.50 EUR | coffee")]
#[case("coffee 5,50", "5.50 EUR | coffee")]
#[case("$10 lunch", "10.00 USD | lunch")]
#[case(
    "10€ taxi #work [Transport]",
    "10.00 EUR | taxi | Transportation | work"
)]
#[case("lunch 12.50 yesterday", "12.50 EUR | lunch |  |  | 2026-05-04")]
#[case("12.50 lunch 3 May", "12.50 EUR | lunch |  |  | 2026-05-03")]
#[case("2026-05-03 rent 900", "900.00 EUR | rent |  |  | 2026-05-03")]
#[case("12+3.50 snacks", "15.50 EUR | snacks")]
#[case("3x4.20 beer", "12.60 EUR | beer")]
#[case("-20 refund shoes", "-20.00 EUR | refund shoes")]
#[case("usd 30 book", "30.00 USD | book")]
#[case("PS5 500", "500.00 EUR | PS5")]
#[case("1,234.56 laptop", "1234.56 EUR | laptop")]
#[case("1.234,56 Laptop", "1234.56 EUR | Laptop")]
fn the_examples_of_the_product(#[case] line: &str, #[case] expected: &str) {
    check(line, "EUR", "en", expected);
}

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
#[case("7 up 2.50", "2.50 EUR | 7 up")]
#[case("2 beers 9", "Amount: 9.00 EUR | 2 beers or 2.00 EUR | beers 9")]
#[case(
    "coffee 3 cake 4",
    "Amount: 4.00 EUR | coffee 3 cake or 3.00 EUR | coffee cake 4"
)]
#[case(
    "eggs 12 milk 3",
    "Amount: 3.00 EUR | eggs 12 milk or 12.00 EUR | eggs milk 3"
)]
#[case(
    "Coffee 3, cake 4",
    "Amount: 4.00 EUR | Coffee 3, cake or 3.00 EUR | Coffee cake 4"
)]
#[case(
    "12 pizza 4 cheese",
    "Amount: 12.00 EUR | pizza 4 cheese or 4.00 EUR | 12 pizza cheese"
)]
#[case(
    "tea 2 milk 3 eggs 4",
    "Amount: 4.00 EUR | tea 2 milk 3 eggs or 2.00 EUR | tea milk 3 eggs 4 or 3.00 EUR | tea 2 milk eggs 4"
)]
#[case("tea 2 milk 3 eggs 4 jam 5 rice 6", "ManyAmounts")]
#[case("coffee 3.50 cake 4", "3.50 EUR | coffee cake 4")]
#[case("coffee 3 cake 4.20", "4.20 EUR | coffee 3 cake")]
#[case("coffee €3 cake 4", "3.00 EUR | coffee cake 4")]
#[case("coffee 3 cake 4 usd", "4.00 USD | coffee 3 cake")]
#[case(
    "coffee 3.50 cake 4.20",
    "Amount: 4.20 EUR | coffee 3.50 cake or 3.50 EUR | coffee cake 4.20"
)]
#[case("lunch for 2 25", "25.00 EUR | lunch for 2")]
#[case("room 101 200", "200.00 EUR | room 101")]
#[case("2x coffee 3.50", "3.50 EUR | 2x coffee")]
#[case("iPhone 15 case 20", "20.00 EUR | iPhone 15 case")]
#[case("hotel 2 nights 200", "200.00 EUR | hotel 2 nights")]
#[case(
    "we had 3 eggs and tea 2",
    "Amount: 2.00 EUR | we had 3 eggs and tea or 3.00 EUR | we had eggs and tea 2"
)]
#[case("we had 2 eggs and tea 3", "unsure: 3.00 EUR | we had 2 eggs and tea")]
#[case("2 beers €9", "9.00 EUR | 2 beers")]
#[case("2 beers 9 usd", "9.00 USD | 2 beers")]
#[case("lunch for 2 30", "30.00 EUR | lunch for 2")]
#[case("20 pizza for 4", "20.00 EUR | pizza for 4")]
#[case("12.50 pizza 4", "12.50 EUR | pizza 4")]
#[case("lunch 12.50 with Anna", "12.50 EUR | lunch with Anna")]
#[case("lunch 12 with Anna", "unsure: 12.00 EUR | lunch with Anna")]
#[case("Terminal 21 lunch 250", "250.00 EUR | Terminal 21 lunch")]
#[case(
    "lunch 250 terminal 21",
    "Amount: 21.00 EUR | lunch 250 terminal or 250.00 EUR | lunch terminal 21"
)]
#[case(
    "12.50 lunch 3.20",
    "Amount: 3.20 EUR | 12.50 lunch or 12.50 EUR | lunch 3.20"
)]
#[case("iPhone15 999", "999.00 EUR | iPhone15")]
#[case("COVID-19 test 40", "40.00 EUR | COVID-19 test")]
#[case("2kg apples 5", "5.00 EUR | 2kg apples")]
#[case("2 kg apples 5", "5.00 EUR | 2 kg apples")]
#[case("order #123 45", "45.00 EUR | order #123")]
#[case("python 3.11.2 book 30", "30.00 EUR | python 3.11.2 book")]
#[case("50% off shoes 30", "30.00 EUR | 50% off shoes")]
#[case("18:30 dinner 20", "20.00 EUR | 18:30 dinner")]
#[case("lunch: 12", "12.00 EUR | lunch")]
#[case("lunch - 12", "12.00 EUR | lunch")]
#[case("12, lunch", "12.00 EUR | lunch")]
#[case("coffee (2) 9", "9.00 EUR | coffee (2)")]
#[case("007 movie 12", "12.00 EUR | 007 movie")]
#[case("bought shoes at 50", "unsure: 50.00 EUR | bought shoes at")]
#[case("shoes for 50", "unsure: 50.00 EUR | shoes for")]
#[case("24/7 gym 30", "30.00 EUR | 24/7 gym")]
#[case("lunch 5 usd 30", "Amount: 5.00 USD | lunch 30 or 30.00 USD | lunch 5")]
#[case("5 usd 30 books", "5.00 USD | 30 books")]
#[case("netflix 15.49 may 2026", "15.49 EUR | netflix may 2026")]
#[case("lunch 5 🍕", "5.00 EUR | lunch 🍕")]
#[case("20 BOB", "20.00 BOB")]
#[case("0.5", "0.50 EUR")]
#[case("CHF 5.–", "5.00 CHF")]
#[case("250", "unsure: 250.00 EUR")]
#[case("12.50", "12.50 EUR")]
#[case("12.50 night bus", "12.50 EUR | night bus")]
#[case("25 day pass", "unsure: 25.00 EUR | day pass")]
#[case("lunch 12?", "unsure: 12.00 EUR | lunch")]
#[case("I paid 12", "unsure: 12.00 EUR | I paid")]
#[case("I paid 12.50 for lunch", "12.50 EUR | I paid for lunch")]
#[case("1 2 3 4 5 €6 €7 €8 €9 €10", "ManyAmounts")]
fn which_number(#[case] line: &str, #[case] expected: &str) {
    check(line, "EUR", "en", expected);
}

#[rstest]
#[case("call me at 5")]
#[case("see you in 10 min")]
#[case("18:30 dinner")]
#[case("50% off")]
#[case("meet at 5pm")]
#[case("call +49 151 1234567")]
#[case("0151 1234567")]
#[case("my number is 0912345678")]
#[case("https://example.com/12/34")]
#[case("version 1.2.3")]
#[case("192.168.1.1")]
#[case("9 - 12 museum")]
#[case("10-12 people")]
#[case("I have 3 cats and 2 dogs")]
#[case("back in 2026")]
#[case("5 km run")]
#[case("10:30 - 11:15 dentist")]
#[case("hello")]
#[case("ok!")]
#[case("#work")]
#[case("[Food]")]
#[case("yesterday")]
#[case("meeting 3 May")]
#[case("is it 5 already?")]
#[case("€")]
#[case("USD")]
#[case("…")]
#[case("½ price")]
fn chat_is_left_alone(#[case] line: &str) {
    check(line, "EUR", "en", "chat");
}

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

#[rstest]
#[case("12 lunch Food", "12.00 EUR | lunch | Food")]
#[case("12 lunch food", "12.00 EUR | lunch | Food")]
#[case("12 burger fast food", "12.00 EUR | burger | Fast Food")]
#[case("12 weekly Food - Grocery", "12.00 EUR | weekly | Food - Grocery")]
#[case("lunch Food 12", "12.00 EUR | lunch | Food")]
#[case("lunch 12 Food", "12.00 EUR | lunch | Food")]
#[case(
    "lunch 12 Food yesterday #x",
    "12.00 EUR | lunch | Food | x | 2026-05-04"
)]
#[case("12 seafood", "12.00 EUR | seafood")]
#[case("12 Food", "12.00 EUR | Food | Food")]
#[case("12 latte CAFE\u{301}", "12.00 EUR | latte | Café")]
#[case("12 taxi [transportation]", "12.00 EUR | taxi | Transportation")]
#[case("[Food] 12 lunch", "12.00 EUR | lunch | Food")]
#[case("12 lunch[Food]", "12.00 EUR | lunch | Food")]
#[case("12 bed [Housing]", "UnclearCategory")]
#[case("12 bed [Nothing]", "UnknownCategory")]
#[case("12 eggs [6]", "12.00 EUR | eggs [6]")]
#[case("12 lunch #Work #work #日本", "12.00 EUR | lunch |  | work 日本")]
#[case("12 lunch #a#b", "12.00 EUR | lunch |  | a b")]
#[case("12 lunch #abcdefghijklmnopqrstuvwxyzabcde", "TagTooLong")]
#[case("#work 12 lunch", "12.00 EUR | lunch |  | work")]
fn categories_and_tags(#[case] line: &str, #[case] expected: &str) {
    check(line, "EUR", "en", expected);
}

#[rstest]
#[case("午饭25元", "zh", "CNY", "25.00 CNY | 午饭")]
#[case("25元午饭", "zh", "CNY", "25.00 CNY | 午饭")]
#[case("午饭25", "zh", "CNY", "25.00 CNY | 午饭")]
#[case("¥25午饭", "zh", "CNY", "25.00 CNY | 午饭")]
#[case("3杯咖啡 60", "zh", "CNY", "60.00 CNY | 3杯咖啡")]
#[case("PS5游戏 300", "zh", "CNY", "300.00 CNY | PS5游戏")]
#[case("下午5点", "zh", "CNY", "chat")]
#[case(
    "5月3日ラーメン1200円",
    "ja",
    "JPY",
    "1200 JPY | ラーメン |  |  | 2026-05-03"
)]
#[case(
    "2026年5月2日 1,200円 ラーメン",
    "ja",
    "JPY",
    "1200 JPY | ラーメン |  |  | 2026-05-02"
)]
#[case(
    "5월 3일 김밥 5000원",
    "ko",
    "KRW",
    "5000 KRW | 김밥 |  |  | 2026-05-03"
)]
#[case("ข้าวผัด60บาท", "th", "THB", "60.00 THB | ข้าวผัด")]
#[case("5🍕", "en", "EUR", "5.00 EUR | 🍕")]
fn scripts_without_spaces(
    #[case] line: &str,
    #[case] locale: &str,
    #[case] currency: &str,
    #[case] expected: &str,
) {
    check(line, currency, locale, expected);
}

#[test]
fn each_line_is_read_on_its_own() {
    let locale = Locale::default();
    let context = Context {
        currency: Currency::EUR,
        locale: &locale,
        today: today(),
        categories: &[],
    };
    let lines = read("12 lunch\n\n  hello \r\n3.50 coffee", &context);
    let read: Vec<(&str, String)> = lines
        .iter()
        .map(|line| (line.text.as_str(), written(&line.reading)))
        .collect();
    let expected = [
        ("12 lunch", "12.00 EUR | lunch"),
        ("hello", "chat"),
        ("3.50 coffee", "3.50 EUR | coffee"),
    ];
    assert_eq!(
        read,
        expected.map(|(text, reading)| (text, reading.to_owned()))
    );
}

#[test]
fn what_is_too_long_is_refused_whole() {
    let long = format!("12 {}", "x".repeat(4_094));
    assert_eq!(understood(&long, "EUR", "en"), "MessageTooLong");
    assert_eq!(
        understood(&"12 x\n".repeat(51), "EUR", "en"),
        "TooManyLines"
    );
    let description = format!("12 {}", "é".repeat(201));
    assert_eq!(understood(&description, "EUR", "en"), "DescriptionTooLong");
}

#[rstest]
#[case("5 ", "chat")]
#[case("5 a ", "chat")]
#[case("5.50 ", "ManyAmounts")]
#[case("€5 ", "ManyAmounts")]
#[case("€5 #a ", "ManyAmounts")]
fn no_expense_is_made_of_a_flood_of_numbers(#[case] part: &str, #[case] expected: &str) {
    let flood: String = part.chars().cycle().take(4_096).collect();
    assert_eq!(understood(&flood, "EUR", "en"), expected, "{part:?}");
}

#[test]
fn hidden_characters_change_nothing() {
    check(
        "\u{202E}12\u{200F}.50 lu\u{0007}nch\u{2066}",
        "EUR",
        "en",
        "12.50 EUR | lunch",
    );
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
