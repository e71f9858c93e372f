//! What was to be paid.
//!
//! Every amount that may be the total collects points from what speaks for it: its word, the
//! cash minus the change, the card slip, the parts that add up to it. The winner's points and its
//! lead tell how sure it is.

use rust_decimal::Decimal;

use super::keywords::Role;
use super::page::{Page, Row};
use super::tax_table;

/// More lines of one kind are not combined.
const MOST: usize = 6;

/// The total and how sure it is, in percent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Total {
    pub(crate) value: Decimal,
    pub(crate) confidence: u8,
}

/// What the word beside an amount is worth. Two different good witnesses outweigh any one word.
fn points(role: Role) -> i32 {
    match role {
        Role::Rounded => 70,
        Role::Payable => 60,
        Role::Total => 50,
        Role::Card => 35,
        Role::Amount => 18,
        Role::Subtotal => 14,
        Role::Cash => 14,
        Role::Count => 6,
        Role::Rounding | Role::Discount | Role::Tax | Role::Tip | Role::Change | Role::Points => 0,
    }
}

#[derive(Debug)]
struct Candidate {
    value: Decimal,
    points: i32,
    /// How many different kinds of evidence speak for it.
    witnesses: u32,
}

#[derive(Debug, Default)]
struct Tally(Vec<Candidate>);

impl Tally {
    fn add(&mut self, value: Decimal, points: i32) {
        if value <= Decimal::ZERO || points <= 0 {
            return;
        }
        match self.0.iter_mut().find(|candidate| candidate.value == value) {
            Some(candidate) => {
                candidate.points += points;
                candidate.witnesses += 1;
            }
            None => self.0.push(Candidate {
                value,
                points,
                witnesses: 1,
            }),
        }
    }

    /// Adds only to what is a candidate already.
    fn confirm(&mut self, value: Decimal, points: i32) {
        if self.0.iter().any(|candidate| candidate.value == value) {
            self.add(value, points);
        }
    }

    fn has(&self, value: Decimal) -> bool {
        self.0.iter().any(|candidate| candidate.value == value)
    }
}

/// The total, if anything speaks for an amount.
pub(crate) fn find(page: &Page) -> Option<Total> {
    let mut tally = Tally::default();
    count_words(page, &mut tally);
    count_payment(page, &mut tally);
    count_parts(page, &mut tally);
    if tally.0.is_empty() {
        return largest(page);
    }
    count_repeats(page, &mut tally);
    tally
        .0
        .sort_by_key(|candidate| std::cmp::Reverse((candidate.points, candidate.value)));
    let winner = tally.0.first()?;
    let lead = winner.points - tally.0.get(1).map_or(0, |second| second.points);
    Some(Total {
        value: winner.value,
        confidence: confidence(winner, lead),
    })
}

/// The best word for each amount counts in full, each further line a little.
fn count_words(page: &Page, tally: &mut Tally) {
    const ROLES: [Role; 8] = [
        Role::Rounded,
        Role::Payable,
        Role::Total,
        Role::Card,
        Role::Amount,
        Role::Subtotal,
        Role::Cash,
        Role::Count,
    ];
    for role in ROLES {
        let mut last = None;
        for (at, value) in page.amounts_of(role) {
            let known = tally.has(value);
            tally.add(value, if known { 6 } else { points(role) });
            tally.confirm(value, size_bonus(page, &page.rows[at], role));
            last = Some(value);
        }
        // Of several totals the last is the one after discounts and rounding.
        if let Some(value) = last
            && matches!(role, Role::Payable | Role::Total | Role::Rounded)
        {
            tally.confirm(value, 4);
        }
    }
}

/// The total is often the largest print on the receipt.
fn size_bonus(page: &Page, row: &Row, role: Role) -> i32 {
    let mut heights: Vec<f32> = page.rows.iter().map(|row| row.line.height()).collect();
    heights.sort_by(f32::total_cmp);
    let usual = heights.get(heights.len() / 2).copied().unwrap_or(0.0);
    let large = row.line.height() > 1.35 * usual;
    if large
        && matches!(
            role,
            Role::Total | Role::Payable | Role::Rounded | Role::Amount
        )
    {
        8
    } else {
        0
    }
}

