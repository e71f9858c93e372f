//! The suite of [`ExpenseStore`].

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::conversation::question::{ExpenseFilter, Group, PageRequest, Total, TotalsQuery};
use crate::conversation::write::Write;
use crate::domain::currency::Currency;
use crate::domain::expense::{Details, Expense};
use crate::domain::keys::{ChatKey, LedgerId, UpdateKey};
use crate::domain::ledger::Ledger;
use crate::domain::limits;
use crate::ports::store::{Commit, Committed, ExpenseStore, Outcome, StoredSession};
use crate::testing::conformance::Bench;
use crate::testing::fixtures;

mod drafts;
mod erasing;
mod keys;
mod ledgers;
mod money;
mod moving;
mod pages;
mod people;
mod races;
mod refusals;
mod search;
mod totals;

pub use self::drafts::*;
pub use self::erasing::*;
pub use self::keys::*;
pub use self::ledgers::*;
pub use self::money::*;
pub use self::moving::*;
pub use self::pages::*;
pub use self::people::*;
pub use self::races::*;
pub use self::refusals::*;
pub use self::search::*;
pub use self::totals::*;

/// What the suite is given: a fresh store.
pub type StoreBench = Bench<dyn ExpenseStore>;

/// Proves an [`ExpenseStore`](crate::ports::store::ExpenseStore): give it an async function
/// that returns a fresh [`StoreBench`](crate::testing::conformance::store::StoreBench).
#[macro_export]
macro_rules! expense_store_conformance {
    ($fresh:path) => {
        $crate::__conformance! { $fresh; store {
            the_same_key_is_recorded_once,
            a_known_key_answers_first_whatever_else_its_commit_holds,
            a_key_belongs_to_its_chat,
            what_a_key_did_can_be_asked,
            another_instance_sees_all_of_it,

            a_stale_session_is_refused,
            a_stale_ledger_is_refused,
            a_stale_expense_is_refused,
            a_stale_draft_is_refused,
            an_existing_expense_is_never_overwritten,
            refusals_are_looked_for_in_order,
            a_refused_commit_writes_nothing,
            writes_are_checked_against_those_before_them,

            racing_redeliveries_record_once,
            racing_keys_of_one_intent_record_once,
            racing_sessions_have_one_winner,
            racing_amendments_have_one_winner,
            racing_settings_have_one_winner,
            racing_additions_get_a_number_each,
            racing_first_commits_make_one_ledger,
            racing_chats_do_not_hinder_each_other,
            callers_that_give_up_harm_nobody,

            minor_units_survive,
            a_sum_never_mixes_currencies,
            sums_go_beyond_64_bits,
            totals_are_grouped_and_ordered,
            totals_keep_to_their_days_and_categories,
            what_is_removed_counts_nowhere,
            totals_equal_a_recount,
            sums_are_converted_into_the_currency_asked_for,
            a_conversion_is_kept_exactly,

            the_newest_come_first,
            pages_neither_skip_nor_repeat_while_rows_are_added,
            a_page_is_bounded,
            an_amended_date_moves_its_expense,

            expenses_come_back_as_they_were_written,
            words_are_found_in_any_script,
            every_condition_counts,
            filters_equal_a_recount,
            tags_are_counted,

            a_ledger_begins_with_its_first_commit,
            settings_categories_and_lessons_are_kept,
            other_writes_move_no_revision,
            lessons_are_bounded,
            a_session_is_kept_with_its_version,
            numbers_follow_the_writes_and_are_never_reused,
            slots_are_filled,
            one_ledger_never_sees_anothers_rows,
            many_ledgers_are_read_at_once,

            a_draft_is_kept_as_it_was_put,
            a_draft_is_found_by_its_album,
            the_newest_open_draft_of_a_person_is_found,
            a_draft_is_found_by_its_image_saved_ones_first,
            a_change_is_kept_and_marked,
            the_newest_change_not_undone_is_found,

            sweeping_expires_drafts_and_drops_outcomes,
            erasing_leaves_nothing,
            erased_keys_are_still_done,
            a_farewell_can_be_sent_again,
            a_chat_can_begin_again_after_erasing,
            nothing_from_before_an_erasing_passes_after_it,

            people_are_kept_beside_all_ledgers,
            people_are_decided_about_by_commits,
            a_census_counts_ledgers_and_expenses,
            members_are_kept_and_bounded,

            a_ledger_moves_with_everything,
            keys_stay_done_after_a_move,
            a_move_takes_in_what_the_new_chat_began,
            nothing_from_before_a_move_passes_after_it,
            erasing_a_moved_ledger_leaves_nothing,
        } }
    };
}

