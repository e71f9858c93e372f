//! Expenses for which a category is wanted.

use super::{AT_ONCE, JobsBench, claim, diary, release, wanted};
use crate::conversation::write::Write;
use crate::ports::jobs::{JobKind, Release, Work};
use crate::testing::fixtures::{amend, noon};

/// Both as they are now, whatever became of the expense since.
pub async fn a_wanted_category_comes_with_its_expense_and_ledger(bench: JobsBench) {
    let diary = diary(&bench, "anna");
    diary.write(Vec::new()).await;
    assert_eq!(claim(&bench, JobKind::Suggestion).await, []);
    let expense = wanted(&diary).await;
    let removed = amend(&expense, |expense| expense.removed = true);
    diary.write(vec![removed]).await;
    let jobs = claim(&bench, JobKind::Suggestion).await;
    let [job] = &jobs[..] else {
        panic!("one suggestion, not {jobs:?}");
    };
    assert_eq!((&job.chat, job.ledger), (&diary.chat, diary.id()));
    let Work::Suggestion {
        expense: found,
        settings,
    } = &job.work
    else {
        panic!("no suggestion: {job:?}");
    };
    assert_eq!(
        (found.id, found.revision, found.removed),
        (expense.id, 2, true)
    );
    assert_eq!(**settings, diary.ledger().await);
    assert_eq!(claim(&bench, JobKind::Suggestion).await, []);
}

/// Wanted twice it is work once; done it is gone, and may be wanted again.
pub async fn a_found_category_is_wanted_no_more(bench: JobsBench) {
    let diary = diary(&bench, "anna");
    let expense = wanted(&diary).await;
    let want = Write::WantCategory {
        expense: expense.id,
        from: noon(),
    };
    diary.write(vec![want.clone()]).await;
    let job = claim(&bench, JobKind::Suggestion).await.remove(0);
    release(&bench, &job, Release::Done).await;
    release(&bench, &job, AT_ONCE).await;
    assert_eq!(claim(&bench, JobKind::Suggestion).await, []);
    diary.write(vec![want]).await;
    let again = claim(&bench, JobKind::Suggestion).await.remove(0);
    assert_eq!(again.attempt, 1);
}
