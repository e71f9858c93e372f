//! Sums by what they are of, and that they are what a recount gives.

use std::collections::BTreeMap;

use super::{Diary, StoreBench};
use crate::conversation::question::{Group, Total, TotalsQuery};
use crate::domain::calendar::Period;
use crate::domain::category::CategoryId;
use crate::domain::currency::Currency;
use crate::domain::exchange::Conversion;
use crate::domain::expense::{Details, Expense};
use crate::testing::dice::Dice;
use crate::testing::fixtures::{amend, conversion, day, details};

fn varied() -> [Details; 4] {
    let spent = [
        ("1", "EUR", 1, "2026-05-01"),
        ("2", "EUR", 2, "2026-05-01"),
        ("4", "USD", 1, "2026-05-02"),
        ("8", "EUR", 1, "2026-05-31"),
    ];
    spent.map(|(amount, currency, category, date)| Details {
        category: CategoryId(category),
        date: day(date),
        ..details(amount, currency, "x")
    })
}

fn lines(totals: &[Total]) -> Vec<String> {
    let line = |t: &Total| {
        let group = match (t.category, t.day) {
            (Some(CategoryId(id)), None) => format!("{id} "),
            (None, Some(day)) => format!("{day} "),
            (None, None) => String::new(),
            both => panic!("grouped by two: {both:?}"),
        };
        format!("{group}{} {}/{}", t.currency, t.minor, t.count)
    };
    totals.iter().map(line).collect()
}

/// By category or by day, then by currency; only groups with expenses.
pub async fn totals_are_grouped_and_ordered(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    diary.add(varied()).await;
    assert_eq!(
        lines(&diary.totals(Group::None).await),
        ["EUR 1100/3", "USD 400/1"]
    );
    let by_category = ["1 EUR 900/2", "1 USD 400/1", "2 EUR 200/1"];
    assert_eq!(lines(&diary.totals(Group::Category).await), by_category);
    let by_day = [
        "2026-05-01 EUR 300/2",
        "2026-05-02 USD 400/1",
        "2026-05-31 EUR 800/1",
    ];
    assert_eq!(lines(&diary.totals(Group::Day).await), by_day);
}

/// Days are half open, categories as recorded.
pub async fn totals_keep_to_their_days_and_categories(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    diary.add(varied()).await;
    let period = |from, until| Period::new(day(from), day(until));
    let cases: [(_, Option<Vec<u32>>, &[&str]); 5] = [
        (
            period("2026-05-01", "2026-05-31"),
            None,
            &["EUR 300/2", "USD 400/1"],
        ),
        (period("2026-05-31", "2026-06-01"), None, &["EUR 800/1"]),
        (
            period("2026-05-01", "2026-06-01"),
            Some(vec![2, 3]),
            &["EUR 200/1"],
        ),
        (period("2027-01-01", "2028-01-01"), None, &[]),
        (None, Some(Vec::new()), &[]),
    ];
    for (period, categories, expected) in cases {
        let query = TotalsQuery {
            period,
            categories: categories.map(|ids| ids.into_iter().map(CategoryId).collect()),
            group: Group::None,
            into: Currency::EUR,
        };
        let totals = diary
            .store
            .totals(diary.id(), &query)
            .await
            .expect("totals");
        assert_eq!(lines(&totals), expected, "{query:?}");
    }
}

/// Removing takes an expense out of every sum, restoring brings it back.
pub async fn what_is_removed_counts_nowhere(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let stored = diary.add([details("5", "EUR", "tea")]).await.remove(0);
    diary
        .write(vec![amend(&stored, |e| e.removed = true)])
        .await;
    assert_eq!(diary.totals(Group::None).await, []);
    assert_eq!(diary.all().await, []);
    let mut removed = stored.clone();
    removed.removed = true;
    removed.revision = 2;
    diary
        .write(vec![amend(&removed, |e| e.removed = false)])
        .await;
    assert_eq!(lines(&diary.totals(Group::None).await), ["EUR 500/1"]);
}

/// After every one of many writes by chance, the kept totals are what a recount gives.
pub async fn totals_equal_a_recount(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let mut dice = Dice::new(7);
    let mut known: Vec<Expense> = Vec::new();
    for _ in 0..60 {
        let at = dice.below(known.len());
        if known.is_empty() || dice.below(3) == 0 {
            known.extend(
                diary
                    .add([by_chance(&mut dice), by_chance(&mut dice)])
                    .await,
            );
        } else {
            let mut after = known[at].clone();
            after.revision += 1;
            match dice.below(4) {
                0 => after.removed = !after.removed,
                1 => after.conversion = converted_by_chance(&mut dice, &after.details),
                _ => {
                    after.details = by_chance(&mut dice);
                    after.conversion = converted_by_chance(&mut dice, &after.details);
                }
            }
            diary
                .write(vec![amend(&known[at], |e| *e = after.clone())])
                .await;
            known[at] = after;
        }
        for group in [Group::None, Group::Category, Group::Day] {
            for into in ["EUR", "USD"] {
                let into = Currency::from_code(into).expect("a code");
                let kept = diary.totals_in(group, into).await;
                assert_eq!(kept, recount(&known, group, into));
            }
        }
    }
}

fn by_chance(dice: &mut Dice) -> Details {
    let amount = dice.pick(&["1", "7", "-3", "250", "999999999999"]);
    let currency = dice.pick(&["EUR", "JPY", "KWD"]);
    Details {
        category: CategoryId(dice.pick(&[1, 2, 12])),
        date: day(dice.pick(&["2026-04-30", "2026-05-01", "2026-05-02"])),
        ..details(amount, currency, "by chance")
    }
}

/// Not every rate that is known leads into the currency that is asked for.
fn converted_by_chance(dice: &mut Dice, details: &Details) -> Option<Conversion> {
    let into = dice.pick(&["", "EUR", "USD"]);
    let factor = dice.pick(&["0.5", "0.9137", "0.000001"]);
    let needed = !into.is_empty() && into != details.money.currency().code();
    needed.then(|| conversion(details.money, into, factor))
}

fn recount(expenses: &[Expense], group: Group, into: Currency) -> Vec<Total> {
    let mut sums: BTreeMap<_, Total> = BTreeMap::new();
    for expense in expenses {
        let Some(details) = expense.visible() else {
            continue;
        };
        let key = match group {
            Group::None => (None, None),
            Group::Category => (Some(details.category), None),
            Group::Day => (None, Some(details.date)),
        };
        let currency = details.money.currency();
        let sum = sums.entry((key, currency)).or_insert(Total {
            category: key.0,
            day: key.1,
            currency,
            minor: 0,
            count: 0,
            converted: 0,
            unconverted: 0,
        });
        sum.minor += i128::from(details.money.minor());
        sum.count += 1;
        match expense.worth_in(into) {
            Some(worth) => sum.converted += i128::from(worth.minor()),
            None => sum.unconverted += 1,
        }
    }
    sums.into_values().collect()
}
