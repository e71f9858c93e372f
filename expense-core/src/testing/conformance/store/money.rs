//! Money is exact, and a sum never mixes currencies.

use std::collections::BTreeMap;

use super::{Diary, StoreBench, added};
use crate::conversation::question::{Group, Total, TotalsQuery};
use crate::domain::calendar::Period;
use crate::domain::category::CategoryId;
use crate::domain::expense::{Details, Expense};
use crate::testing::dice::Dice;
use crate::testing::fixtures::{amend, day, details};

/// Every scale of ISO 4217 and both ends of what an amount can be.
pub async fn minor_units_survive(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let amounts = [
        ("1", "JPY", 1),
        ("999999999999", "JPY", 999_999_999_999),
        ("0.01", "EUR", 1),
        ("-0.01", "EUR", -1),
        ("999999999998.99", "EUR", 99_999_999_999_899),
        ("-999999999999", "EUR", -99_999_999_999_900),
        ("0.001", "KWD", 1),
        ("999999999998.999", "KWD", 999_999_999_998_999),
        ("0.0001", "CLF", 1),
        ("999999999999", "CLF", 9_999_999_999_990_000),
    ];
    for (amount, currency, minor) in amounts {
        let wanted = details(amount, currency, "exact");
        let stored = diary.add([wanted.clone()]).await.remove(0);
        assert_eq!(stored.details.money, wanted.money, "{amount} {currency}");
        assert_eq!(stored.details.money.minor(), minor, "{amount} {currency}");
        diary
            .write(vec![amend(&stored, |e| e.removed = true)])
            .await;
        assert_eq!(diary.totals(Group::None).await, [], "{amount} {currency}");
    }
}

/// One sum a currency, in the order of the codes.
pub async fn a_sum_never_mixes_currencies(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let spent = [
        ("1000", "JPY"),
        ("2", "EUR"),
        ("3.5", "KWD"),
        ("0.5", "EUR"),
        ("-1", "USD"),
    ];
    diary
        .add(spent.map(|(amount, currency)| details(amount, currency, "x")))
        .await;
    let sums: Vec<_> = diary.totals(Group::None).await;
    let sums: Vec<_> = sums
        .iter()
        .map(|t| (t.currency.code(), t.minor, t.count))
        .collect();
    let expected = [
        ("EUR", 250, 2),
        ("JPY", 1_000, 1),
        ("KWD", 3_500, 1),
        ("USD", -100, 1),
    ];
    assert_eq!(sums, expected);
}

/// A thousand of the largest amounts of four decimals are more than 64 bits hold.
pub async fn sums_go_beyond_64_bits(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    for _ in 0..10 {
        let expenses = diary.new_expenses(vec![details("999999999998.9999", "CLF", "x"); 100]);
        diary.write(expenses.into_iter().map(added).collect()).await;
    }
    for group in [Group::None, Group::Category, Group::Day] {
        let total = diary.totals(group).await.remove(0);
        assert_eq!(
            (total.minor, total.count),
            (9_999_999_999_989_999_000, 1_000)
        );
    }
}

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
            if dice.below(3) == 0 {
                after.removed = !after.removed;
            } else {
                after.details = by_chance(&mut dice);
            }
            diary
                .write(vec![amend(&known[at], |e| *e = after.clone())])
                .await;
            known[at] = after;
        }
        for group in [Group::None, Group::Category, Group::Day] {
            assert_eq!(diary.totals(group).await, recount(&known, group));
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

fn recount(expenses: &[Expense], group: Group) -> Vec<Total> {
    let mut sums: BTreeMap<_, (i128, u64)> = BTreeMap::new();
    for details in expenses.iter().filter_map(Expense::visible) {
        let key = match group {
            Group::None => (None, None),
            Group::Category => (Some(details.category), None),
            Group::Day => (None, Some(details.date)),
        };
        let sum = sums.entry((key, details.money.currency())).or_default();
        *sum = (sum.0 + i128::from(details.money.minor()), sum.1 + 1);
    }
    let total = |(((category, day), currency), (minor, count))| Total {
        category,
        day,
        currency,
        minor,
        count,
    };
    sums.into_iter().map(total).collect()
}
