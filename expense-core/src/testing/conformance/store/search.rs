//! What filters find, and what comes back.

use super::{Diary, StoreBench};
use crate::conversation::question::ExpenseFilter;
use crate::domain::calendar::Period;
use crate::domain::category::CategoryId;
use crate::domain::expense::{Details, Expense, Origin};
use crate::domain::keys::{DraftId, Number};
use crate::domain::text::{Description, fold};
use crate::testing::dice::Dice;
use crate::testing::fixtures::{amend, day, details, instant, key, message, tag, user};

fn meal(description: &str, merchant: Option<&str>, tags: &[&str]) -> Details {
    Details {
        merchant: merchant.map(Description::new),
        tags: tags.iter().map(|text| tag(text)).collect(),
        ..details("1", "EUR", description)
    }
}

/// Every field, to the microsecond and the last sign of any script.
pub async fn expenses_come_back_as_they_were_written(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let full = meal(
        "Grüße 世界 שלום 👩‍👩‍👧 'q\" %_\\",
        Some("Кафе №1"),
        &["работа", "हिन्दी"],
    );
    let mut wanted = diary.new_expenses([full, meal("", None, &[])]);
    wanted[0].origin = Some(Origin::new(
        message("m-1"),
        49,
        "as typed",
        day("2026-05-01"),
    ));
    wanted[0].draft = Some(DraftId::derive(diary.id(), &key("draft"), 0));
    wanted[0].paid_by = user("bert");
    wanted[0].recorded_at = instant("2026-05-03T11:59:59.999999Z");
    wanted[1].details.date = day("1999-12-31");
    diary
        .write(wanted.iter().cloned().map(super::added).collect())
        .await;
    for (number, expense) in (1..).zip(&mut wanted) {
        expense.number = Some(Number(number));
    }
    assert_eq!(diary.all().await, wanted);

    let mut after = wanted[0].clone();
    after.revision = 2;
    after.details = meal("short", None, &[]);
    after.removed = true;
    diary
        .write(vec![amend(&wanted[0], |e| *e = after.clone())])
        .await;
    let filter = ExpenseFilter {
        ids: Some(vec![after.id]),
        removed: true,
        ..ExpenseFilter::default()
    };
    assert_eq!(diary.find(&filter).await, [after]);
}

/// Without regard to case, within words, literally, in description, merchant and tags.
pub async fn words_are_found_in_any_script(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let meals = [
        meal("Lunch at noon", Some("Café MÜLLER"), &["work"]),
        meal("обед в кафе", None, &["отпуск"]),
        meal("東京ラーメン", Some("一蘭"), &[]),
        meal("100% off_peak it's \\ done", None, &["q3-2026"]),
    ];
    diary.add(meals).await;
    let cases: [(&[&str], &[u32]); 17] = [
        (&["LUNCH"], &[1]),
        (&["unc"], &[1]),
        (&["müller"], &[1]),
        (&["MÜLLER", "work"], &[1]),
        (&["müller", "holiday"], &[]),
        (&["ОБЕД"], &[2]),
        (&["ОТПУСК"], &[2]),
        (&["ラーメン"], &[3]),
        (&["一蘭"], &[3]),
        (&["%"], &[4]),
        (&["_"], &[4]),
        (&["'"], &[4]),
        (&["\\"], &[4]),
        (&["ff_p"], &[4]),
        (&["f%p"], &[]),
        (&["noon", "lunch"], &[1]),
        (&[], &[4, 3, 2, 1]),
    ];
    for (words, expected) in cases {
        let filter = ExpenseFilter {
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            ..ExpenseFilter::default()
        };
        assert_eq!(numbers(&diary.find(&filter).await), expected, "{words:?}");
    }
}

