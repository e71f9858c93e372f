//! Lists go by date, then number, the newest first.

use std::collections::BTreeSet;

use super::{Diary, StoreBench, added};
use crate::conversation::question::{Cursor, ExpenseFilter, Page, PageRequest};
use crate::domain::expense::Details;
use crate::domain::keys::Number;
use crate::domain::limits;
use crate::testing::dice::Dice;
use crate::testing::fixtures::{amend, day, details};

fn on(date: &str) -> Details {
    Details {
        date: day(date),
        ..details("1", "EUR", "x")
    }
}

fn numbers(page: &Page) -> Vec<u32> {
    let numbers = page.expenses.iter().filter_map(|expense| expense.number);
    numbers.map(|number| number.0).collect()
}

async fn page(diary: &Diary, after: Option<Cursor>, limit: usize) -> Page {
    let request = PageRequest { after, limit };
    let filter = ExpenseFilter::default();
    let page = diary.store.expenses(diary.id(), &filter, request).await;
    page.expect("a page")
}

/// The last page says that it is the last, also where it is full.
pub async fn the_newest_come_first(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let dates = ["2026-05-02", "2026-05-03", "2026-05-02", "2025-12-31"];
    diary.add(dates.map(on)).await;
    let first = page(&diary, None, 2).await;
    assert_eq!(numbers(&first), [2, 3]);
    let place = Cursor {
        date: day("2026-05-02"),
        number: Number(3),
    };
    assert_eq!(first.next, Some(place));
    let second = page(&diary, first.next, 2).await;
    assert_eq!((numbers(&second), second.next), (vec![1, 4], None));
    let gone = Cursor {
        date: day("2026-05-02"),
        number: Number(2),
    };
    assert_eq!(numbers(&page(&diary, Some(gone), 9).await), [1, 4]);
}

/// Reading on while others write: every expense that was there from the first page on is seen
/// once.
pub async fn pages_neither_skip_nor_repeat_while_rows_are_added(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let days = ["2026-04-30", "2026-05-01", "2026-05-02", "2026-05-03"];
    let mut dice = Dice::new(3);
    let mut there = BTreeSet::new();
    for _ in 0..10 {
        let stored = diary
            .add([on(dice.pick(&days)), on(dice.pick(&days))])
            .await;
        there.extend(stored.iter().filter_map(|expense| expense.number));
    }
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = page(&diary, after, 3).await;
        assert!(page.expenses.len() <= 3);
        seen.extend(page.expenses.iter().filter_map(|expense| expense.number));
        after = page.next;
        if after.is_none() {
            break;
        }
        diary.add([on(dice.pick(&days))]).await;
    }
    let once: BTreeSet<_> = seen.iter().copied().collect();
    assert_eq!(once.len(), seen.len(), "an expense came twice: {seen:?}");
    assert!(there.is_subset(&once), "an expense was skipped: {seen:?}");
}

/// Whatever is asked for, a page holds one at the least and [`limits::MAX_PAGE`] at the most.
pub async fn a_page_is_bounded(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let expenses = diary.new_expenses(vec![on("2026-05-03"); limits::MAX_PAGE + 1]);
    diary.write(expenses.into_iter().map(added).collect()).await;
    let first = page(&diary, None, usize::MAX).await;
    assert_eq!(first.expenses.len(), limits::MAX_PAGE);
    assert_eq!(numbers(&page(&diary, first.next, usize::MAX).await), [1]);
    assert_eq!(page(&diary, None, 0).await.expenses.len(), 1);
}

/// An expense stands once, where its date is now.
pub async fn an_amended_date_moves_its_expense(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let stored = diary.add(["2026-05-01", "2026-05-02"].map(on)).await;
    diary
        .write(vec![amend(&stored[0], |e| e.details = on("2026-05-03"))])
        .await;
    assert_eq!(numbers(&page(&diary, None, 9).await), [1, 2]);
}
