//! Reading from copies, and never from one that is behind.

mod member;
mod positions;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;

use self::member::Member;
use self::positions::Positions;
use crate::conversation::question::{
    Census, ChangeQuery, DraftQuery, ExpenseFilter, Page, PageRequest, Total, TotalsQuery,
};
use crate::domain::access::Person;
use crate::domain::change::Change;
use crate::domain::draft::Draft;
use crate::domain::keys::{ChatKey, LedgerId, UpdateKey};
use crate::domain::ledger::Ledger;
use crate::domain::text::Tag;
use crate::ports::error::{Fault, PortError, Result};
use crate::ports::replica::{Mark, Primary, ReadReplica, Seen};
use crate::ports::store::{Commit, Committed, ExpenseStore, Outcome, StoredSession};

/// How often copies are looked at.
pub const LOOK: Duration = Duration::from_millis(250);
/// How long one look, and one read of a copy, may take before the copy is left out.
pub const PATIENCE: Duration = Duration::from_secs(1);
/// A copy that shows what is older than this is left out.
pub const BEHIND: Duration = Duration::from_secs(10);
/// A copy that was left out is taken back when what it shows is no older than this.
pub const CAUGHT_UP: Duration = Duration::from_secs(5);

/// A copy whose answer failed is left out for so many looks, however well it looks: five seconds.
pub const REST: u32 = 20;
/// How often it is looked whether a copy has come as far as a census needs it, and at which pace.
const STEPS: usize = 20;
const STEP: Duration = Duration::from_millis(10);

/// A store whose lists and sums are read from copies in turn; all else is the primary's.
///
/// An answer of a copy counts only where its ledger stood, in the copy, at the position that the
/// primary names while it is read. So whoever asks sees every commit that was acknowledged
/// before, whichever instance made it; a copy that is behind costs a second read and is never
/// wrong.
///
/// A copy that fails, is silent or too far behind is left out until [`watch`](Self::watch) finds
/// that it is well again. What a copy did not answer is asked of the primary at once.
///
/// Counts `store_reads_total{place}`, `replica` or `primary`, and shows `replica_lag_bytes`,
/// `replica_lag_seconds` and `replica_in_use` for each copy by its place in the list.
pub struct Replica {
    primary: Arc<dyn ExpenseStore>,
    log: Arc<dyn Primary>,
    positions: Positions,
    members: Vec<Member>,
    turn: AtomicUsize,
}

impl Replica {
    /// `primary` with these copies; `log` is the same store, as they see it. No copy is used
    /// before it was looked at.
    #[must_use]
    pub fn new(
        primary: Arc<dyn ExpenseStore>,
        log: Arc<dyn Primary>,
        replicas: Vec<Arc<dyn ReadReplica>>,
    ) -> Self {
        let members = replicas.into_iter().enumerate();
        Self {
            primary,
            positions: Positions::new(Arc::clone(&log)),
            log,
            members: members.map(|(n, copy)| Member::new(n, copy)).collect(),
            turn: AtomicUsize::new(0),
        }
    }

