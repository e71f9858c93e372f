//! A store in memory with copies that follow it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;

use super::books::Books;
use super::locked;
use crate::conversation::question::{
    Census, ChangeQuery, DraftQuery, ExpenseFilter, Page, PageRequest, Total, TotalsQuery,
};
use crate::conversation::write::Write;
use crate::domain::access::Person;
use crate::domain::change::Change;
use crate::domain::draft::Draft;
use crate::domain::keys::{ChatKey, LedgerId, UpdateKey};
use crate::domain::ledger::Ledger;
use crate::domain::text::Tag;
use crate::ports::error::{Fault, PortError, Result};
use crate::ports::replica::{Lag, Mark, Position, Primary, ReadReplica, Seen};
use crate::ports::store::{Commit, Committed, ExpenseStore, Outcome, StoredSession};

/// Books, and where each ledger in them stands: at the number of its last commit in the log.
#[derive(Default)]
struct Volume {
    books: Books,
    positions: HashMap<LedgerId, Position>,
    replayed: u64,
}

impl Volume {
    fn commit(&mut self, commit: &Commit) -> Committed {
        let moves = commit.writes.iter().filter_map(|write| match write {
            Write::Move { to } => self.books.ledger(to).map(|ledger| ledger.id),
            _ => None,
        });
        let taken_in: Vec<LedgerId> = moves.collect();
        let committed = self.books.commit(commit);
        if matches!(committed, Committed::Recorded { .. }) {
            self.replayed += 1;
            for gone in taken_in {
                self.positions.remove(&gone);
            }
            if commit.writes.contains(&Write::Erase) {
                self.positions.remove(&commit.ledger.id);
            } else {
                let position = Position(self.replayed);
                self.positions.insert(commit.ledger.id, position);
            }
        }
        committed
    }

    fn position(&self, ledger: LedgerId) -> Position {
        let position = self.positions.get(&ledger);
        position.copied().unwrap_or(Position::NONE)
    }
}

/// [`ExpenseStore`] and [`Primary`] over [`Books`]. Its log keeps every commit for copies that
/// are yet to come: it is meant for proofs and small programs.
#[derive(Default)]
pub struct MemoryPrimary {
    volume: Mutex<Volume>,
    log: Mutex<Vec<Arc<Commit>>>,
}

impl MemoryPrimary {
    /// Whatever was recorded from this place of the log on.
    fn since(&self, place: u64) -> Vec<Arc<Commit>> {
        let place = usize::try_from(place).unwrap_or(usize::MAX);
        let log = locked(&self.log);
        log.get(place..).map(<[_]>::to_vec).unwrap_or_default()
    }
}

#[async_trait]
impl Primary for MemoryPrimary {
    async fn positions(&self, ledgers: &[LedgerId]) -> Result<Vec<Position>> {
        let volume = locked(&self.volume);
        let positions = ledgers.iter().map(|ledger| volume.position(*ledger));
        Ok(positions.collect())
    }

    async fn mark(&self) -> Result<Mark> {
        Ok(Mark(locked(&self.volume).replayed))
    }
}

#[async_trait]
impl ExpenseStore for MemoryPrimary {
    async fn commit(&self, commit: Arc<Commit>) -> Result<Committed> {
        let mut volume = locked(&self.volume);
        let committed = volume.commit(&commit);
        if matches!(committed, Committed::Recorded { .. }) {
            locked(&self.log).push(commit);
        }
        Ok(committed)
    }

    async fn recorded(&self, chat: &ChatKey, key: &UpdateKey) -> Result<Option<Outcome>> {
        Ok(locked(&self.volume).books.recorded(chat, key))
    }

    async fn ledger(&self, chat: &ChatKey) -> Result<Option<Ledger>> {
        Ok(locked(&self.volume).books.ledger(chat).cloned())
    }

    async fn ledgers(&self, chats: &[ChatKey]) -> Result<Vec<Ledger>> {
        Ok(locked(&self.volume).books.ledgers(chats))
    }

    async fn session(&self, chat: &ChatKey) -> Result<StoredSession> {
        Ok(locked(&self.volume).books.session(chat))
    }

    async fn expenses(
        &self,
        ledger: LedgerId,
        filter: &ExpenseFilter,
        page: PageRequest,
    ) -> Result<Page> {
        Ok(locked(&self.volume).books.page(ledger, filter, page))
    }

