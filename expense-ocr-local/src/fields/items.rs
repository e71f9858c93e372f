//! The lines of goods.

use std::sync::LazyLock;

use expense_core::domain::receipt::LineItem;
use regex::Regex;
use rust_decimal::Decimal;

use super::keywords::Role;
use super::page::{Page, Row};
use super::pattern;

/// No receipt that a person sends has more.
const MOST: usize = 200;
/// No more of one thing is bought.
const MOST_OF_ONE: i64 = 9_999;

/// How many, before the sign: `2 x`, `2×`, `3 @`, `0,162 kg ×`.
static TIMES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:^|\s)(\d{1,4}(?:[.,]\d{1,3})?)\s?(?:PKTS?|PCS|kg|Stk\.?|St\.?)?\s?[xX×*@](?:\s|\d|$)",
    )
});
/// How many, behind the sign: `x 2`, `*4`.
static TIMES_AFTER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:^|\s)[xX×*]\s?(\d{1,4})(?:\s|$)"));
static LEADING: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?P<count>\d{1,3})\.?\s+\p{L}"));
/// A letter or two that tell the rate of tax, behind the amount.
static TAX_LETTER: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[A-Z]{1,3}[.*]?$|^[*]$"));

/// The goods between the head of the receipt and its first sum.
pub(crate) fn find(page: &Page) -> Vec<LineItem> {
    let goods = goods(page);
    let mut items: Vec<LineItem> = Vec::new();
    // A description and a quantity that wait for the line with their amount.
    let mut name: Option<String> = None;
    let mut times: Option<(Decimal, Decimal)> = None;
    for row in goods.iter().filter(|row| !is_step(row)) {
        let description = description(row);
        let whole: Vec<Decimal> = whole_amounts(row);
        match (whole.last(), description) {
            (Some(&amount), description) => {
                let own = quantity(row, amount);
                let waiting = times
                    .take()
                    .filter(|(count, price)| *count * *price == amount);
                let quantity = own
                    .or(waiting.map(|(count, _)| count))
                    .unwrap_or(Decimal::ONE);
                let Some(description) = description.or_else(|| name.take()) else {
                    continue;
                };
                name = None;
                items.push(LineItem {
                    description,
                    quantity,
                    amount,
                });
            }
            (None, None) => {
                let found = times_of(row);
                match (found, items.last_mut()) {
                    // `0,162 kg × 1,15` below its line confirms it, above it waits.
                    (Some((count, price)), Some(last))
                        if (count * price).round_dp(2) == last.amount =>
                    {
                        last.quantity = count;
                    }
                    (found, _) => times = found,
                }
            }
            (None, Some(description)) => name = Some(description),
        }
        if items.len() == MOST {
            break;
        }
    }
    items
}

/// The rows that may hold goods: from the last line of the head to the first sum.
fn goods(page: &Page) -> &[Row] {
    let end = page.rows.iter().position(is_sum).unwrap_or(page.rows.len());
    let above = page.rows.get(..end).unwrap_or_default();
    let first = above
        .iter()
        .position(|row| row.role.is_none() && !row.amounts.is_empty());
    let Some(first) = first else { return &[] };
    // The description of the first amount may stand on the line above it.
    let start = if description(&above[first]).is_none() {
        first.saturating_sub(1)
    } else {
        first
    };
    &above[start..]
}

fn is_sum(row: &Row) -> bool {
    let sum = matches!(
        row.role,
        Some(
            Role::Total
                | Role::Payable
                | Role::Rounded
                | Role::Subtotal
                | Role::Count
                | Role::Cash
                | Role::Card
                | Role::Change
        )
    );
    (sum && !row.amounts.is_empty()) || row.in_tax_table || row.role == Some(Role::Count)
}

/// A step from the goods to the total.
fn is_step(row: &Row) -> bool {
    let role = row.role;
    matches!(
        role,
        Some(Role::Tax | Role::Tip | Role::Rounding | Role::Discount | Role::Points)
    ) && !row.amounts.is_empty()
}

/// The amounts that belong to a whole line rather than to one unit.
fn whole_amounts(row: &Row) -> Vec<Decimal> {
    let amounts = row.amounts.iter().filter(|amount| !amount.unit_price);
    amounts.map(|amount| amount.value).collect()
}

