//! Reading a number: the locale's way where that is valid, else by the number's own form.

use rust_decimal::Decimal;

use super::digits::{digit, is_bidi_control, sign};
use super::symbols::Symbols;
use crate::domain::locale::Locale;

/// What a text is as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parsed {
    /// One number and no other.
    Exact(Decimal),
    /// Three digits follow the only sign, and both readings are plausible: `1.234` in English.
    Ambiguous {
        /// Where the sign separates the decimals.
        decimal: Decimal,
        /// Where the sign separates groups of digits.
        grouped: Decimal,
    },
    /// Something else: a word, a version, an address, a number with leading zeros.
    NotANumber,
    /// A number that is not accepted.
    Refused(Refusal),
}

/// Why a number is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It has more decimals than asked for, and they are not zeros.
    Decimals,
    /// It has more than twelve digits before the decimals.
    TooLarge,
    /// Its signs would group digits, but the groups have the wrong sizes.
    Grouping,
}

/// The most digits before the decimals: amounts end at 999,999,999,999.
const INTEGER_DIGITS: usize = 12;
/// The most decimals that are looked at, zeros included.
const FRACTION_DIGITS: usize = 12;
/// No number has more characters than this, groups and all.
const CHARACTERS: usize = 64;

/// Reads all of `text` as one number with at most `exponent` decimals, further zeros aside.
///
/// Grouping is verified, in threes or the Indian way. Digits may be of any one script; spaces,
/// no-break spaces and apostrophes group in every locale. Where a sign can separate decimals or
/// groups, the locale's grouping sign groups and its decimal sign with as many decimals as
/// `exponent` allows separates decimals; what is left open is [`Parsed::Ambiguous`].
#[must_use]
pub fn parse(text: &str, locale: &Locale, exponent: u32) -> Parsed {
    let Some(number) = Number::scan(text) else {
        return Parsed::NotANumber;
    };
    let parsed = number.read(locale.symbols(), exponent);
    if !number.negative {
        return parsed;
    }
    match parsed {
        Parsed::Exact(value) => Parsed::Exact(-value),
        Parsed::Ambiguous { decimal, grouped } => Parsed::Ambiguous {
            decimal: -decimal,
            grouped: -grouped,
        },
        other => other,
    }
}

/// Groups of ASCII digits and the signs between them.
struct Number {
    negative: bool,
    groups: Vec<String>,
    signs: Vec<char>,
}

impl Number {
    fn scan(text: &str) -> Option<Self> {
        let mut chars = text
            .trim()
            .chars()
            .filter(|c| !is_bidi_control(*c))
            .peekable();
        let negative = chars.peek().and_then(|c| sign(*c));
        if negative.is_some() {
            chars.next();
        }
        let mut number = Self {
            negative: negative == Some(true),
            groups: vec![String::new()],
            signs: Vec::new(),
        };
        let mut script = None;
        for (at, c) in chars.enumerate() {
            if at == CHARACTERS {
                return None;
            }
            if let Some(value) = digit(c) {
                let zero = u32::from(c) - u32::from(value);
                if *script.get_or_insert(zero) != zero {
                    return None;
                }
                number.groups.last_mut()?.push(char::from(b'0' + value));
            } else {
                number.signs.push(separator(c)?);
                number.groups.push(String::new());
            }
        }
        let (last, others) = number.groups.split_last()?;
        let bare_fraction = others.len() == 1 && matches!(number.signs.first(), Some('.' | ','));
        let hollow = others.iter().any(String::is_empty) && !bare_fraction;
        (!last.is_empty() && !hollow).then_some(number)
    }

    fn read(&self, symbols: &Symbols, exponent: u32) -> Parsed {
        let (last, others) = match self.signs.split_last() {
            None => return self.integer(exponent),
            Some(split) => split,
        };
        if others.is_empty() {
            return self.one_sign(*last, symbols, exponent);
        }
        let same = |signs: &[char]| signs.iter().all(|sign| *sign == signs[0]);
        if others.iter().all(|sign| sign == last) {
            return self.grouped_throughout(*last, symbols, exponent);
        }
        let decimals = separates_decimals(*last) && same(others) && separates_groups(others[0]);
        if !decimals {
            return Parsed::NotANumber;
        }
        let whole = &self.groups[..self.groups.len() - 1];
        if !well_grouped(whole) {
            return Parsed::Refused(Refusal::Grouping);
        }
        exact(&whole.concat(), &self.groups[whole.len()], exponent)
    }

    fn integer(&self, exponent: u32) -> Parsed {
        let digits = &self.groups[0];
        if digits.len() > 1 && digits.starts_with('0') {
            return Parsed::NotANumber;
        }
        exact(digits, "", exponent)
    }

