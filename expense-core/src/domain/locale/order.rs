//! What ICU4X's number data does not tell about a locale: the order of its dates and the place
//! of a currency's sign. The facts are those of CLDR 48.

/// The order of a locale's short dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// 31.12.2026
    DayMonthYear,
    /// 12/31/2026
    MonthDayYear,
    /// 2026-12-31
    YearMonthDay,
}

/// Where a currency's sign stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SymbolPlace {
    /// `€12.50`
    Before,
    /// `€ 12,50`
    BeforeSpaced,
    /// `12.50€`
    After,
    /// `12,50 €`
    AfterSpaced,
}

pub(super) fn date_order(language: &str, script: Option<&str>, region: Option<&str>) -> DateOrder {
    use DateOrder::{DayMonthYear, MonthDayYear, YearMonthDay};
    const AMERICAN: [&str; 10] = ["AS", "GU", "MH", "MP", "PH", "PR", "PW", "UM", "US", "VI"];
    match (language, region) {
        ("en", None) | ("fil" | "tl", _) | ("es", Some("PA" | "PR")) => MonthDayYear,
        ("en", Some(region)) if AMERICAN.contains(&region) => MonthDayYear,
        ("en" | "fr", Some("CA")) | ("en", Some("ZA")) => YearMonthDay,
        ("zh", Some("HK" | "MO" | "SG")) | ("sv", Some("FI")) => DayMonthYear,
        ("zh", _) if script == Some("Latn") => DayMonthYear,
        ("zh" | "ja" | "ko" | "hu" | "lt" | "sv" | "af" | "si" | "ne" | "mn" | "fa" | "eu", _) => {
            YearMonthDay
        }
        _ => DayMonthYear,
    }
}

pub(super) fn symbol_place(language: &str, region: Option<&str>) -> SymbolPlace {
    use SymbolPlace::{After, AfterSpaced, Before, BeforeSpaced};
    match (language, region) {
        ("de" | "en" | "it", Some("CH" | "LI" | "AT")) | ("en", Some("NL")) => BeforeSpaced,
        ("es", Some("AR" | "UY" | "PY" | "CO")) => BeforeSpaced,
        ("es", None | Some("ES")) | ("pt", Some("PT" | "AO" | "MZ" | "CV")) => AfterSpaced,
        ("nl" | "pt" | "mn" | "sw" | "ne", _) => BeforeSpaced,
        ("bn" | "km", _) => After,
        (
            "en" | "es" | "zh" | "yue" | "ja" | "ko" | "hi" | "ta" | "te" | "ml" | "mr" | "gu"
            | "pa" | "kn" | "th" | "id" | "ms" | "fil" | "tl" | "ur" | "fa" | "tr" | "am" | "si"
            | "ga" | "gd" | "cy" | "af" | "lo" | "zu" | "xh" | "ha" | "yo" | "ig" | "so",
            _,
        ) => Before,
        _ => AfterSpaced,
    }
}
