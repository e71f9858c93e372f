//! Finds amounts of money in text that a machine has read.

use std::str::FromStr;
use std::sync::LazyLock;

use regex::Regex;
use rust_decimal::Decimal;

use crate::lines::Line;

use super::pattern;

/// Currency signs and codes that stand at a number. `S` is how `$` is often misread.
const MARK: &str = r"RM|R[Mm]|MYR|EUR|EUF|USD|SGD|GBP|CHF|AUD|CAD|NZD|HKD|TWD|JPY|CNY|KRW|INR|IDR|THB|PHP|VND|SEK|NOK|DKK|PLN|CZK|HUF|RON|BGN|TRY|ZAR|AED|SAR|KWD|BHD|OMR|JOD|TND|MAD|EGP|BRL|MXN|ARS|CLP|COP|PEN|ILS|UAH|RUB|Rp\.?|Rs\.?|Fr\.?|kr\.?|KD|BD|(?:US|S|A|C|NZ|HK|NT|R)?\$|[€£¥￥₹₩฿₫₱₺₽₴zS]";
/// A sign that may be a digit: what PP-OCR and other readers confuse with `0`, `1`, `5`, `8`, `2`.
const DIGIT: &str = "[0-9OoQDlI|SBZ]";

/// A number with a decimal part, wherever it stands.
static DECIMAL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?P<minus>[-−–]\s?)?(?P<mark>{MARK})?\s?(?P<minus2>[-−–])?\s?(?P<int>[0-9]{{1,3}}(?:[.,'’][0-9]{{3}})+|[0-9OolI|]{DIGIT}{{0,6}})?(?P<sep>[.,])(?P<frac>{DIGIT}{{2,3}}|[-–—]{{1,2}})(?P<minus3>[-−–])?"
    ))
});
/// A number that fills its column, which is why it may hold spaces: `1 234,50`, `12 .50`.
static SPACED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^(?P<minus>[-−–]\s?)?(?P<mark>{MARK})?\s?(?P<minus2>[-−–])?(?P<int>[0-9]{{1,3}}(?: [0-9]{{3}})+|[0-9]{{1,6}})\s?(?P<sep>[.,])\s?(?P<frac>[0-9]{{2}})(?P<minus3>-)?\s?(?:€|[A-Z*]{{0,3}})$"
    ))
});
/// A number without decimals.
static WHOLE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?P<minus>[-−–]\s?)?(?P<mark>{MARK})?\s?(?P<minus2>[-−–])?(?P<int>[0-9]{{1,3}}(?:[.,'’][0-9]{{3}})+|[0-9]{{1,9}})(?P<minus3>-)?(?P<after>\s?(?:円|원|元|đ|₫|Ft|kr))?"
    ))
});
/// What follows a number that is a measure, a share or a time rather than money.
static MEASURE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\s?(?:%|kg|KG|g\b|mg\b|ml|ML|cl\b|cm|mm|km|oz|lb|lt?r?\b|LT?R?\b|[Uu]hr|h\b|pts|Pts|kcal|kWh)",
    )
});
/// What follows a price for one unit.
static PER_UNIT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^\s?(?:EUR|€|RM|\$)?\s?/\s?[A-Za-z]"));

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
            counts[0] += WHOLE
                .captures_iter(&word.text)
                .filter(|found| found.name("mark").is_some() || found.name("after").is_some())
                .count();
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

fn ends_in_times(text: &str) -> bool {
    let text = text.trim_end();
    let before = text.trim_end_matches(['x', 'X', '×', '*', '@']);
    before.len() < text.len() && !before.ends_with(char::is_alphabetic)
}

