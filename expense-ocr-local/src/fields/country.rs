//! The country of a receipt, where its tax identity or address leaves no doubt.

use std::sync::LazyLock;

use regex::{Regex, RegexSet};

use super::page::Page;
use super::pattern;

/// What follows from where a receipt was printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Country {
    /// Its currency by ISO 4217.
    pub(crate) currency: &'static str,
    /// In which order it writes day, month and year.
    pub(crate) order: Order,
}

/// The order of a date in digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    DayMonthYear,
    MonthDayYear,
    YearMonthDay,
}

use Order::{DayMonthYear as Dmy, MonthDayYear as Mdy, YearMonthDay as Ymd};

/// A country's marks: each is a pattern over the text of the receipt in capitals, with its weight.
const MARKS: &[(&str, Order, u32, &str)] = &[
    (
        "MYR",
        Dmy,
        3,
        r"\bSDN\.?,? ?[B8]HD|\bS/B\b|\(M\) ?[B8]HD|\bBERHAD\b|\bMALAYSIA\b",
    ),
    (
        "MYR",
        Dmy,
        1,
        r"\bJALAN\b|\bJLN\b|\bTAMAN\b|\bSELANGOR\b|\bKUALA LUMPUR\b|\bJOHOR\b|\bPENANG\b",
    ),
    ("MYR", Dmy, 2, r"\bRM ?\d+\.\d\d|\(RM\)"),
    (
        "MYR",
        Dmy,
        3,
        r"GST (?:ID|NO|REG)[^\n]{0,12}\b00\d{10}\b|\bSST (?:ID|NO|REG)|\+60\d",
    ),
    (
        "SGD",
        Dmy,
        3,
        r"\bPTE\.? ?LTD|\bSINGAPORE\b|\(65\)|\+65\b|\bS\(\d{6}\)",
    ),
    (
        "SGD",
        Dmy,
        3,
        r"GST (?:NO|REG)[^\n]{0,12}\b(?:19|20)\d{7}[A-Z]\b|\bM\d-?\d{7}-?\d\b|\bS ?\$ ?\d",
    ),
    (
        "EUR",
        Dmy,
        3,
        r"\bDE ?\d{9}\b|\bATU ?\d{8}\b|\bUST-?ID|\bSTEUERNUMMER\b|\bST\.?-?NR\b",
    ),
    ("EUR", Dmy, 1, r"\bMWST\b|\bGMBH\b|\bSTRASSE\b|\bSTR\. ?\d"),
    (
        "EUR",
        Dmy,
        3,
        r"\bSIRET\b|\bFR ?\d{2} ?\d{9}\b|\bNAF\b[^\n]*\d{4}",
    ),
    (
        "EUR",
        Dmy,
        3,
        r"\bP\.? ?IVA\b[^\n]*\d{11}|\bPARTITA IVA\b|\bDOCUMENTO COMMERCIALE\b|\bSCONTRINO\b",
    ),
    (
        "EUR",
        Dmy,
        3,
        r"\b(?:CIF|NIF)\b[^\n]*[A-Z]-?\d{8}\b|\bFACTURA SIMPLIFICADA\b",
    ),
    (
        "EUR",
        Dmy,
        3,
        r"\bNL ?\d{9}B\d{2}\b|\bBTW\b|\bKVK\b|\bBE ?0\d{9}\b|\bCONTRIBUINTE\b|\bNIF[: ]+\d{9}\b",
    ),
    (
        "EUR",
        Dmy,
        2,
        r"\+(?:49|43|33|39|34|31|32|351|353|358|30)\b",
    ),
    ("CHF", Dmy, 4, r"\bCHE-?\d{3}\.?\d{3}\.?\d{3}\b|\+41\b"),
    (
        "GBP",
        Dmy,
        3,
        r"\bVAT (?:NO|REG|NUMBER)[^\n]{0,16}\d{3} ?\d{4} ?\d{2}\b|\bGB ?\d{3} ?\d{4} ?\d{2}\b|\+44\b",
    ),
    (
        "USD",
        Mdy,
        3,
        r"\bSALES TAX\b|\bSTATE TAX\b|\b(?:AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY),? \d{5}(?:-\d{4})?\b",
    ),
    (
        "CAD",
        Ymd,
        3,
        r"\bHST\b|\bGST/HST\b|\bQST\b|\bTVQ\b|\b[A-Z]\d[A-Z] \d[A-Z]\d\b",
    ),
    (
        "AUD",
        Dmy,
        3,
        r"\bABN\b[^\n]*\d{2} ?\d{3} ?\d{3} ?\d{3}|\+61\b",
    ),
    ("NZD", Dmy, 3, r"\bNZ ?GST\b|\bNEW ZEALAND\b|\+64\b"),
    (
        "INR",
        Dmy,
        3,
        r"\bGSTIN\b|\bCGST\b|\bSGST\b|\bFSSAI\b|\+91\b",
    ),
    (
        "IDR",
        Dmy,
        3,
        r"\bNPWP\b|\bPPN\b|\bPB1\b|\bRP\.? ?\d{1,3}[.,]\d{3}|\+62\b",
    ),
    ("PHP", Mdy, 3, r"\bVATABLE SALES?\b|\bVAT REG TIN\b|\+63\b"),
    ("THB", Dmy, 3, r"บาท|\bTHAILAND\b|\+66\b"),
    ("HKD", Dmy, 3, r"\bHONG KONG\b|\+852\b|HK\$"),
    ("TWD", Ymd, 3, r"統一發票|统一发票|NT\$|\+886\b"),
    (
        "JPY",
        Ymd,
        3,
        r"領収|消費税|お会計|お釣り|お預り|レシート|軽減税率|\+81\b",
    ),
    ("CNY", Ymd, 3, r"人民币|找零|应收|实收|\+86\b"),
    ("KRW", Ymd, 3, r"사업자|부가세|합계|카드|\+82\b"),
    (
        "PLN",
        Dmy,
        3,
        r"\bPARAGON FISKALNY\b|\bNIP\b[^\n]*\d{3}-?\d{2,3}-?\d{2}|\bPTU\b",
    ),
    ("CZK", Dmy, 3, r"\bDIC\b[^\n]*CZ\d{8}|\bCELKEM\b|\+420\b"),
    ("HUF", Ymd, 3, r"\bADOSZAM\b|\bNYUGTA\b|\bOSSZESEN\b|\+36\b"),
    (
        "SEK",
        Ymd,
        3,
        r"\bORG\.? ?(?:NR|NUMMER)\b[^\n]*\d{6}-\d{4}|\bATT BETALA\b|\+46\b",
    ),
    ("NOK", Dmy, 3, r"\bMVA\b|\bFORETAKSREG|\+47\b"),
    ("DKK", Dmy, 3, r"\bCVR\b|\bAT BETALE\b|\+45\b"),
    ("TRY", Dmy, 3, r"\bKDV\b|\bTOPKDV\b|\bVKN\b"),
    ("BRL", Dmy, 3, r"\bCNPJ\b|R\$ ?\d"),
    (
        "MXN",
        Dmy,
        3,
        r"\bR\.?F\.?C\.?[: ]+[A-Z&]{3,4}\d{6}|\bS\.? ?A\.? DE C\.? ?V\b",
    ),
    ("ARS", Dmy, 3, r"\bCUIT\b"),
    (
        "ZAR",
        Ymd,
        3,
        r"\bSOUTH AFRICA\b|\+27\b|\bR\d+\.\d\d[^\n]*\n[^\n]*\bR\d+\.\d\d",
    ),
    (
        "AED",
        Dmy,
        3,
        r"\bDUBAI\b|\bABU DHABI\b|\bTRN\b[^\n]*\d{15}",
    ),
];

