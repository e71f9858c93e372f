//! A suite is worth what it refuses: adapters with one flaw each fail the case that names it.
#![cfg(feature = "testing")]

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use chrono::NaiveDate;
use expense_core::conversation::question::{
    Census, ChangeQuery, DraftQuery, ExpenseFilter, Page, PageRequest, Total, TotalsQuery,
};
use expense_core::conversation::write::Write;
use expense_core::domain::access::Person;
use expense_core::domain::change::Change;
use expense_core::domain::currency::Currency;
use expense_core::domain::draft::Draft;
use expense_core::domain::exchange::{Pair, Rate};
use expense_core::domain::keys::{ChatKey, LedgerId, UpdateKey};
use expense_core::domain::ledger::Ledger;
use expense_core::domain::speech::{Speech, Spoken, Transcript};
use expense_core::domain::text::Tag;
use expense_core::memory::clock::ManualClock;
use expense_core::memory::fx::MemoryRates;
use expense_core::memory::lease::MemoryLease;
use expense_core::memory::queue::MemoryQueue;
use expense_core::memory::rate::MemoryRateLimiter;
use expense_core::memory::state::MemoryState;
use expense_core::memory::store::MemoryStore;
use expense_core::ports::categorizer::{Categorizer, Subject, Suggestion};
use expense_core::ports::error::Result;
use expense_core::ports::fx::FxRates;
use expense_core::ports::lease::{Fence, Lease};
use expense_core::ports::queue::{Buried, Delivery, DeliveryId, Settle, UpdateQueue};
use expense_core::ports::rate::{Quota, RateLimiter, Take, Verdict};
use expense_core::ports::speech::{Heard, Recording, SpeechReader};
use expense_core::ports::state::{Saved, StateStore, Version, Versioned};
use expense_core::ports::store::{Commit, Committed, ExpenseStore, Outcome, StoredSession};
use expense_core::testing::conformance::{
    Bench, categorizer, fx, fx::FxBench, lease, queue, rate, speech, state, store,
};
use expense_core::testing::fixtures::{conversion, day, key, money, noon};
use tokio::task::JoinSet;

/// Whether the case refuses its adapter.
async fn fails(case: impl Future<Output = ()> + Send + 'static) -> bool {
    let mut running = JoinSet::new();
    running.spawn(case);
    let ended = running.join_next().await.expect("a case");
    ended.is_err_and(|error| error.is_panic())
}

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at(noon()))
}

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

/// Raises no fence.
struct FlatLease(MemoryLease);

#[async_trait]
impl Lease for FlatLease {
    async fn take(&self, name: &str, holder: &str, ttl: Duration) -> Result<Option<Fence>> {
        Ok(self.0.take(name, holder, ttl).await?.map(|_| Fence(1)))
    }

    async fn release(&self, name: &str, holder: &str) -> Result<()> {
        self.0.release(name, holder).await
    }
}

#[tokio::test]
async fn a_lease_whose_fence_never_rises() {
    let clock = clock();
    let port: Arc<dyn Lease> = Arc::new(FlatLease(MemoryLease::new(clock.clone())));
    let bench = Bench::new(port).with_clock(clock);
    assert!(fails(lease::the_fence_rises_when_the_holder_changes(bench)).await);
}

/// Counts in periods that begin on the minute.
struct FixedWindow(MemoryRateLimiter);

#[async_trait]
impl RateLimiter for FixedWindow {
    async fn take(&self, take: &Take, quota: Quota) -> Result<Verdict> {
        let minute = take.at.map_or(0, |at| at.timestamp() / 60);
        let take = Take {
            bucket: format!("{} {minute}", take.bucket),
            ..take.clone()
        };
        self.0.take(&take, quota).await
    }
}

#[tokio::test]
async fn a_limit_of_fixed_windows() {
    let clock = clock();
    let port = FixedWindow(MemoryRateLimiter::new(clock.clone()));
    let port: Arc<dyn RateLimiter> = Arc::new(port);
    let bench = Bench::new(port).with_clock(clock);
    assert!(fails(rate::never_more_than_the_burst_within_any_period(bench)).await);
}

/// The last save wins.
struct Careless(MemoryState);

#[async_trait]
impl StateStore for Careless {
    async fn load(&self, key: &str) -> Result<Option<Versioned>> {
        self.0.load(key).await
    }

    async fn save(
        &self,
        key: &str,
        _: Option<Version>,
        value: &[u8],
        ttl: Duration,
    ) -> Result<Saved> {
        let seen = self.0.load(key).await?.map(|found| found.version);
        self.0.save(key, seen, value, ttl).await
    }

    async fn clear(&self, key: &str, seen: Version) -> Result<Saved> {
        self.0.clear(key, seen).await
    }
}