    /// Looks at the copies again and again, without an end: run it beside the work.
    pub async fn watch(&self) {
        loop {
            self.look().await;
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Looks at every copy once, and decides which are used.
    pub async fn look(&self) {
        // Without a primary nothing is read from its copies either: they stay as they are.
        if let Ok(Ok(mark)) = tokio::time::timeout(PATIENCE, self.log.mark()).await {
            let looks = self.members.iter().map(|member| member.look(mark));
            futures::future::join_all(looks).await;
        }
    }

    /// The next copy that is in use.
    fn next(&self) -> Option<&Member> {
        let first = self.turn.fetch_add(1, Ordering::Relaxed);
        let places = 0..self.members.len();
        places
            .filter_map(|n| self.members.get(first.wrapping_add(n) % self.members.len()))
            .find(|member| member.is_used())
    }

    /// What a copy says of this ledger, where that is the truth.
    async fn copied<T, F>(
        &self,
        ledger: LedgerId,
        ask: impl FnOnce(Arc<dyn ReadReplica>) -> F,
    ) -> Option<T>
    where
        F: Future<Output = Result<Seen<T>>>,
    {
        let member = self.next()?;
        let (truth, seen) = futures::join!(self.positions.of(ledger), member.ask(ask));
        let seen = seen.filter(|seen| Some(seen.position) == truth)?;
        Some(seen.value)
    }
}

fn count(place: &'static str) {
    metrics::counter!("store_reads_total", "place" => place).increment(1);
}

/// A copy's answer, or else the primary's.
async fn or_else<T>(copied: Option<T>, primary: impl Future<Output = Result<T>>) -> Result<T> {
    match copied {
        Some(value) => {
            count("replica");
            Ok(value)
        }
        None => {
            count("primary");
            primary.await
        }
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl ExpenseStore for Replica {
    async fn commit(&self, commit: Arc<Commit>) -> Result<Committed> {
        self.primary.commit(commit).await
    }

    async fn recorded(&self, chat: &ChatKey, key: &UpdateKey) -> Result<Option<Outcome>> {
        self.primary.recorded(chat, key).await
    }

    async fn ledger(&self, chat: &ChatKey) -> Result<Option<Ledger>> {
        self.primary.ledger(chat).await
    }

    async fn ledgers(&self, chats: &[ChatKey]) -> Result<Vec<Ledger>> {
        self.primary.ledgers(chats).await
    }

    async fn session(&self, chat: &ChatKey) -> Result<StoredSession> {
        self.primary.session(chat).await
    }

    async fn expenses(
        &self,
        ledger: LedgerId,
        filter: &ExpenseFilter,
        page: PageRequest,
    ) -> Result<Page> {
        let ask =
            |copy: Arc<dyn ReadReplica>| async move { copy.expenses(ledger, filter, page).await };
        let copied = self.copied(ledger, ask).await;
        or_else(copied, self.primary.expenses(ledger, filter, page)).await
    }

    async fn totals(&self, ledger: LedgerId, query: &TotalsQuery) -> Result<Vec<Total>> {
        let ask = |copy: Arc<dyn ReadReplica>| async move { copy.totals(ledger, query).await };
        let copied = self.copied(ledger, ask).await;
        or_else(copied, self.primary.totals(ledger, query)).await
    }

    async fn tags(&self, ledger: LedgerId) -> Result<Vec<(Tag, u64)>> {
        let ask = |copy: Arc<dyn ReadReplica>| async move { copy.tags(ledger).await };
        let copied = self.copied(ledger, ask).await;
        or_else(copied, self.primary.tags(ledger)).await
    }

    /// Drafts and changes are asked for by whoever is about to write: the primary has them at hand.
    async fn draft(&self, ledger: LedgerId, query: &DraftQuery) -> Result<Option<Draft>> {
        self.primary.draft(ledger, query).await
    }

    async fn change(&self, ledger: LedgerId, query: &ChangeQuery) -> Result<Option<Change>> {
        self.primary.change(ledger, query).await
    }

    async fn people(&self) -> Result<Vec<Person>> {
        self.primary.people().await
    }

    /// Of all ledgers together: a copy is given a moment to come as far as the primary is now.
    async fn census(&self) -> Result<Census> {
        let copied = async {
            let member = self.next()?;
            let mark = tokio::time::timeout(PATIENCE, self.log.mark()).await.ok()?;
            let mark = mark.ok()?;
            let ask = |copy: Arc<dyn ReadReplica>| async move {
                arrive(&*copy, mark).await?;
                copy.census().await
            };
            member.ask(ask).await
        };
        or_else(copied.await, self.primary.census()).await
    }
}

/// Waits until the copy has replayed everything up to the mark; not for long.
async fn arrive(copy: &dyn ReadReplica, mark: Mark) -> Result<()> {
    for _ in 0..STEPS {
        if copy.lag(mark).await?.bytes == 0 {
            return Ok(());
        }
        tokio::time::sleep(STEP).await;
    }
    let fault = Fault::Busy { retry_after: None };
    Err(PortError::new("replica", "census", fault))
}