/// The words of a row without its amounts, counts and tax letters, if they name something.
fn description(row: &Row) -> Option<String> {
    let first_amount = row.amounts.first().map_or(usize::MAX, |amount| amount.word);
    let mut parts: Vec<&str> = Vec::new();
    for (at, word) in row.line.words.iter().enumerate() {
        if at >= first_amount && at > 0 {
            break;
        }
        let text = if at == first_amount {
            before_amount(&word.text)
        } else {
            word.text.trim()
        };
        if !TAX_LETTER.is_match(text) || parts.is_empty() {
            parts.push(text);
        }
    }
    let joined = parts.join(" ");
    let text = joined
        .trim_start_matches(|sign: char| sign.is_ascii_digit() || matches!(sign, '.' | ' ' | '*'));
    let text = if text.is_empty() {
        joined.as_str()
    } else {
        text
    };
    let text = text.trim_end_matches([' ', '@', '*', ':']).trim();
    let letters = text.chars().filter(|sign| sign.is_alphabetic()).count();
    let code = letters * 3 <= text.chars().filter(|sign| sign.is_ascii_digit()).count();
    (letters >= 3 && !code).then(|| text.to_owned())
}

/// The part of a word that stands before a number with decimals.
fn before_amount(text: &str) -> &str {
    static AMOUNT: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"[-@×xX*]?\s?(?:RM|EUR|€|\$)?\s?\d+[.,]\d{2}"));
    AMOUNT
        .find(text)
        .map_or(text, |found| text[..found.start()].trim())
}

/// How many, where the line says so and its arithmetic does not contradict.
fn quantity(row: &Row, amount: Decimal) -> Option<Decimal> {
    let price = row.amounts.iter().rev().nth(1).map(|amount| amount.value);
    let fits = |count: &Decimal| price.is_none_or(|price| (price * *count).round_dp(2) == amount);
    times_in(&row.text).find(fits).or_else(|| {
        let leading = LEADING.captures(&row.text)?;
        let count = leading["count"].parse::<Decimal>().ok()?;
        // A number before a name is a count when its division comes out, else a part of the name.
        (count > Decimal::ZERO && (amount / count).normalize().scale() <= 2)
            .then_some(count)
            .filter(fits)
    })
}

/// Count and price of a row such as `2 × 1,15`.
fn times_of(row: &Row) -> Option<(Decimal, Decimal)> {
    let price = row.amounts.last()?.value;
    Some((
        times_in(&row.text).next().or_else(|| leading_count(row))?,
        price,
    ))
}

fn leading_count(row: &Row) -> Option<Decimal> {
    let first = row
        .line
        .words
        .first()?
        .text
        .trim_end_matches(['x', 'X', '×', '*', ' ']);
    first
        .parse::<Decimal>()
        .ok()
        .filter(|count| *count > Decimal::ZERO && *count <= Decimal::from(MOST_OF_ONE))
}

fn times_in(text: &str) -> impl Iterator<Item = Decimal> {
    [TIMES.captures(text), TIMES_AFTER.captures(text)]
        .into_iter()
        .flatten()
        .filter_map(|found| found[1].replace(',', ".").parse().ok())
        .filter(|count| *count > Decimal::ZERO && *count <= Decimal::from(MOST_OF_ONE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::testing::lines;
    use rstest::rstest;

    fn shown(text: &str) -> Vec<String> {
        find(&Page::new(lines(text)))
            .iter()
            .map(|item| {
                format!(
                    "{} x {} = {}",
                    item.quantity.normalize(),
                    item.description,
                    item.amount
                )
            })
            .collect()
    }

    #[rstest]
    #[case::count_first("2   Chicken Claw   6.00\n1   Warm Water   0.30\nTOTAL   6.30", &["2 x Chicken Claw = 6.00", "1 x Warm Water = 0.30"])]
    #[case::tax_letters("G+G APFELPAUSE   0,99 B\nLEERGUT EW MINUS   -0,75*C\nSUMME   0,24", &["1 x G+G APFELPAUSE = 0.99", "1 x LEERGUT EW MINUS = -0.75"])]
    #[case::price_line_below("MIGHTY DISHWASH 11L\n2 x 11.50   23.00 S\nTotal   23.00", &["2 x MIGHTY DISHWASH 11L = 23.00"])]
    #[case::price_line_above("2 x   0,69\nKAROTTENBROTCHEN   1,38 B\nSUMME   1,38", &["2 x KAROTTENBROTCHEN = 1.38"])]
    #[case::code_and_count("LORY FILLET   @63.00\nFM411000055   *4   252.00 ZR\nTotal   252.00", &["4 x LORY FILLET = 252.00"])]
    #[case::columns("Emmentaler   0,89 x   2   1,78 A\nzu zahlen   1,78", &["2 x Emmentaler = 1.78"])]
    #[case::no_goods("TOTAL   5.00", &[])]
    fn items(#[case] text: &str, #[case] expected: &[&str]) {
        assert_eq!(shown(text), expected);
    }
}
