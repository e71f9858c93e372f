//! Stores with a flaw.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use expense_core::conversation::question::{
    Census, ChangeQuery, DraftQuery, ExpenseFilter, Page, PageRequest, Total, TotalsQuery,
};
use expense_core::conversation::write::Write;
use expense_core::domain::access::Person;
use expense_core::domain::change::Change;
use expense_core::domain::draft::Draft;
use expense_core::domain::keys::{ChatKey, LedgerId, UpdateKey};
use expense_core::domain::ledger::Ledger;
use expense_core::domain::text::Tag;
use expense_core::memory::store::MemoryStore;
use expense_core::ports::error::Result;
use expense_core::ports::store::{Commit, Committed, ExpenseStore, Outcome, StoredSession};
use expense_core::testing::conformance::{Bench, store};
use expense_core::testing::fixtures::{key, noon};

use crate::{clock, fails};

/// What a store may do wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Flaw {
    ForgetsKeys,
    IgnoresSessions,
    IgnoresLedgers,
    OverwritesExpenses,
    ForgetsToCount,
    RoundsSums,
    MixesLedgers,
    SkipsARow,
    NeverErases,
    ShowsRemoved,
    KeepsOldOutcomes,
    BeginsAlike,
    NeverMoves,
    ForgetsPeople,
}

struct Flawed {
    inner: MemoryStore,
    flaw: Flaw,
}

impl Flawed {
    fn ledger_of(&self, ledger: LedgerId) -> LedgerId {
        if self.flaw == Flaw::MixesLedgers {
            LedgerId::of(&expense_core::testing::fixtures::chat("anna"))
        } else {
            ledger
        }
    }

    async fn spoil(&self, commit: &mut Commit) {
        match self.flaw {
            Flaw::ForgetsKeys => {
                static CALLS: AtomicUsize = AtomicUsize::new(0);
                commit.key = key(&CALLS.fetch_add(1, Ordering::SeqCst).to_string());
            }
            Flaw::IgnoresSessions => {
                let session = self.inner.session(&commit.chat).await;
                commit.session_seen = session.expect("a session").version;
            }
            Flaw::IgnoresLedgers => {
                if let Some(ledger) = self.inner.ledger(&commit.chat).await.expect("an answer") {
                    commit.ledger = Arc::new(ledger);
                }
            }
            Flaw::OverwritesExpenses => {
                let stored = |w: &Write| matches!(w, Write::AddExpense(e) if e.number.is_some());
                commit.writes.retain(|write| !stored(write));
            }
            Flaw::ForgetsToCount => {
                for write in &mut commit.writes {
                    if let Write::AmendExpense { before, after } = write {
                        before.details = after.details.clone();
                    }
                }
            }
            // The counts of every ledger begin with the same number.
            Flaw::BeginsAlike => commit.at = noon(),
            Flaw::NeverErases => commit.writes.retain(|write| *write != Write::Erase),
            Flaw::NeverMoves => commit.writes.retain(|w| !matches!(w, Write::Move { .. })),
            Flaw::ForgetsPeople => commit.writes.retain(|w| !matches!(w, Write::PutPerson(_))),
            Flaw::KeepsOldOutcomes => commit.writes.retain(|w| !matches!(w, Write::Sweep { .. })),
            Flaw::RoundsSums | Flaw::MixesLedgers | Flaw::SkipsARow | Flaw::ShowsRemoved => {}
        }
    }
}

#[async_trait]
impl ExpenseStore for Flawed {
    async fn commit(&self, mut commit: Arc<Commit>) -> Result<Committed> {
        self.spoil(Arc::make_mut(&mut commit)).await;
        self.inner.commit(commit).await
    }

    async fn recorded(&self, chat: &ChatKey, key: &UpdateKey) -> Result<Option<Outcome>> {
        self.inner.recorded(chat, key).await
    }

    async fn ledger(&self, chat: &ChatKey) -> Result<Option<Ledger>> {
        self.inner.ledger(chat).await
    }

    async fn ledgers(&self, chats: &[ChatKey]) -> Result<Vec<Ledger>> {
        self.inner.ledgers(chats).await
    }

    async fn session(&self, chat: &ChatKey) -> Result<StoredSession> {
        self.inner.session(chat).await
    }

    async fn expenses(
        &self,
        ledger: LedgerId,
        filter: &ExpenseFilter,
        page: PageRequest,
    ) -> Result<Page> {
        let mut filter = filter.clone();
        filter.removed |= self.flaw == Flaw::ShowsRemoved;
        let mut found = self
            .inner
            .expenses(self.ledger_of(ledger), &filter, page)
            .await?;
        if self.flaw == Flaw::SkipsARow && page.after.is_some() && !found.expenses.is_empty() {
            found.expenses.remove(0);
        }
        Ok(found)
    }

    async fn totals(&self, ledger: LedgerId, query: &TotalsQuery) -> Result<Vec<Total>> {
        let mut totals = self.inner.totals(self.ledger_of(ledger), query).await?;
        if self.flaw == Flaw::RoundsSums {
            totals
                .iter_mut()
                .for_each(|total| total.minor -= total.minor % 10);
        }
        Ok(totals)
    }

    async fn tags(&self, ledger: LedgerId) -> Result<Vec<(Tag, u64)>> {
        self.inner.tags(ledger).await
    }

    async fn draft(&self, ledger: LedgerId, query: &DraftQuery) -> Result<Option<Draft>> {
        self.inner.draft(ledger, query).await
    }

    async fn change(&self, ledger: LedgerId, query: &ChangeQuery) -> Result<Option<Change>> {
        self.inner.change(ledger, query).await
    }

    async fn people(&self) -> Result<Vec<Person>> {
        self.inner.people().await
    }

    async fn census(&self) -> Result<Census> {
        self.inner.census().await
    }
}

macro_rules! store_flaw {
    ($($test:ident: $flaw:ident fails $case:ident;)*) => {$(
        #[tokio::test]
        async fn $test() {
            let inner = MemoryStore::new(clock());
            let port: Arc<dyn ExpenseStore> = Arc::new(Flawed { inner, flaw: Flaw::$flaw });
            assert!(fails(store::$case(Bench::new(port))).await, stringify!($flaw));
        }
    )*};
}

store_flaw! {
    a_store_that_forgets_keys: ForgetsKeys fails the_same_key_is_recorded_once;
    a_store_that_ignores_sessions: IgnoresSessions fails racing_sessions_have_one_winner;
    a_store_that_ignores_ledgers: IgnoresLedgers fails a_stale_ledger_is_refused;
    a_store_that_overwrites: OverwritesExpenses fails an_existing_expense_is_never_overwritten;
    a_store_that_forgets_to_count: ForgetsToCount fails totals_equal_a_recount;
    a_store_that_rounds: RoundsSums fails totals_equal_a_recount;
    a_store_that_mixes_ledgers: MixesLedgers fails one_ledger_never_sees_anothers_rows;
    a_store_that_skips_rows: SkipsARow fails pages_neither_skip_nor_repeat_while_rows_are_added;
    a_store_that_never_erases: NeverErases fails erasing_leaves_nothing;
    a_store_that_shows_removed: ShowsRemoved fails what_is_removed_counts_nowhere;
    a_store_that_never_sweeps: KeepsOldOutcomes fails sweeping_expires_drafts_and_drops_outcomes;
    a_store_that_begins_alike: BeginsAlike fails nothing_from_before_an_erasing_passes_after_it;
    a_store_that_never_moves: NeverMoves fails nothing_from_before_a_move_passes_after_it;
    a_store_that_forgets_people: ForgetsPeople fails people_are_kept_beside_all_ledgers;
}
