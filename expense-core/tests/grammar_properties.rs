//! What holds for every number, amount and line: what is written is read back, no digit is lost or
//! moved, nothing panics.

use chrono::NaiveDate;
use expense_core::conversation::entry::{
    Context, Entry, Field, Reading, amount, date, fields, read,
};
use expense_core::conversation::period;
use expense_core::domain::currency::Currency;
use expense_core::domain::locale::Locale;
use expense_core::domain::money::{MAX_MAJOR, Money};
use expense_core::domain::number::{Parsed, digit, format, format_money, parse};
use proptest::prelude::*;
use proptest::sample::select;
use rust_decimal::Decimal;

/// One locale at least of every way of CLDR 48 to write numbers, and its larger languages.
const LOCALES: &[&str] = &[
    "af", "am", "ar", "ar-EG", "ar-MA", "ar-SA", "as", "az", "be", "bg", "bn", "bs", "ca", "ckb",
    "cs", "da", "de", "de-AT", "de-CH", "de-LI", "dz", "el", "en", "en-CH", "en-GB", "en-IN",
    "en-US", "en-ZA", "es", "es-419", "es-AR", "es-CR", "es-MX", "et", "eu", "fa", "fi", "fil",
    "fr", "fr-CA", "fr-CH", "ga", "gu", "he", "hi", "hr", "hu", "hy", "id", "is", "it", "it-CH",
    "ja", "ka", "kk", "km", "ko", "lo", "lt", "lv", "mk", "ml", "mn", "mr", "ms", "my", "nb", "ne",
    "nl", "pa", "pa-Arab", "pl", "ps", "pt", "pt-PT", "ro", "ru", "sa", "sd", "si", "sk", "sl",
    "sq", "sr", "sv", "sw", "ta", "te", "th", "tr", "uk", "ur", "ur-IN", "uz", "vi", "zh",
    "zh-Hant",
];

fn locale() -> impl Strategy<Value = Locale> {
    select(LOCALES).prop_map(|tag| tag.parse().expect("a locale of CLDR"))
}

fn currency() -> impl Strategy<Value = Currency> {
    select(Currency::all())
}

/// Amounts of every magnitude.
fn mantissa(scale: u32) -> impl Strategy<Value = i64> {
    let bound = MAX_MAJOR * 10_i64.pow(scale);
    (0..=15_u32, -bound..=bound).prop_map(|(shift, value)| value / 10_i64.pow(shift))
}

fn money() -> impl Strategy<Value = Money> {
    currency().prop_flat_map(|currency| {
        let minor = mantissa(currency.exponent()).prop_filter("zero is refused", |m| *m != 0);
        minor.prop_map(move |minor| Money::from_minor(minor, currency).expect("within the bound"))
    })
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 5, 5).expect("a day")
}

fn context(currency: Currency, locale: &Locale) -> Context<'_> {
    Context {
        currency,
        locale,
        today: today(),
        categories: &["Food", "Food - Grocery", "Café 24"],
    }
}

fn entries(reading: &Reading) -> &[Entry] {
    match reading {
        Reading::Expense(entry) | Reading::Unsure(entry) => std::slice::from_ref(entry),
        Reading::Ask { choices, .. } => choices,
        Reading::NotAnExpense | Reading::Invalid(_) => &[],
    }
}

