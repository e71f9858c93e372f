//! How amounts are written, and what is none although it looks like one.

use std::str::FromStr;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use rust_decimal::Decimal;

use super::Decimals;
use crate::fields::pattern;

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

/// How many whole numbers of a text stand at a currency.
pub(super) fn marked(text: &str) -> usize {
    let numbers = WHOLE.captures_iter(text);
    numbers.filter(has_currency).count()
}

fn has_currency(found: &Captures<'_>) -> bool {
    found.name("mark").is_some() || found.name("after").is_some()
}

/// Whether what comes next is multiplied by what the text ends in.
pub(super) fn ends_in_times(text: &str) -> bool {
    let text = text.trim_end();
    let before = text.trim_end_matches(['x', 'X', '×', '*', '@']);
    before.len() < text.len() && !before.ends_with(char::is_alphabetic)
}

/// The amounts within one word, each with whether it is the price of a unit.
pub(super) fn amounts_in(text: &str, decimals: Decimals) -> Vec<(Decimal, bool)> {
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
fn stands_out(found: &Captures<'_>) -> bool {
    has_currency(found)
        || found
            .name("int")
            .is_some_and(|int| int.as_str().contains(['.', ',']))
}

/// A number can't begin in the middle of another, of a date or of a short word.
fn may_precede(before: &str, found: &Captures<'_>) -> bool {
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

fn value(found: &Captures<'_>, decimals: u32) -> Option<Decimal> {
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
