//! The suite of [`Jobs`], beside the store whose commits make the work.

mod backlog;
mod claims;
mod rates;
mod readings;
mod replies;
mod suggestions;
mod sweeps;
mod turns;

pub use self::backlog::*;
pub use self::claims::*;
pub use self::rates::*;
pub use self::readings::*;
pub use self::replies::*;
pub use self::suggestions::*;
pub use self::sweeps::*;
pub use self::turns::*;

use std::sync::Arc;
use std::time::Duration;

use super::Bench;
use super::store::Diary;
use crate::conversation::reply::Reply;
use crate::conversation::write::Write;
use crate::domain::draft::Draft;
use crate::domain::expense::Expense;
use crate::ports::jobs::{ClaimRequest, Job, JobKind, Jobs, Parked, Release, Work};
use crate::ports::store::ExpenseStore;
use crate::testing::fixtures::{chat, details, draft, key, noon, photo};

/// A store with its work.
pub trait WorkingStore: ExpenseStore + Jobs {}

impl<T: ExpenseStore + Jobs> WorkingStore for T {}

/// What the suite is given: its clock shows noon of the fixtures.
pub type JobsBench = Bench<dyn WorkingStore>;

/// Proves [`Jobs`](crate::ports::jobs::Jobs) together with the store that they belong to.
#[macro_export]
macro_rules! jobs_conformance {
    ($fresh:path) => {
        $crate::__conformance! { $fresh; jobs {
            a_reading_comes_with_its_draft_and_ledger,
            a_reading_waits_for_its_time,
            claims_keep_to_their_limit,
            drafts_and_replies_are_left_to_who_serves_them,
            racing_claims_never_share_work,
            a_claim_runs_out_and_attempts_are_counted,
            a_released_claim_waits_as_long_as_it_was_told,
            an_outdated_claim_releases_nothing,
            the_commit_that_does_the_work_ends_its_claim,
            a_draft_that_waits_on_keeps_its_claim,
            people_are_read_in_turn,
            a_persons_turn_counts_in_every_chat,
            a_wanted_category_comes_with_its_expense_and_ledger,
            a_found_category_is_wanted_no_more,
            replies_of_one_chat_go_in_order_one_at_a_time,
            parking_twice_keeps_once,
            a_sent_reply_is_gone,
            a_parked_reply_waits_its_time,
            a_promise_is_parked_like_replies,
            all_see_for_whom_replies_wait,
            work_follows_a_ledger_that_moves,
            expired_drafts_and_old_outcomes_are_swept,
            a_rate_comes_with_its_expense,
            a_rate_that_was_found_is_no_work_any_more,
            a_rate_that_was_not_found_is_looked_for_again,
            a_changed_expense_lacks_another_rate,
            what_is_removed_lacks_no_rate,
            a_ledger_in_another_currency_lacks_other_rates,
            erasing_takes_its_work_along,
            old_keys_of_erased_ledgers_go_by_themselves,
            what_waits_is_counted_by_kind,
        } }
    };
}

const TTL: Duration = Duration::from_secs(60);

/// The work is free again at the end of its claim.
const AT_ONCE: Release = Release::Again {
    after: Duration::ZERO,
};

const JUST_OVER: Duration = Duration::from_millis(60_100);

fn diary(bench: &JobsBench, name: &str) -> Diary {
    let store: Arc<dyn ExpenseStore> = bench.port();
    Diary::open(store, name)
}

async fn claim(bench: &JobsBench, kind: JobKind) -> Vec<Job> {
    let jobs = bench.other().claim(ClaimRequest::new(kind, 100, TTL)).await;
    jobs.expect("jobs")
}

async fn release(bench: &JobsBench, job: &Job, release: Release) {
    bench.port().release(job, release).await.expect("an answer");
}

async fn put(diary: &Diary, draft: &Draft) {
    diary
        .write(vec![Write::PutDraft(Box::new(draft.clone()))])
        .await;
}

/// A draft that waits to be read from now on.
async fn waiting(diary: &Diary) -> Draft {
    let draft = draft(diary.id(), &diary.new_key(), photo("a"));
    put(diary, &draft).await;
    draft
}

/// An expense for which a category is wanted from now on.
async fn wanted(diary: &Diary) -> Expense {
    let mut expenses = diary.add([details("12.50", "EUR", "lunch")]).await;
    let expense = expenses.remove(0);
    let want = Write::WantCategory {
        expense: expense.id,
        from: noon(),
    };
    diary.write(vec![want]).await;
    expense
}

async fn park(bench: &JobsBench, chat_name: &str, key_name: &str, first: usize) -> Parked {
    let parked = parked(chat_name, key_name, first);
    let kept = bench.port().park(&parked, Duration::ZERO).await;
    kept.expect("an answer");
    parked
}

/// Not to be sent before `wait` has passed.
async fn park_for(bench: &JobsBench, chat_name: &str, key_name: &str, wait: Duration) -> Parked {
    let parked = parked(chat_name, key_name, 0);
    let kept = bench.port().park(&parked, wait).await;
    kept.expect("an answer");
    parked
}

fn parked(chat_name: &str, key_name: &str, first: usize) -> Parked {
    Parked {
        key: key(key_name),
        chat: chat(chat_name),
        first,
        replies: vec![Reply::plain(format!("{key_name}, {first}"))],
    }
}

fn replies(jobs: &[Job]) -> Vec<&Parked> {
    let parked = jobs.iter().map(|job| match &job.work {
        Work::Reply(parked) => parked,
        other => panic!("not a reply: {other:?}"),
    });
    parked.collect()
}
