//! The lines of a receipt with what each of them is about.

use rust_decimal::Decimal;

use crate::lines::Line;

use super::keywords::{Role, Words};
use super::numbers::{Amount, Decimals, amounts, decimals_of};

/// A line that has been looked at.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) line: Line,
    pub(crate) text: String,
    pub(crate) words: Words,
    pub(crate) role: Option<Role>,
    pub(crate) amounts: Vec<Amount>,
    /// It belongs to a table of taxes: its sums are parts of the total, or the total again.
    pub(crate) in_tax_table: bool,
}

impl Row {
    /// The amount that a line is about: the last one that is not the price of a unit.
    pub(crate) fn amount(&self) -> Option<Decimal> {
        let mut whole = self
            .amounts
            .iter()
            .rev()
            .filter(|amount| !amount.unit_price);
        whole
            .next()
            .or(self.amounts.last())
            .map(|amount| amount.value)
    }

    /// Whether nothing but an amount (and its currency or tax letter) stands here.
    pub(crate) fn is_bare_amount(&self) -> bool {
        self.amounts.len() == 1
            && self.role.is_none()
            && self
                .text
                .chars()
                .filter(|sign| sign.is_alphabetic())
                .count()
                <= 4
    }
}

/// A receipt as rows.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    pub(crate) rows: Vec<Row>,
}

impl Page {
    pub(crate) fn new(lines: Vec<Line>) -> Self {
        let decimals = decimals_of(&lines);
        let mut rows: Vec<Row> = lines.into_iter().map(|line| row(line, decimals)).collect();
        mark_tax_tables(&mut rows);
        let mut page = Self { rows };
        page.bring_amounts_to_their_words();
        page
    }

    /// Rows outside the tables of taxes that have this role and an amount, with their places.
    pub(crate) fn amounts_of(&self, role: Role) -> impl Iterator<Item = (usize, Decimal)> {
        self.rows.iter().enumerate().filter_map(move |(at, row)| {
            let fits = row.role == Some(role) && !row.in_tax_table;
            fits.then(|| row.amount().map(|amount| (at, amount)))
                .flatten()
        })
    }

    /// All of it, a row a line.
    pub(crate) fn text(&self) -> String {
        let texts: Vec<&str> = self.rows.iter().map(|row| row.text.as_str()).collect();
        texts.join("\n")
    }

    /// Gives a word of the bill without an amount the amount that stands alone on the next line,
    /// or else on the line before: large print is often set off.
    fn bring_amounts_to_their_words(&mut self) {
        for at in 0..self.rows.len() {
            let wants = self.rows[at].amounts.is_empty()
                && !self.rows[at].in_tax_table
                && matches!(
                    self.rows[at].role,
                    Some(
                        Role::Total | Role::Payable | Role::Rounded | Role::Amount | Role::Subtotal
                    )
                )
                && self.rows[at].words.iter().count() <= 6;
            if !wants {
                continue;
            }
            let below = self.rows.get(at + 1).is_some_and(Row::is_bare_amount);
            let above = at > 0 && self.rows[at - 1].is_bare_amount() && !below;
            let from = if below {
                at + 1
            } else if above {
                at - 1
            } else {
                continue;
            };
            let moved = std::mem::take(&mut self.rows[from].amounts);
            self.rows[at].amounts = moved;
        }
    }
}

fn row(line: Line, decimals: Decimals) -> Row {
    let text = line.text();
    let words = Words::of(&text);
    let amounts = amounts(&line, decimals);
    Row {
        role: words.role(),
        text,
        words,
        amounts,
        line,
        in_tax_table: false,
    }
}

/// A table of taxes begins with its head, or with a rate before several amounts, and ends with
/// the first row that is neither a rate with amounts nor a sum of several columns.
fn mark_tax_tables(rows: &mut [Row]) {
    let mut inside = false;
    for row in rows {
        let rate = row.text.contains('%');
        let several = row.amounts.len() >= 2 && row.amounts.iter().all(|amount| !amount.unit_price);
        if row.amounts.is_empty() && row.words.heads_tax_table() {
            inside = true;
            continue;
        }
        if !inside {
            row.in_tax_table = rate && row.amounts.len() >= 3;
            continue;
        }
        let short = row
            .words
            .iter()
            .filter(|word| word.chars().any(char::is_alphabetic))
            .count()
            <= 3;
        row.in_tax_table = (several || (rate && !row.amounts.is_empty())) && short;
        let goes_on = row.in_tax_table || (row.amounts.is_empty() && short);
        inside = goes_on;
    }
}
