//! Money is exact, and a sum never mixes currencies.

use super::{Diary, StoreBench, added};
use crate::conversation::question::Group;
use crate::domain::currency::Currency;
use crate::domain::exchange::{Conversion, Rate, RateSource};
use crate::testing::fixtures::{amend, conversion, day, details};

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

/// A ledger that counts in another currency from some day on knows what it has no rate for; what
/// was converted before is in no sum of the new currency, and back in those of the old one.
pub async fn sums_are_converted_into_the_currency_asked_for(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let spent = [("10", "USD"), ("20", "USD"), ("3", "EUR"), ("900", "JPY")];
    let spent = spent.map(|(amount, currency)| details(amount, currency, "x"));
    let stored = diary.add(spent).await;
    let rates = [("EUR", "0.9"), ("GBP", "0.75")];
    for (expense, (into, factor)) in stored.iter().zip(rates) {
        let known = conversion(expense.details.money, into, factor);
        let write = amend(expense, |e| e.conversion = Some(known));
        diary.write(vec![write]).await;
    }
    let cases: [(_, [(i128, u64); 3]); 4] = [
        ("EUR", [(300, 0), (0, 1), (900, 1)]),
        ("GBP", [(0, 1), (0, 1), (1_500, 1)]),
        ("USD", [(0, 1), (0, 1), (3_000, 0)]),
        ("JPY", [(0, 1), (900, 0), (0, 2)]),
    ];
    for (into, expected) in cases {
        let into = Currency::from_code(into).expect("a code");
        let totals = diary.totals_in(Group::None, into).await;
        let sums = totals.iter().map(|t| (t.converted, t.unconverted));
        assert_eq!(sums.collect::<Vec<_>>(), expected, "{into}");
    }
}

/// To the last digit, with its source and its day, and undone with what it belongs to.
pub async fn a_conversion_is_kept_exactly(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let mut stored = diary.add([details("12.34", "USD", "x")]).await.remove(0);
    let factors = [
        "0.8868",
        "123456789012345678",
        "0.000000000000000000000000001",
    ];
    let hand = Rate {
        factor: "1.08".parse().expect("a rate"),
        source: RateSource::Hand,
        day: day("2026-05-03"),
    };
    let by_hand = Conversion::new(stored.details.money, Currency::EUR, hand);
    let known = factors.map(|factor| {
        let money = stored.details.money;
        let known = conversion(money, "KWD", "2");
        let factor = factor.parse().expect("a rate");
        // What an amount would be worth is none of a store's business.
        let rate = Rate {
            factor,
            ..known.rate
        };
        Some(Conversion { rate, ..known })
    });
    for conversion in known.into_iter().chain([by_hand.ok(), None]) {
        let write = amend(&stored, |e| e.conversion.clone_from(&conversion));
        diary.write(vec![write]).await;
        let found = diary.all().await.remove(0);
        assert_eq!(found.conversion, conversion);
        stored = found;
    }
}