static SET: LazyLock<RegexSet> = LazyLock::new(|| {
    RegexSet::new(MARKS.iter().map(|mark| mark.3)).expect("each pattern is compiled by a test")
});
/// Spaces around the signs of an identity, which readers put in and leave out.
static SPACES: LazyLock<Regex> = LazyLock::new(|| pattern(r"[ \t]+"));

/// The country whose marks outweigh those of every other, if they weigh enough.
pub(crate) fn find(page: &Page) -> Option<Country> {
    let text = page.text().to_uppercase().replace(['Ü', 'Ö', 'Ä'], "U");
    let text = SPACES.replace_all(&text, " ");
    let mut weights: Vec<(Country, u32)> = Vec::new();
    for at in &SET.matches(&text) {
        let (currency, order, weight, _) = MARKS[at];
        match weights
            .iter_mut()
            .find(|(known, _)| known.currency == currency)
        {
            Some((_, sum)) => *sum += weight,
            None => weights.push((Country { currency, order }, weight)),
        }
    }
    weights.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
    let (country, weight) = *weights.first()?;
    let second = weights.get(1).map_or(0, |(_, weight)| *weight);
    (weight >= 3 && weight > second).then_some(country)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::testing::lines;
    use rstest::rstest;

    #[rstest]
    #[case("GIN KEE SDN BHD\nGST ID: 000750673920", Some("MYR"))]
    #[case("99 SPEED MART S/B (519537-X)", Some("MYR"))]
    #[case("Tel: (65) 62257788\nGST No: 199003338C", Some("SGD"))]
    #[case("Steuernummer: DE31350021038\nMwSt", Some("EUR"))]
    #[case("Migros\nCHE-105.829.940 MWST", Some("CHF"))]
    #[case("Store 12, Austin TX 78701\nSALES TAX 8.25%", Some("USD"))]
    #[case("TESCO\nVAT NO: GB 220 4302 31", Some("GBP"))]
    #[case("SIRET 552 100 554 00013", Some("EUR"))]
    #[case("Corner shop\nThank you", None)]
    fn marks(#[case] text: &str, #[case] expected: Option<&str>) {
        let page = Page::new(lines(text));
        assert_eq!(
            find(&page).map(|country| country.currency),
            expected,
            "{text}"
        );
    }
}
