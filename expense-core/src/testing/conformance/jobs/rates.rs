//! Expenses that lack a rate.

use super::{AT_ONCE, JUST_OVER, JobsBench, TTL, claim, diary, release};
use crate::conversation::write::Write;
use crate::domain::currency::Currency;
use crate::domain::expense::Expense;
use crate::ports::jobs::{Job, JobKind, Release, Work};
use crate::testing::conformance::store::Diary;
use crate::testing::fixtures::{amend, conversion, details, settings};

/// What lacks a rate, and in which currency.
fn lacking(jobs: &[Job]) -> Vec<(&Expense, &str)> {
    let lacking = jobs.iter().map(|job| match &job.work {
        Work::Rate { expense, into } => (expense.as_ref(), into.code()),
        other => panic!("not a rate: {other:?}"),
    });
    lacking.collect()
}

async fn dollars(diary: &Diary) -> Expense {
    diary.add([details("10", "USD", "taxi")]).await.remove(0)
}

async fn change(diary: &Diary, before: &Expense, by: impl FnOnce(&mut Expense)) -> Expense {
    diary.write(vec![amend(before, by)]).await;
    diary
        .all()
        .await
        .into_iter()
        .next()
        .unwrap_or_else(|| before.clone())
}

/// The expense as it is now, and what its ledger counts in. What was spent in that lacks nothing.
pub async fn a_rate_comes_with_its_expense(bench: JobsBench) {
    let diary = diary(&bench, "anna");
    diary.add([details("5", "EUR", "tea")]).await;
    assert_eq!(claim(&bench, JobKind::Rate).await, []);
    let taxi = dollars(&diary).await;
    let jobs = claim(&bench, JobKind::Rate).await;
    assert_eq!(lacking(&jobs), [(&taxi, "EUR")]);
    let job = &jobs[0];
    assert_eq!(
        (&job.chat, job.ledger, job.attempt),
        (&diary.chat, diary.id(), 1)
    );
    assert_eq!(claim(&bench, JobKind::Rate).await, []);
}

/// The commit that brings the rate ends it; releasing alone does not.
pub async fn a_rate_that_was_found_is_no_work_any_more(bench: JobsBench) {
    let diary = diary(&bench, "anna");
    let taxi = dollars(&diary).await;
    let job = claim(&bench, JobKind::Rate).await.remove(0);
    release(&bench, &job, Release::Done).await;
    let job = claim(&bench, JobKind::Rate).await.remove(0);
    assert_eq!(job.attempt, 2);
    let known = conversion(taxi.details.money, "EUR", "0.9");
    change(&diary, &taxi, |e| e.conversion = Some(known)).await;
    release(&bench, &job, Release::Done).await;
    bench.elapse(JUST_OVER).await;
    assert_eq!(claim(&bench, JobKind::Rate).await, []);
}

/// It is claimed for a while, put off for as long as was said, and counted.
pub async fn a_rate_that_was_not_found_is_looked_for_again(bench: JobsBench) {
    let diary = diary(&bench, "anna");
    dollars(&diary).await;
    let late = claim(&bench, JobKind::Rate).await.remove(0);
    bench.elapse(JUST_OVER).await;
    let job = claim(&bench, JobKind::Rate).await.remove(0);
    assert_eq!(job.attempt, 2);
    release(&bench, &late, AT_ONCE).await;
    assert_eq!(claim(&bench, JobKind::Rate).await, [], "an outdated claim");
    release(&bench, &job, Release::Again { after: TTL * 3 }).await;
    bench.elapse(TTL * 2).await;
    assert_eq!(claim(&bench, JobKind::Rate).await, []);
    bench.elapse(TTL).await;
    assert_eq!(claim(&bench, JobKind::Rate).await[0].attempt, 3);
}

/// Whatever is claimed or put off: another day, another amount, another currency is other work.
pub async fn a_changed_expense_lacks_another_rate(bench: JobsBench) {
    let diary = diary(&bench, "anna");
    let taxi = dollars(&diary).await;
    let job = claim(&bench, JobKind::Rate).await.remove(0);
    let taxi = change(&diary, &taxi, |e| {
        e.details.date -= chrono::TimeDelta::days(1)
    })
    .await;
    let jobs = claim(&bench, JobKind::Rate).await;
    assert_eq!(lacking(&jobs), [(&taxi, "EUR")]);
    assert_eq!(jobs[0].attempt, 1);
    release(&bench, &job, AT_ONCE).await;
    assert_eq!(claim(&bench, JobKind::Rate).await, [], "an outdated claim");
    let euros = details("9", "EUR", "taxi");
    let taxi = change(&diary, &taxi, |e| e.details = euros).await;
    bench.elapse(JUST_OVER).await;
    assert_eq!(claim(&bench, JobKind::Rate).await, []);
    change(&diary, &taxi, |e| e.details = details("9", "CHF", "taxi")).await;
    assert_eq!(claim(&bench, JobKind::Rate).await.len(), 1);
}

/// Neither what is deleted nor what is erased, and what comes back does again.
pub async fn what_is_removed_lacks_no_rate(bench: JobsBench) {
    let diary = diary(&bench, "anna");
    let taxi = dollars(&diary).await;
    diary.write(vec![amend(&taxi, |e| e.removed = true)]).await;
    assert_eq!(claim(&bench, JobKind::Rate).await, []);
    let mut removed = taxi.clone();
    (removed.removed, removed.revision) = (true, 2);
    change(&diary, &removed, |e| e.removed = false).await;
    assert_eq!(claim(&bench, JobKind::Rate).await.len(), 1);
    diary.write(vec![Write::Erase]).await;
    bench.elapse(JUST_OVER).await;
    assert_eq!(claim(&bench, JobKind::Rate).await, []);
}

/// Everything that is not in the new currency, also what was put off; nothing that is.
pub async fn a_ledger_in_another_currency_lacks_other_rates(bench: JobsBench) {
    let diary = diary(&bench, "anna");
    let taxi = dollars(&diary).await;
    let known = conversion(taxi.details.money, "EUR", "0.9");
    let taxi = change(&diary, &taxi, |e| e.conversion = Some(known)).await;
    let tea = diary.add([details("5", "GBP", "tea")]).await.remove(0);
    let job = claim(&bench, JobKind::Rate).await.remove(0);
    release(&bench, &job, Release::Again { after: TTL * 9 }).await;
    for (currency, expected) in [
        ("CHF", vec![(&taxi, "CHF"), (&tea, "CHF")]),
        ("EUR", vec![(&tea, "EUR")]),
        ("USD", vec![(&tea, "USD")]),
        ("GBP", vec![(&taxi, "GBP")]),
    ] {
        let put = Write::PutSettings(Box::new(settings(currency)));
        diary.write(vec![put]).await;
        let mut jobs = claim(&bench, JobKind::Rate).await;
        jobs.sort_by_key(|job| match &job.work {
            Work::Rate { expense, .. } => expense.number,
            _ => None,
        });
        assert_eq!(lacking(&jobs), expected);
        assert!(jobs.iter().all(|job| job.attempt == 1), "{currency}");
    }
    assert_eq!(
        diary.ledger().await.settings.currency,
        Currency::from_code("GBP").expect("a code")
    );
}
