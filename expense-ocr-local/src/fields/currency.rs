//! The currency that a receipt names.

use std::sync::LazyLock;

use expense_core::domain::currency::Currency;
use expense_core::ports::ocr::Hints;
use regex::Regex;

use super::country::Country;
use super::page::Page;
use super::pattern;

/// A code or sign next to a number, on either side, or in brackets above a column.
static AT_NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?:(?:^|[^A-Za-z])(?P<before>{CODES}|{SIGNS})[ :]{{0,2}}-?[0-9Ol]*[.,]?[0-9O])|(?:[0-9](?P<after> ?(?:{CODES})\b| ?(?:{SIGNS})))|(?:\((?P<column>{CODES}|RM|\$|€|£)\))"
    ))
});
/// A code that stands alone as a word.
static ALONE: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"\b(?:{CODES}|RM)\b")));

/// Codes of currencies that are printed as such; codes that are words of English are left out.
const CODES: &str = "EUR|USD|GBP|CHF|MYR|SGD|AUD|CAD|NZD|HKD|TWD|JPY|CNY|RMB|KRW|INR|IDR|THB|PHP|VND|SEK|NOK|DKK|ISK|PLN|CZK|HUF|RON|BGN|RSD|UAH|RUB|ZAR|AED|SAR|QAR|KWD|BHD|OMR|JOD|TND|EGP|ILS|BRL|MXN|ARS|CLP|COP|UYU|LKR|PKR|BDT|NPR|KES|NGN|GHS|TRY|MAD|PEN";
/// Signs that name one currency, and those that several share.
const SIGNS: &str = r"US\$|S\$|A\$|AU\$|C\$|CA\$|NZ\$|HK\$|NT\$|R\$|RM|Rp|€|£|₹|Rs\.?|₩|฿|₫|đ|₱|₺|₽|₴|zł|zl|Kč|Ft|lei|円|元|¥|￥|\$|kr";

/// The currencies that write `$`, the commonest first.
const DOLLARS: &[&str] = &[
    "USD", "SGD", "AUD", "CAD", "NZD", "HKD", "TWD", "MXN", "ARS", "CLP", "COP", "UYU",
];
/// Codes that are also parts of names or words where no number stands beside them.
const NAMES: [&str; 4] = ["BHD", "MAD", "PEN", "TRY"];

/// The currency of the receipt: what stands at its numbers, else what its tax identity implies.
/// A shared sign is the country's own currency, else the hint where the hint uses it, else the
/// commonest one.
pub(crate) fn find(page: &Page, hints: &Hints, country: Option<Country>) -> Option<Currency> {
    let text = page.text();
    let mut counts: Vec<(String, usize)> = Vec::new();
    let mut count = |sign: &str, weight: usize| {
        let Some(code) = code_of(sign.trim(), hints.currency.code(), country) else {
            return;
        };
        match counts.iter_mut().find(|(known, _)| *known == code) {
            Some((_, sum)) => *sum += weight,
            None => counts.push((code.to_owned(), weight)),
        }
    };
    for found in AT_NUMBER.captures_iter(&text) {
        let sign = ["before", "after", "column"]
            .iter()
            .find_map(|name| found.name(name));
        if let Some(sign) = sign {
            count(sign.as_str(), 2);
        }
    }
    for found in ALONE
        .find_iter(&text)
        .filter(|found| !NAMES.contains(&found.as_str()))
    {
        count(found.as_str(), 1);
    }
    if let Some(country) = country {
        count(country.currency, 3);
    }
    let code = counts
        .iter()
        .max_by_key(|(_, sum)| *sum)
        .map(|(code, _)| code)?;
    Currency::from_code(code).ok()
}

/// The ISO code for a sign. `own` is what the ledger would take for granted.
fn code_of<'a>(sign: &'a str, own: &'a str, country: Option<Country>) -> Option<&'a str> {
    let local = country.map(|country| country.currency);
    let shared = |family: &[&'static str]| -> Option<&'static str> {
        let known = |code: &str| family.iter().copied().find(|member| *member == code);
        local
            .and_then(known)
            .or_else(|| known(own))
            .or_else(|| family.first().copied())
    };
    match sign {
        // Where money has another sign, `$` is the form of a foreign cash register.
        "$" if local.is_some_and(|local| !DOLLARS.contains(&local)) => local,
        "$" => shared(DOLLARS),
        "¥" | "￥" => shared(&["JPY", "CNY"]),
        "kr" => shared(&["SEK", "NOK", "DKK", "ISK"]),
        "Rs" | "Rs." => shared(&["INR", "PKR", "LKR", "NPR"]),
        "US$" => Some("USD"),
        "S$" => Some("SGD"),
        "A$" | "AU$" => Some("AUD"),
        "C$" | "CA$" => Some("CAD"),
        "NZ$" => Some("NZD"),
        "HK$" => Some("HKD"),
        "NT$" => Some("TWD"),
        "R$" => Some("BRL"),
        "RM" => Some("MYR"),
        "Rp" => Some("IDR"),
        "€" => Some("EUR"),
        "£" => Some("GBP"),
        "₹" => Some("INR"),
        "₩" => Some("KRW"),
        "฿" => Some("THB"),
        "₫" | "đ" => Some("VND"),
        "₱" => Some("PHP"),
        "₺" => Some("TRY"),
        "₽" => Some("RUB"),
        "₴" => Some("UAH"),
        "zł" | "zl" => Some("PLN"),
        "Kč" => Some("CZK"),
        "Ft" => Some("HUF"),
        "lei" => Some("RON"),
        "円" => Some("JPY"),
        "元" | "RMB" => Some("CNY"),
        code => Some(code).filter(|code| code.len() == 3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::{country, testing::lines};
    use rstest::rstest;

    #[rstest]
    #[case("SUMME   EUR   31,98", "USD", Some("EUR"))]
    #[case("Total   RM12.50", "EUR", Some("MYR"))]
    #[case("GST Summary   Amount(RM)\nTOTAL   12.50", "EUR", Some("MYR"))]
    #[case("TOTAL   12,50 €", "USD", Some("EUR"))]
    #[case("TOTAL   £12.50", "EUR", Some("GBP"))]
    #[case("Total   $12.50", "EUR", Some("USD"))]
    #[case("Total   $12.50", "AUD", Some("AUD"))]
    #[case("Hawker Pte Ltd\nTotal   $12.50", "USD", Some("SGD"))]
    #[case("Summa   120,00 kr", "EUR", Some("SEK"))]
    #[case("領収書\n合計   ¥1,234", "EUR", Some("JPY"))]
    #[case("Razem   12,50 zł", "EUR", Some("PLN"))]
    #[case("Migros CHE-105.829.940\nTotal CHF   12.50", "EUR", Some("CHF"))]
    #[case("Kedai Lim Sdn Bhd\nTOTAL   12.50", "EUR", Some("MYR"))]
    #[case("Corner shop\nTotal   12.50", "EUR", None)]
    #[case("FORMAT 1\nTotal   12.50", "EUR", None)]
    fn currencies(#[case] text: &str, #[case] own: &str, #[case] expected: Option<&str>) {
        let page = Page::new(lines(text));
        let hints = crate::fields::testing::hints(own, "en-GB");
        let found = find(&page, &hints, country::find(&page));
        assert_eq!(found.map(Currency::code), expected, "{text}");
    }
}