    /// `1,234,567`: only groups can be meant, as decimals are separated once.
    fn grouped_throughout(&self, sign: char, symbols: &Symbols, exponent: u32) -> Parsed {
        if well_grouped(&self.groups) && separates_groups(sign) {
            return exact(&self.groups.concat(), "", exponent);
        }
        // Versions, addresses and days have dots; wrong groups of other signs are slips.
        let slip = matches!(sign, ',' | '\'') || is_group(sign, symbols);
        if slip && self.groups[1..].iter().any(|group| group.len() == 3) {
            return Parsed::Refused(Refusal::Grouping);
        }
        Parsed::NotANumber
    }

    fn one_sign(&self, sign: char, symbols: &Symbols, exponent: u32) -> Parsed {
        let (whole, rest) = (&self.groups[0], &self.groups[1]);
        let can_group = separates_groups(sign) && well_grouped(&self.groups);
        let can_separate = separates_decimals(sign);
        match (can_group, can_separate) {
            (true, false) => exact(&self.groups.concat(), "", exponent),
            (false, true) if is_group(sign, symbols) && rest.len() > 3 => {
                Parsed::Refused(Refusal::Grouping)
            }
            (false, true) => exact(whole, rest, exponent),
            (true, true) => self.either(sign, symbols, exponent),
            (false, false) => Parsed::NotANumber,
        }
    }

    /// Three digits follow a sign that can separate both.
    fn either(&self, sign: char, symbols: &Symbols, exponent: u32) -> Parsed {
        let (whole, rest) = (&self.groups[0], &self.groups[1]);
        let grouped = exact(&self.groups.concat(), "", exponent);
        let fits = exponent >= 3;
        if is_group(sign, symbols) && !is_decimal(sign, symbols) {
            return grouped;
        }
        if is_decimal(sign, symbols) && fits {
            return exact(whole, rest, exponent);
        }
        match (exact(whole, rest, 3), grouped) {
            (Parsed::Exact(decimal), Parsed::Exact(grouped)) => {
                Parsed::Ambiguous { decimal, grouped }
            }
            _ => grouped,
        }
    }
}

fn is_group(sign: char, symbols: &Symbols) -> bool {
    separator(symbols.group) == Some(sign) || separator(symbols.money_group) == Some(sign)
}

fn is_decimal(sign: char, symbols: &Symbols) -> bool {
    separator(symbols.decimal) == Some(sign) || separator(symbols.money_decimal) == Some(sign)
}

/// One character for all that mean the same: `.` `,` `'` space, Arabic `٫` and `٬`.
fn separator(c: char) -> Option<char> {
    match c {
        '.' | '\u{FF0E}' => Some('.'),
        ',' | '\u{FF0C}' => Some(','),
        '\'' | '\u{2019}' | '\u{02BC}' | '\u{FF07}' => Some('\''),
        ' ' | '\u{A0}' | '\u{2007}' | '\u{2009}' | '\u{200A}' | '\u{202F}' => Some(' '),
        '\u{066B}' | '\u{066C}' => Some(c),
        _ => None,
    }
}

fn separates_decimals(sign: char) -> bool {
    matches!(sign, '.' | ',' | '\u{066B}')
}

fn separates_groups(sign: char) -> bool {
    sign != '\u{066B}'
}

/// Whether groups have the sizes of the West (3, 3, …) or of India (…, 2, 3).
fn well_grouped(groups: &[String]) -> bool {
    let [first, middle @ .., last] = groups else {
        return true;
    };
    let sized = |size: usize| {
        (1..=size).contains(&first.len()) && middle.iter().all(|group| group.len() == size)
    };
    !first.starts_with('0') && last.len() == 3 && (sized(3) || sized(2))
}

fn exact(whole: &str, fraction: &str, exponent: u32) -> Parsed {
    let whole = whole.trim_start_matches('0');
    if whole.len() > INTEGER_DIGITS {
        return Parsed::Refused(Refusal::TooLarge);
    }
    let meant = fraction.trim_end_matches('0');
    if meant.len() > exponent as usize || fraction.len() > FRACTION_DIGITS {
        return Parsed::Refused(Refusal::Decimals);
    }
    let digits = format!("{whole}{fraction}");
    let scale = u32::try_from(fraction.len()).unwrap_or(u32::MAX);
    let mantissa = if digits.is_empty() {
        Ok(0)
    } else {
        digits.parse::<i128>()
    };
    let value = mantissa
        .ok()
        .and_then(|m| Decimal::try_from_i128_with_scale(m, scale).ok());
    value.map_or(Parsed::NotANumber, Parsed::Exact)
}