/// The amounts within one word, each with whether it is the price of a unit.
fn amounts_in(text: &str, decimals: Decimals) -> Vec<(Decimal, bool)> {
    if decimals.0 == 2
        && let Some(found) = SPACED.captures(text)
        && let Some(value) = value(&found, 2)
    {
        return vec![(value, false)];
    }
    let shape: &Regex = if decimals.0 == 0 { &WHOLE } else { &DECIMAL };
    shape
        .captures_iter(text)
        .filter_map(|found| {
            let whole = found.get(0)?;
            let (before, after) = (&text[..whole.start()], &text[whole.end()..]);
            if decimals.0 == 0 && !stands_out(&found) {
                return None;
            }
            if !may_precede(before, &found) || !may_follow(after) {
                return None;
            }
            Some((
                value(&found, decimals.0)?,
                ends_in_times(before) || PER_UNIT.is_match(after),
            ))
        })
        .collect()
}

/// Whether a whole number looks like money rather than like a house number.
fn stands_out(found: &regex::Captures<'_>) -> bool {
    found.name("mark").is_some()
        || found.name("after").is_some()
        || found
            .name("int")
            .is_some_and(|int| int.as_str().contains(['.', ',']))
}

/// A number can't begin in the middle of another, of a date or of a short word.
fn may_precede(before: &str, found: &regex::Captures<'_>) -> bool {
    let Some(last) = before.chars().next_back() else {
        return true;
    };
    if last.is_ascii_digit()
        || (matches!(last, '.' | ',' | ':' | '/' | '-' | '#') && !before.ends_with(": "))
    {
        // `RM:12.50` and `TOTAL:12.50` are fine, `12:30.50` and `1.2.50` are not.
        return last == ':'
            && !before
                .trim_end_matches(':')
                .ends_with(|c: char| c.is_ascii_digit())
            || (last == '.' || last == '-')
                && before
                    .trim_end_matches(['.', '-'])
                    .ends_with([' ', 'M', 'l', 'L']);
    }
    if last.is_alphabetic() && found.name("mark").is_none() {
        let letters = before
            .chars()
            .rev()
            .take_while(|c| c.is_alphabetic())
            .count();
        let digit = found
            .name("int")
            .is_some_and(|int| int.as_str().starts_with(|c: char| c.is_ascii_digit()));
        return digit && (letters >= 3 || matches!(last, 'x' | 'X'));
    }
    true
}

/// A number can't go on as a date, a longer number, a share or a measure.
fn may_follow(after: &str) -> bool {
    let mut next = after.chars();
    match next.next() {
        Some(c) if c.is_ascii_digit() => false,
        Some('.' | ',' | ':' | '/' | '-') if next.next().is_some_and(|c| c.is_ascii_digit()) => {
            false
        }
        _ => !MEASURE.is_match(after),
    }
}

fn value(found: &regex::Captures<'_>, decimals: u32) -> Option<Decimal> {
    let int: String = digits(found.name("int").map_or("0", |int| int.as_str()));
    let frac = found.name("frac").map_or("", |frac| frac.as_str());
    let dashes = frac.starts_with(['-', '–', '—']);
    let frac = if dashes {
        "00".to_owned()
    } else {
        digits(frac)
    };
    let certain = found
        .get(0)?
        .as_str()
        .bytes()
        .filter(u8::is_ascii_digit)
        .count();
    if int.len() > 9
        || frac.len() != decimals as usize
        || certain
            < if dashes {
                1
            } else {
                2.min(int.len() + frac.len())
            }
    {
        return None;
    }
    let value = Decimal::from_str(format!("{int}.{frac}").trim_end_matches('.')).ok()?;
    let minus = ["minus", "minus2", "minus3"]
        .iter()
        .any(|name| found.name(name).is_some());
    Some(if minus { -value } else { value })
}

/// The digits that were meant.
fn digits(text: &str) -> String {
    text.chars()
        .filter_map(|sign| match sign {
            'O' | 'o' | 'Q' | 'D' => Some('0'),
            'l' | 'I' | '|' => Some('1'),
            'S' => Some('5'),
            'B' => Some('8'),
            'Z' => Some('2'),
            _ => sign.is_ascii_digit().then_some(sign),
        })
        .collect()
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