#[tokio::test]
async fn a_state_store_where_the_last_save_wins() {
    let port: Arc<dyn StateStore> = Arc::new(Careless(MemoryState::new(clock(), 100)));
    assert!(fails(state::racing_saves_have_one_winner(Bench::new(port))).await);
}

/// Gives up on an update when it is asked to try again.
struct Impatient(MemoryQueue);

#[async_trait]
impl UpdateQueue for Impatient {
    async fn publish(&self, envelope: expense_core::conversation::event::Envelope) -> Result<()> {
        self.0.publish(envelope).await
    }

    async fn claim(&self, limit: usize, wait: Duration) -> Result<Vec<Delivery>> {
        self.0.claim(limit, wait).await
    }

    async fn settle(&self, id: DeliveryId, settle: Settle) -> Result<()> {
        let settle = match settle {
            Settle::Retry { .. } => Settle::Done,
            other => other,
        };
        self.0.settle(id, settle).await
    }

    async fn buried(&self, limit: usize) -> Result<Vec<Buried>> {
        self.0.buried(limit).await
    }
}

#[tokio::test]
async fn a_queue_that_loses_retries() {
    let clock = clock();
    let port: Arc<dyn UpdateQueue> = Arc::new(Impatient(MemoryQueue::new(clock.clone())));
    let bench = Bench::new(port).with_clock(clock);
    assert!(
        fails(queue::a_retry_comes_back_after_its_time_before_later_ones(
            bench
        ))
        .await
    );
}

/// Tells the newest rate of all, whatever day is asked for.
struct Today(MemoryRates);

#[async_trait]
impl FxRates for Today {
    async fn rate(&self, pair: Pair, _: NaiveDate) -> Result<Option<Rate>> {
        self.0.rate(pair, day("2026-05-04")).await
    }
}

#[tokio::test]
async fn a_source_that_knows_only_todays_rate() {
    let bench = || {
        let pair = Pair::new(Currency::USD, Currency::EUR).expect("two currencies");
        let rate = conversion(money("1", "USD"), "EUR", "0.8868").rate;
        let rates = ["2026-05-01", "2026-05-04"].map(|date| Rate {
            day: day(date),
            ..rate.clone()
        });
        let table = MemoryRates::new(rate.source).with(pair, rates[1].day, rate.factor);
        FxBench {
            port: Arc::new(Today(table)),
            pair,
            rates,
            unknown: Pair::new(Currency::EUR, Currency::USD).expect("two currencies"),
        }
    };
    assert!(fails(fx::a_rate_is_never_of_a_later_day(bench())).await);
    assert!(fails(fx::an_old_rate_is_none(bench())).await);
    assert!(fails(fx::a_day_before_all_rates_is_a_value(bench())).await);
}

/// Hears an expense in everything, however long it is.
struct Eager;

#[async_trait]
impl SpeechReader for Eager {
    async fn read(&self, _: &Recording) -> Result<Heard> {
        Ok(Heard {
            place: "here".to_owned(),
            speech: Speech::Expense {
                transcript: Transcript::new("ten euros"),
                expense: Box::new(Spoken::default()),
            },
        })
    }
}

#[tokio::test]
async fn a_speech_reader_that_hears_voices() {
    let eager = || Bench::new(Arc::new(Eager) as Arc<dyn SpeechReader>);
    assert!(fails(speech::silence_is_a_value(eager())).await);
    assert!(fails(speech::a_text_file_is_a_value(eager())).await);
    assert!(fails(speech::oversize_is_denied(eager())).await);
}

/// Makes up a category where it is told to, and never looks at those there are.
struct Inventive;

#[async_trait]
impl Categorizer for Inventive {
    async fn suggest(&self, subject: &Subject) -> Result<Option<Suggestion>> {
        let told = subject.description.as_str().contains("Mallory");
        let category = if told {
            "Gifts for Mallory"
        } else {
            "Transportation"
        };
        Ok(Some(Suggestion {
            category: category.to_owned(),
            place: "here".to_owned(),
        }))
    }
}

#[tokio::test]
async fn a_categorizer_that_does_as_it_is_told() {
    let inventive = || Bench::new(Arc::new(Inventive) as Arc<dyn Categorizer>);
    assert!(fails(categorizer::orders_are_only_text(inventive())).await);
    assert!(fails(categorizer::names_are_the_ledgers_own(inventive())).await);
    assert!(
        fails(categorizer::without_names_there_is_no_suggestion(
            inventive()
        ))
        .await
    );
    assert!(
        fails(categorizer::what_is_not_described_has_no_suggestion(
            inventive()
        ))
        .await
    );
}