    async fn totals(&self, ledger: LedgerId, query: &TotalsQuery) -> Result<Vec<Total>> {
        Ok(locked(&self.volume).books.totals(ledger, query))
    }

    async fn tags(&self, ledger: LedgerId) -> Result<Vec<(Tag, u64)>> {
        Ok(locked(&self.volume).books.tags(ledger))
    }

    async fn draft(&self, ledger: LedgerId, query: &DraftQuery) -> Result<Option<Draft>> {
        Ok(locked(&self.volume).books.draft(ledger, query))
    }

    async fn change(&self, ledger: LedgerId, query: &ChangeQuery) -> Result<Option<Change>> {
        Ok(locked(&self.volume).books.change(ledger, query))
    }

    async fn people(&self) -> Result<Vec<Person>> {
        Ok(locked(&self.volume).books.people())
    }

    async fn census(&self) -> Result<Census> {
        Ok(locked(&self.volume).books.census())
    }
}

/// What a copy does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pace {
    Follows,
    Pauses,
    IsGone,
}

/// [`ReadReplica`] of a [`MemoryPrimary`]. It has replayed everything whenever it is asked,
/// unless it pauses.
pub struct MemoryReplica {
    primary: Arc<MemoryPrimary>,
    copy: Mutex<(Volume, Pace)>,
}

impl MemoryReplica {
    /// A copy that has replayed nothing yet.
    #[must_use]
    pub fn new(primary: Arc<MemoryPrimary>) -> Self {
        Self {
            primary,
            copy: Mutex::new((Volume::default(), Pace::Follows)),
        }
    }

    /// Replays nothing from now on, and answers by what it has.
    pub fn pause(&self) {
        self.replay(usize::MAX);
        locked(&self.copy).1 = Pace::Pauses;
    }

    /// Answers nothing from now on.
    pub fn die(&self) {
        locked(&self.copy).1 = Pace::IsGone;
    }

    /// Replays and answers again.
    pub fn go_on(&self) {
        locked(&self.copy).1 = Pace::Follows;
    }

    /// Replays so many commits, also while it pauses.
    pub fn replay(&self, commits: usize) {
        replay(&self.primary, &mut locked(&self.copy).0, commits);
    }

    /// What it shows now.
    fn shown<T>(&self, operation: &'static str, show: impl FnOnce(&Volume) -> T) -> Result<T> {
        let (volume, pace) = &mut *locked(&self.copy);
        match pace {
            Pace::Follows => replay(&self.primary, volume, usize::MAX),
            Pace::Pauses => {}
            Pace::IsGone => {
                return Err(PortError::new("replica", operation, Fault::Unavailable));
            }
        }
        Ok(show(volume))
    }

    fn seen<T>(
        &self,
        operation: &'static str,
        ledger: LedgerId,
        show: impl FnOnce(&Books) -> T,
    ) -> Result<Seen<T>> {
        self.shown(operation, |volume| Seen {
            position: volume.position(ledger),
            value: show(&volume.books),
        })
    }
}

fn replay(primary: &MemoryPrimary, copy: &mut Volume, commits: usize) {
    for commit in primary.since(copy.replayed).iter().take(commits) {
        copy.commit(commit);
    }
}

#[async_trait]
impl ReadReplica for MemoryReplica {
    async fn expenses(
        &self,
        ledger: LedgerId,
        filter: &ExpenseFilter,
        page: PageRequest,
    ) -> Result<Seen<Page>> {
        self.seen("expenses", ledger, |books| books.page(ledger, filter, page))
    }

    async fn totals(&self, ledger: LedgerId, query: &TotalsQuery) -> Result<Seen<Vec<Total>>> {
        self.seen("totals", ledger, |books| books.totals(ledger, query))
    }

    async fn tags(&self, ledger: LedgerId) -> Result<Seen<Vec<(Tag, u64)>>> {
        self.seen("tags", ledger, |books| books.tags(ledger))
    }

    async fn census(&self) -> Result<Census> {
        self.shown("census", |volume| volume.books.census())
    }

    /// A commit counts as a byte of the log, and as a second of age.
    async fn lag(&self, mark: Mark) -> Result<Lag> {
        self.shown("lag", |volume| {
            let bytes = mark.0.saturating_sub(volume.replayed);
            let time = Duration::from_secs(bytes);
            Lag { bytes, time }
        })
    }
}