fn digits(text: &str) -> String {
    text.chars()
        .filter_map(digit)
        .map(|value| char::from(b'0' + value))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_written_number_is_read_back(
        locale in locale(),
        (scale, mantissa) in (0..=4_u32).prop_flat_map(|scale| (Just(scale), mantissa(scale))),
    ) {
        let value = Decimal::new(mantissa, scale);
        let text = format(value, scale, &locale);
        prop_assert_eq!(parse(&text, &locale, scale), Parsed::Exact(value), "{:?} in {}", text, locale);
    }

    #[test]
    fn written_money_is_read_back_in_its_currency(
        locale in locale(),
        money in money(),
        ledger in currency(),
    ) {
        let text = format_money(money, ledger, &locale);
        let read = amount(&text, &context(ledger, &locale));
        prop_assert_eq!(read, Field::Exact(money), "{:?} in {} for {}", text, locale, ledger);
    }

    #[test]
    fn an_entry_of_known_parts_is_read_as_these_parts(
        locale in locale(),
        money in money(),
        ledger in currency(),
        words in prop::collection::vec(select(WORDS), 1..5),
        first in any::<bool>(),
        day in select(&["", "yesterday", "2026-04-30"][..]),
        tag in select(&["", "#work", "#日本", "#q3"][..]),
    ) {
        let text = words.join(" ");
        let sum = format_money(money, ledger, &locale);
        let parts = if first { [&sum, &text, day, tag] } else { [tag, day, &text, &sum] };
        let line = parts.join(" ");
        let lines = read(&line, &context(ledger, &locale));
        let Reading::Expense(entry) = &lines[0].reading else {
            return Err(TestCaseError::fail(format!("{line:?} in {locale}: {:?}", lines[0].reading)));
        };
        prop_assert_eq!(entry.money, money, "{:?} in {}", &line, locale);
        prop_assert_eq!(entry.description.as_str(), &text, "{:?} in {}", &line, locale);
        let tags: Vec<&str> = entry.tags.iter().map(|tag| tag.as_str()).collect();
        prop_assert_eq!(tags.join(" "), tag.trim_start_matches('#'));
        let expected = match day {
            "" => today(),
            "yesterday" => today().pred_opt().expect("a day"),
            iso => iso.parse().expect("a day"),
        };
        prop_assert_eq!(entry.date, expected);
    }

    #[test]
    fn no_digit_is_lost_or_moved(
        tokens in prop::collection::vec(select(TOKENS), 1..7),
        locale in locale(),
        ledger in select(&["EUR", "JPY", "KWD"][..]),
    ) {
        let ledger: Currency = ledger.parse().expect("a currency");
        let line = tokens.join(" ");
        let lines = read(&line, &context(ledger, &locale));
        for entry in entries(&lines[0].reading) {
            let kept: Vec<&str> = entry.description.as_str().split(' ').collect();
            let taken = [false, true].map(|last| without(&tokens, &kept, last));
            prop_assert!(taken[0].is_some(), "{:?} became {:?}", line, entry.description);
            let explained = taken.iter().flatten().any(|taken| explains(taken, entry));
            prop_assert!(explained, "{:?} in {} became {:?}", line, locale, entry);
        }
    }

    #[test]
    fn no_line_panics(text in text(400), locale in locale(), ledger in currency()) {
        let context = context(ledger, &locale);
        for line in read(&text, &context) {
            for entry in entries(&line.reading) {
                prop_assert!(!entry.money.amount().is_zero());
                let (all, left) = (digits(&line.text), digits(entry.description.as_str()));
                prop_assert!(is_subsequence(&left, &all), "{:?} became {:?}", line.text, entry);
            }
            if let Reading::Ask { choices, .. } = &line.reading {
                prop_assert!((1..=4).contains(&choices.len()));
            }
        }
        let _ = (amount(&text, &context), date(&text, &context), fields(&text, &context));
        let _ = period::read(&text, today(), &locale);
        let _ = parse(&text, &locale, ledger.exponent());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50))]

    #[test]
    fn no_long_line_panics(text in text(4_096), locale in locale()) {
        let _ = read(&text, &context(Currency::EUR, &locale));
    }
}

/// What the fuzzer starts from and found: its first byte chooses a ledger there.
#[test]
fn no_input_of_the_fuzzer_panics() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/corpus/entry");
    let locale = Locale::default();
    let mut count = 0;
    for file in std::fs::read_dir(corpus).expect("the corpus is part of the repository") {
        let bytes = std::fs::read(file.expect("a file").path()).expect("a file");
        let text = String::from_utf8_lossy(bytes.get(1..).unwrap_or_default()).into_owned();
        let _ = read(&text, &context(Currency::EUR, &locale));
        count += 1;
    }
    assert!(count > 200, "{count} inputs");
}

