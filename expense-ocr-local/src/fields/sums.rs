//! Tax, tip and discount, as far as they explain the step from the goods to the total.

use expense_core::domain::receipt::LineItem;
use rust_decimal::Decimal;

use super::keywords::Role;
use super::page::Page;

/// More lines of one kind are not tried.
const MOST: usize = 4;

/// What lies between the goods and the total.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    /// Added to the goods. Tax that their prices contain is left out.
    pub(crate) tax: Option<Decimal>,
    pub(crate) tip: Option<Decimal>,
    /// What lowers the total.
    pub(crate) discount: Option<Decimal>,
    /// Rounding that raises the total: a line of its own.
    pub(crate) rounding_up: Option<LineItem>,
}

/// The sums that make goods and total agree; where none do, what the words say of tip and
/// discount alone.
pub(crate) fn find(page: &Page, items: &[LineItem], total: Option<Decimal>) -> Sums {
    let Some(total) = total else {
        return Sums::default();
    };
    let tips: Vec<Decimal> = first(page, Role::Tip);
    let tip = tips.first().copied();
    let goods: Decimal = items.iter().map(|item| item.amount).sum();
    let subtotals = first(page, Role::Subtotal);
    let bases = [goods]
        .into_iter()
        .filter(|_| !items.is_empty())
        .chain(subtotals);
    for base in bases {
        if let Some(found) = explain(page, base, total, &tips) {
            return found;
        }
    }
    Sums {
        tip,
        ..Sums::default()
    }
}

/// The fewest sums that lead from `base` to `total`.
fn explain(page: &Page, base: Decimal, total: Decimal, tips: &[Decimal]) -> Option<Sums> {
    let taxes = with_none_and_all(&first(page, Role::Tax));
    let tips = with_none_and_all(tips);
    let discounts = with_none_and_all(
        &first(page, Role::Discount)
            .iter()
            .map(Decimal::abs)
            .collect::<Vec<_>>(),
    );
    let mut roundings = vec![Decimal::ZERO];
    roundings.extend(
        first(page, Role::Rounding)
            .iter()
            .flat_map(|value| [*value, -*value]),
    );
    for &rounding in &roundings {
        for &discount in &discounts {
            for &tip in &tips {
                for &tax in &taxes {
                    if base + tax + tip - discount + rounding == total {
                        return Some(sums(tax, tip, discount, rounding));
                    }
                }
            }
        }
    }
    None
}

fn sums(tax: Decimal, tip: Decimal, discount: Decimal, rounding: Decimal) -> Sums {
    let some = |value: Decimal| (value > Decimal::ZERO).then_some(value);
    let lowered = discount - rounding.min(Decimal::ZERO);
    let raised = rounding.max(Decimal::ZERO);
    Sums {
        tax: some(tax),
        tip: some(tip),
        discount: some(lowered),
        rounding_up: some(raised).map(|amount| LineItem {
            description: "Rounding".to_owned(),
            quantity: Decimal::ONE,
            amount,
        }),
    }
}

fn first(page: &Page, role: Role) -> Vec<Decimal> {
    page.amounts_of(role)
        .map(|(_, value)| value)
        .take(MOST)
        .collect()
}

/// Nothing, each of the values alone, and all of them together.
fn with_none_and_all(values: &[Decimal]) -> Vec<Decimal> {
    let mut all = vec![Decimal::ZERO];
    all.extend(values);
    if values.len() > 1 {
        all.push(values.iter().sum());
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::{items, testing::lines, total};
    use rstest::rstest;

    fn shown(text: &str) -> (Option<String>, Option<String>, Option<String>) {
        let page = Page::new(lines(text));
        let total = total::find(&page).map(|total| total.value);
        let sums = find(&page, &items::find(&page), total);
        let text = |value: Option<Decimal>| value.map(|value| value.to_string());
        (text(sums.tax), text(sums.tip), text(sums.discount))
    }

    #[rstest]
    #[case::added_tax_and_service("Tea   48.60\nSub-Total   48.60\n5% Svc Charge   2.43\n7% GST   3.57\nTOTAL   54.60", (Some("3.57"), Some("2.43"), None))]
    #[case::contained_tax("Pie   10.50\nTea   12.50\nTOTAL   23.00\n6% GST   1.30", (None, None, None))]
    #[case::discount("Pie   10.50\nDiscount   1.50\nTOTAL   9.00", (None, None, Some("1.50")))]
    #[case::rounding_down("Pie   10.52\nRounding   -0.02\nTotal after rounding   10.50", (None, None, Some("0.02")))]
    fn explained(#[case] text: &str, #[case] expected: (Option<&str>, Option<&str>, Option<&str>)) {
        let (tax, tip, discount) = shown(text);
        assert_eq!(
            (tax.as_deref(), tip.as_deref(), discount.as_deref()),
            expected
        );
    }

    #[test]
    fn rounding_up_is_a_line_of_its_own() {
        let page = Page::new(lines(
            "Pie   10.53\nRounding   0.02\nTotal after rounding   10.55",
        ));
        let total = total::find(&page).map(|total| total.value);
        let sums = find(&page, &items::find(&page), total);
        assert_eq!(
            sums.rounding_up.map(|line| line.amount),
            Some(Decimal::new(2, 2))
        );
        assert_eq!(sums.discount, None);
    }
}