/// What was handed over minus what came back.
fn count_payment(page: &Page, tally: &mut Tally) {
    let changes: Vec<(usize, Decimal)> = page
        .amounts_of(Role::Change)
        .map(|(at, value)| (at, value.abs()))
        .collect();
    for role in [Role::Cash, Role::Card] {
        for (paid_at, paid) in page.amounts_of(role) {
            for (change_at, change) in &changes {
                if *change < paid && change_at.abs_diff(paid_at) <= 6 {
                    let value = paid - *change;
                    tally.add(value, if tally.has(value) { 36 } else { 26 });
                }
            }
        }
    }
}

/// Subtotal, tax, tip, discount and rounding; the table of taxes; the goods.
fn count_parts(page: &Page, tally: &mut Tally) {
    let sum = |role| {
        page.amounts_of(role)
            .map(|(_, value)| value)
            .take(MOST)
            .collect::<Vec<_>>()
    };
    let optional = |role| {
        let mut values = sum(role);
        values.push(Decimal::ZERO);
        values
    };
    let roundings = sum(Role::Rounding);
    for (role, worth) in [(Role::Payable, 30), (Role::Total, 30), (Role::Subtotal, 16)] {
        for base in sum(role) {
            for &rounding in &roundings {
                count_rounded(base, rounding, worth, tally);
            }
        }
    }
    for base in sum(Role::Subtotal) {
        for tax in optional(Role::Tax) {
            for tip in optional(Role::Tip) {
                for discount in optional(Role::Discount) {
                    if tax + tip + discount != Decimal::ZERO {
                        tally.confirm(base + tax + tip - discount.abs(), 14);
                    }
                }
            }
        }
    }
    for gross in tax_table::gross(page) {
        tally.confirm(gross, 16);
    }
    tally.confirm(goods(page), 14);
}

/// A total before rounding makes the rounded one likelier, with the sign that ends on the coin.
fn count_rounded(base: Decimal, rounding: Decimal, worth: i32, tally: &mut Tally) {
    let coin = Decimal::new(5, 2);
    let small = Decimal::new(5, 1);
    if rounding == Decimal::ZERO || rounding.abs() > small || (base % coin).is_zero() {
        return;
    }
    let signed = [base + rounding, base - rounding];
    if let Some(value) = signed.into_iter().find(|value| (*value % coin).is_zero()) {
        let before = tally.0.iter().find(|candidate| candidate.value == base);
        let points = before.map_or(worth, |candidate| candidate.points + 6);
        tally.add(value, points.max(worth));
    }
}

/// What the lines of goods above the first sum come to.
fn goods(page: &Page) -> Decimal {
    page.rows
        .iter()
        .take_while(|row| {
            !matches!(
                row.role,
                Some(Role::Total | Role::Payable | Role::Rounded | Role::Subtotal)
            ) || row.amounts.is_empty()
        })
        .filter(|row| row.role.is_none() && !row.in_tax_table)
        .filter_map(|row| row.amounts.iter().rfind(|amount| !amount.unit_price))
        .map(|amount| amount.value)
        .sum()
}

/// The same amount on lines without a word, and the largest amount of all.
fn count_repeats(page: &Page, tally: &mut Tally) {
    let unmarked = page
        .rows
        .iter()
        .filter(|row| row.role.is_none() && !row.in_tax_table);
    let mut repeats: Vec<Decimal> = unmarked
        .flat_map(|row| &row.amounts)
        .map(|amount| amount.value)
        .collect();
    repeats.sort();
    repeats.dedup();
    for value in repeats {
        tally.confirm(value, 3);
    }
}

/// Without any word, the largest amount of a receipt is most often its total.
fn largest(page: &Page) -> Option<Total> {
    let amounts = page
        .rows
        .iter()
        .filter(|row| row.role != Some(Role::Points));
    let value = amounts
        .flat_map(|row| &row.amounts)
        .map(|amount| amount.value)
        .filter(|value| *value > Decimal::ZERO)
        .max()?;
    Some(Total {
        value,
        confidence: 25,
    })
}

/// Calibrated on receipts with known totals: a word alone is right in about nine of ten, a word
/// that the payment or the parts confirm nearly always.
fn confidence(winner: &Candidate, lead: i32) -> u8 {
    let strength: u8 = match winner.points {
        ..20 => 35,
        20..40 => 60,
        40..60 => 82,
        60..80 => 90,
        80..100 => 95,
        _ => 98,
    };
    let contested: u8 = match lead {
        ..4 => 30,
        4..12 => 12,
        12..24 => 4,
        _ => 0,
    };
    strength
        .saturating_sub(contested)
        .saturating_sub(if winner.witnesses == 1 { 4 } else { 0 })
}