/// Words of descriptions, some with digits that belong to them.
const WORDS: &[&str] = &[
    "lunch",
    "PS5",
    "iPhone15",
    "A4",
    "café",
    "обед",
    "昼食",
    "COVID-19",
    "v2.0",
    "18:30",
    "50%",
    "24/7",
    "#12",
    "B&B",
    "H2O",
    "3D",
    "and",
    "(2)",
    "déjà",
    "🍕",
    "C3PO",
    "naïve",
    "ünïcödé",
    "5-6",
];

/// Tokens of lines; those with digits are a number, a day or part of a word.
const TOKENS: &[&str] = &[
    "lunch",
    "for",
    "at",
    "PS5",
    "7up",
    "1",
    "2",
    "12",
    "15",
    "250",
    "999",
    "2026",
    "12.50",
    "3,20",
    "1.234",
    "1,234",
    "1.234,56",
    "1,234.56",
    "007",
    "1.2.3",
    "18:30",
    "50%",
    "#12",
    "€5",
    "9€",
    "$7.5",
    "usd",
    "-20",
    "-",
    "yesterday",
    "3",
    "May",
    "2026-05-03",
    "3/5",
    "kg",
    "!",
    "12345678901234",
];

/// The tokens that are not among `kept`, taking the last of equal ones for kept where `last` is
/// set; `None` where `kept` has something else.
fn without<'a>(tokens: &[&'a str], kept: &[&str], last: bool) -> Option<Vec<&'a str>> {
    let mut taken = tokens.to_vec();
    for word in kept.iter().filter(|word| !word.is_empty()) {
        let same = |token: &&str| token == word || token.trim_end_matches([',', ';', ':']) == *word;
        let at = if last {
            taken.iter().rposition(same)
        } else {
            taken.iter().position(same)
        };
        taken.remove(at?);
    }
    Some(taken)
}

/// Whether the tokens that were taken hold the digits of the amount, perhaps in groups with
/// spaces, and else only days.
fn explains(taken: &[&str], entry: &Entry) -> bool {
    let numeric: Vec<&str> = taken
        .iter()
        .copied()
        .filter(|token| !digits(token).is_empty())
        .collect();
    let amount = entry.money.amount().abs().normalize().to_string();
    let same = |text: &str| digits(text).trim_matches('0') == digits(&amount).trim_matches('0');
    let month = taken.contains(&"May");
    let is_day = |token: &&str| match *token {
        "2026-05-03" | "3/5" => true,
        "1" | "2" | "3" | "12" | "15" | "2026" => month,
        _ => false,
    };
    (0..numeric.len())
        .flat_map(|from| (from + 1..=numeric.len()).map(move |to| from..to))
        .any(|range| {
            let others = numeric[..range.start].iter().chain(&numeric[range.end..]);
            same(&numeric[range].concat()) && others.into_iter().all(is_day)
        })
}

fn is_subsequence(part: &str, whole: &str) -> bool {
    let mut whole = whole.chars();
    part.chars().all(|c| whole.any(|other| other == c))
}

/// Text of any characters, with those that mean something more often than others.
fn text(length: usize) -> impl Strategy<Value = String> {
    let sign = select(
        &[
            "1",
            "2",
            "0",
            "9",
            "٣",
            "५",
            "３",
            ".",
            ",",
            "'",
            "\u{a0}",
            " ",
            "  ",
            "-",
            "+",
            "x",
            "*",
            "/",
            ":",
            "€",
            "$",
            "kr",
            "usd",
            "ALL",
            "#",
            "[",
            "]",
            "(",
            "%",
            "\n",
            "\u{202e}",
            "May",
            "today",
            "-2d",
            "Food",
            "月",
            "日",
            "円",
            "\u{301}",
            "👩‍👩‍👧",
            "İ",
            "ß",
            "\0",
        ][..],
    );
    let part = prop_oneof![9 => sign.prop_map(str::to_owned), 1 => "\\PC", 1 => any::<char>().prop_map(String::from)];
    prop::collection::vec(part, 0..length)
        .prop_map(move |parts| parts.concat().chars().take(4_096).collect())
}