/// Each condition alone, removed ones included where asked for.
pub async fn every_condition_counts(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let mut expenses = diary.new_expenses([
        meal("one", None, &["a"]),
        meal("two", None, &["a", "b"]),
        meal("three", None, &[]),
    ]);
    expenses[1].origin = Some(Origin::new(
        message("m-1"),
        0,
        "as typed",
        day("2026-05-02"),
    ));
    expenses[2].details.category = CategoryId(3);
    expenses[2].details.date = day("2026-05-04");
    diary
        .write(expenses.iter().cloned().map(super::added).collect())
        .await;
    let mut first = expenses[0].clone();
    first.number = Some(Number(1));
    diary.write(vec![amend(&first, |e| e.removed = true)]).await;

    let any = ExpenseFilter::default;
    let cases: [(ExpenseFilter, &[u32]); 11] = [
        (any(), &[3, 2]),
        (
            ExpenseFilter {
                removed: true,
                ..any()
            },
            &[3, 2, 1],
        ),
        (
            ExpenseFilter {
                tag: Some(tag("a")),
                removed: true,
                ..any()
            },
            &[2, 1],
        ),
        (
            ExpenseFilter {
                tag: Some(tag("b")),
                ..any()
            },
            &[2],
        ),
        (
            ExpenseFilter {
                number: Some(Number(3)),
                ..any()
            },
            &[3],
        ),
        (
            ExpenseFilter {
                number: Some(Number(1)),
                ..any()
            },
            &[],
        ),
        (
            ExpenseFilter {
                ids: Some(expenses.iter().map(|e| e.id).collect()),
                ..any()
            },
            &[3, 2],
        ),
        (
            ExpenseFilter {
                ids: Some(Vec::new()),
                ..any()
            },
            &[],
        ),
        (
            ExpenseFilter {
                message: Some(message("m-1")),
                ..any()
            },
            &[2],
        ),
        (
            ExpenseFilter {
                categories: Some(vec![CategoryId(3)]),
                ..any()
            },
            &[3],
        ),
        (
            ExpenseFilter {
                period: Some(Period::day(day("2026-05-03"))),
                ..any()
            },
            &[2],
        ),
    ];
    for (filter, expected) in cases {
        assert_eq!(numbers(&diary.find(&filter).await), expected, "{filter:?}");
    }
}

/// Conditions by chance, all at once, find what looking at every expense finds.
pub async fn filters_equal_a_recount(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let mut dice = Dice::new(11);
    let all = diary
        .add((0..60).map(|_| by_chance(&mut dice)).collect::<Vec<_>>())
        .await;
    for _ in 0..80 {
        let filter = filter_by_chance(&mut dice);
        let mut expected: Vec<_> = all.iter().filter(|e| meets(e, &filter)).cloned().collect();
        expected.sort_by_key(|e| std::cmp::Reverse((e.details.date, e.number)));
        assert_eq!(diary.find(&filter).await, expected, "{filter:?}");
    }
}

/// Of what is not removed, the most used first, then by code point.
pub async fn tags_are_counted(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let tags = async || diary.store.tags(diary.id()).await.expect("tags");
    assert_eq!(tags().await, []);
    let stored = diary
        .add([
            meal("1", None, &["b", "ä", "z"]),
            meal("2", None, &["a", "ä"]),
        ])
        .await;
    let count = |text: &str, n: u64| (tag(text), n);
    let expected = [count("ä", 2), count("a", 1), count("b", 1), count("z", 1)];
    assert_eq!(tags().await, expected);
    diary
        .write(vec![amend(&stored[0], |e| e.removed = true)])
        .await;
    assert_eq!(tags().await, [count("a", 1), count("ä", 1)]);
}

const DAYS: [&str; 4] = ["2026-04-30", "2026-05-01", "2026-05-02", "2026-05-03"];
const WORDS: [&str; 4] = ["Lunch", "ÖL", "кофе", "x"];

fn by_chance(dice: &mut Dice) -> Details {
    let tags: &[&str] = dice.pick(&[&[] as &[&str], &["a"], &["a", "b"]]);
    let description = format!("{} {}", dice.pick(&WORDS), dice.pick(&WORDS));
    Details {
        category: CategoryId(dice.pick(&[1, 2])),
        date: day(dice.pick(&DAYS)),
        ..meal(&description, dice.pick(&[None, Some("Кофе & Öl")]), tags)
    }
}

fn filter_by_chance(dice: &mut Dice) -> ExpenseFilter {
    let mut sometimes = |one_in| dice.below(one_in) == 0;
    let (dated, tagged, worded, sorted) = (sometimes(2), sometimes(3), sometimes(2), sometimes(3));
    let from = dice.below(DAYS.len() - 1);
    let until = from + 1 + dice.below(DAYS.len() - 1 - from);
    ExpenseFilter {
        period: Period::new(day(DAYS[from]), day(DAYS[until])).filter(|_| dated),
        tag: tagged.then(|| tag(dice.pick(&["a", "b"]))),
        words: worded
            .then(|| dice.pick(&WORDS).to_owned())
            .into_iter()
            .collect(),
        categories: sorted.then(|| vec![CategoryId(dice.pick(&[1, 2, 3]))]),
        ..ExpenseFilter::default()
    }
}

fn meets(expense: &Expense, filter: &ExpenseFilter) -> bool {
    let details = &expense.details;
    let text = details.search_text();
    filter
        .period
        .is_none_or(|period| period.contains(details.date))
        && filter
            .tag
            .as_ref()
            .is_none_or(|tag| details.tags.contains(tag))
        && filter.words.iter().all(|word| text.contains(&fold(word)))
        && filter
            .categories
            .as_ref()
            .is_none_or(|ids| ids.contains(&details.category))
}

fn numbers(expenses: &[Expense]) -> Vec<u32> {
    let numbers = expenses.iter().filter_map(|expense| expense.number);
    numbers.map(|number| number.0).collect()
}