/// A chat that writes to a store, the way the cases do it.
pub(crate) struct Diary {
    pub(crate) store: Arc<dyn ExpenseStore>,
    pub(crate) chat: ChatKey,
    updates: AtomicU64,
}

impl Diary {
    pub(crate) fn open(store: Arc<dyn ExpenseStore>, name: &str) -> Self {
        Self {
            store,
            chat: fixtures::chat(name),
            updates: AtomicU64::new(0),
        }
    }

    pub(crate) fn id(&self) -> LedgerId {
        LedgerId::of(&self.chat)
    }

    /// A key that no commit of this diary had before.
    pub(crate) fn new_key(&self) -> UpdateKey {
        let n = self.updates.fetch_add(1, Ordering::Relaxed);
        fixtures::key(&format!("{n}:{}", self.chat.as_str()))
    }

    /// The chat's ledger, or the one that it would begin with.
    pub(crate) async fn ledger(&self) -> Ledger {
        let stored = self.store.ledger(&self.chat).await.expect("a ledger");
        stored.unwrap_or_else(|| fixtures::ledger(&self.chat))
    }

    pub(crate) async fn session(&self) -> StoredSession {
        self.store.session(&self.chat).await.expect("a session")
    }

    /// A commit of these writes that was computed from what is stored now.
    pub(crate) async fn commit(&self, writes: Vec<Write>) -> Commit {
        let (ledger, session) = (self.ledger().await, self.session().await);
        fixtures::commit(self.new_key(), &ledger, &session, writes)
    }

    pub(crate) async fn send(&self, commit: &Commit) -> Committed {
        let commit = Arc::new(commit.clone());
        self.store.commit(commit).await.expect("a commit")
    }

    /// Commits what must be recorded.
    pub(crate) async fn record(&self, commit: &Commit) -> Outcome {
        match self.send(commit).await {
            Committed::Recorded { outcome, .. } => outcome,
            other => panic!("not recorded: {other:?}"),
        }
    }

    pub(crate) async fn write(&self, writes: Vec<Write>) -> Outcome {
        let commit = self.commit(writes).await;
        self.record(&commit).await
    }

    /// New expenses with these details, by one update.
    pub(crate) fn new_expenses(&self, details: impl IntoIterator<Item = Details>) -> Vec<Expense> {
        let key = self.new_key();
        let expenses = details.into_iter().enumerate();
        expenses
            .map(|(i, details)| fixtures::expense(self.id(), &key, i, details))
            .collect()
    }

    /// Records expenses and returns them as they are stored.
    pub(crate) async fn add(&self, details: impl IntoIterator<Item = Details>) -> Vec<Expense> {
        let expenses = self.new_expenses(details);
        self.write(expenses.iter().cloned().map(added).collect())
            .await;
        let mut stored = Vec::new();
        for expense in expenses {
            let filter = ExpenseFilter {
                ids: Some(vec![expense.id]),
                ..ExpenseFilter::default()
            };
            stored.extend(self.find(&filter).await);
        }
        stored
    }

    /// All expenses that meet the filter.
    pub(crate) async fn find(&self, filter: &ExpenseFilter) -> Vec<Expense> {
        let mut found = Vec::new();
        let mut after = None;
        loop {
            let request = PageRequest {
                after,
                limit: limits::BULK_PAGE,
            };
            let page = self.store.expenses(self.id(), filter, request).await;
            let page = page.expect("a page");
            found.extend(page.expenses);
            after = page.next;
            if after.is_none() {
                return found;
            }
        }
    }

    /// All expenses that are not removed.
    pub(crate) async fn all(&self) -> Vec<Expense> {
        self.find(&ExpenseFilter::default()).await
    }

    /// The sums that are wanted together in euros.
    pub(crate) async fn totals(&self, group: Group) -> Vec<Total> {
        self.totals_in(group, Currency::EUR).await
    }

    pub(crate) async fn totals_in(&self, group: Group, into: Currency) -> Vec<Total> {
        let query = TotalsQuery {
            period: None,
            categories: None,
            group,
            into,
        };
        self.store.totals(self.id(), &query).await.expect("totals")
    }
}

/// Where the counts of a ledger begin whose first commit is one of [`Diary::commit`].
pub(super) fn first_count() -> u64 {
    let micros = fixtures::noon().timestamp_micros();
    micros.try_into().expect("noon is after 1970")
}

pub(super) fn added(expense: Expense) -> Write {
    Write::AddExpense(Box::new(expense))
}
