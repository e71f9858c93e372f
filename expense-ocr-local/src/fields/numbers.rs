//! Finds amounts of money in text that a machine has read.

mod shapes;

use std::str::FromStr;

use rust_decimal::Decimal;

use self::shapes::{amounts_in, ends_in_times, marked};
use crate::lines::Line;

/// How many decimals the amounts of a receipt have: 0, 2 or 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decimals(pub(crate) u32);

/// An amount on a line.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Amount {
    /// Negative where it is printed so.
    pub(crate) value: Decimal,
    /// Which word of the line holds it.
    pub(crate) word: usize,
    /// Whether it is the price of one unit (`@ 2.50`, `2 x 1,15`, `1,15 EUR/kg`).
    pub(crate) unit_price: bool,
}

/// How many decimals the amounts on these lines have: what most of them show.
pub(crate) fn decimals_of(lines: &[Line]) -> Decimals {
    let mut counts = [0_usize; 3];
    let mut thousandths = false;
    for line in lines {
        for word in &line.words {
            counts[1] += amounts_in(&word.text, Decimals(2)).len();
            counts[2] += amounts_in(&word.text, Decimals(3)).len();
            counts[0] += marked(&word.text);
            thousandths |= ["KWD", "KD", "BHD", "BD", "OMR", "JOD", "JD", "TND", "DT"]
                .iter()
                .any(|code| {
                    word.text
                        .split(|c: char| !c.is_alphabetic())
                        .any(|part| part == *code)
                });
        }
    }
    match counts {
        [_, two, three] if thousandths && three > two => Decimals(3),
        [none, two, _] if two > 0 && two * 3 >= none => Decimals(2),
        [0, _, _] => Decimals(2),
        _ => Decimals(0),
    }
}

/// All amounts of a line, left to right.
pub(crate) fn amounts(line: &Line, decimals: Decimals) -> Vec<Amount> {
    let mut found = Vec::new();
    for (at, word) in line.words.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| line.words.get(at));
        let times = before.is_some_and(|word| ends_in_times(&word.text));
        let last = at + 1 == line.words.len();
        for (index, (value, unit_price)) in amounts_in(&word.text, decimals).into_iter().enumerate()
        {
            found.push(Amount {
                value,
                word: at,
                unit_price: unit_price || (times && index == 0),
            });
        }
        if decimals.0 == 0 && last && found.is_empty() {
            found.extend(bare(&word.text).map(|value| Amount {
                value,
                word: at,
                unit_price: times,
            }));
        }
    }
    found
}

/// A plain whole number that ends a line, where amounts have no decimals.
fn bare(text: &str) -> Option<Decimal> {
    let last = text.rsplit(' ').next()?;
    (last.len() >= 2 && last.len() <= 8 && last.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| Decimal::from_str(last).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::testing::line;
    use rstest::rstest;

    fn texts(text: &str, decimals: u32) -> Vec<String> {
        amounts(&line(text), Decimals(decimals))
            .iter()
            .map(|found| found.value.to_string())
            .collect()
    }

    #[rstest]
    #[case("TOTAL   54.60", &["54.60"])]
    #[case("SUMME   EUR   31,98", &["31.98"])]
    #[case("Net Total   RM367.10", &["367.10"])]
    #[case("TOTAL:12.50", &["12.50"])]
    #[case("Total RM12.50", &["12.50"])]
    #[case("TOTAL12.50", &["12.50"])]
    #[case("Rounding   RMO.00", &["0.00"])]
    #[case("CHANGE RM   .00", &["0.00"])]
    #[case("Rounding   -0.02", &["-0.02"])]
    #[case("Rounding   RM -0.02", &["-0.02"])]
    #[case("Leergut   0,75-", &["-0.75"])]
    #[case("ORANGENSAFT   1,4D CW", &["1.40"])]
    #[case("TOTAL   l2.5O", &["12.50"])]
    #[case("PFAND   0,50*C", &["0.50"])]
    #[case("2 x 11.50   23.00 S", &["11.50", "23.00"])]
    #[case("2 x 11.50   23.00S", &["11.50", "23.00"])]
    #[case("Laptop   1,234.56", &["1234.56"])]
    #[case("Laptop   1.234,56", &["1234.56"])]
    #[case("Laptop   1'234.50", &["1234.50"])]
    #[case("Laptop   1 234,50", &["1234.50"])]
    #[case("Summe   12 .50", &["12.50"])]
    #[case("Summe   12, 50 €", &["12.50"])]
    #[case("Bretzel   2,-", &["2.00"])]
    #[case("TOTAL   S54.60", &["54.60"])]
    #[case("Total   $54.60", &["54.60"])]
    #[case("12.02.2018 11:34", &[])]
    #[case("23/04/2020 09:59", &[])]
    #[case("GST 6.00%", &[])]
    #[case("Bananen 0,50 kg", &[])]
    #[case("Tel. 05251 / 180420", &[])]
    #[case("192.168.10.20", &[])]
    #[case("NO. 4, 12 JALAN", &[])]
    #[case("2249 CARLSBERG   RM14.30 s", &["14.30"])]
    fn amounts_with_decimals(#[case] text: &str, #[case] expected: &[&str]) {
        assert_eq!(texts(text, 2), expected, "{text}");
    }

    #[rstest]
    #[case("合計   ¥1,234", &["1234"])]
    #[case("TOTAL   Rp 45.000", &["45000"])]
    #[case("TOTAL   4500", &["4500"])]
    #[case("Jalan 45", &["45"])]
    #[case("Jl. Sudirman 45 Jakarta", &[])]
    #[case("2 x 1.500   3.000", &["1500", "3000"])]
    fn amounts_without_decimals(#[case] text: &str, #[case] expected: &[&str]) {
        assert_eq!(texts(text, 0), expected, "{text}");
    }

    #[rstest]
    #[case("2*9,95   EUR   19,90", &[true, false])]
    #[case("FISH   @63.00   126.00", &[true, false])]
    #[case("2 x   11.50   23.00", &[true, false])]
    #[case("0,162 kg × 1,15   EUR/kg", &[true])]
    #[case("Box   4.00", &[false])]
    fn unit_prices(#[case] text: &str, #[case] expected: &[bool]) {
        let found: Vec<bool> = amounts(&line(text), Decimals(2))
            .iter()
            .map(|found| found.unit_price)
            .collect();
        assert_eq!(found, expected);
    }

    #[rstest]
    #[case(&["Milk   1.20", "Bread   2.30"], 2)]
    #[case(&["ラーメン   ¥980", "合計   ¥1,234"], 0)]
    #[case(&["Kopi   Rp 15.000", "TOTAL   Rp 45.000"], 0)]
    #[case(&["Tea KD   1.250", "TOTAL KD   3.750"], 3)]
    #[case(&["no amount at all"], 2)]
    fn the_receipt_shows_its_decimals(#[case] texts: &[&str], #[case] expected: u32) {
        let lines: Vec<Line> = texts.iter().map(|text| line(text)).collect();
        assert_eq!(decimals_of(&lines), Decimals(expected));
    }
}
