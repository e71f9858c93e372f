//! The heart of the reference store: plain data, no async, no clock.

mod apply;
mod claims;
mod jobs;
mod moving;
mod query;
mod shelf;

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use self::claims::Claims;
use self::shelf::Shelf;
use super::plan::{self, Found, hashed};
use crate::conversation::question::{Census, Cursor};
use crate::conversation::session::SessionVersion;
use crate::domain::access::Person;
use crate::domain::change::Change;
use crate::domain::draft::Draft;
use crate::domain::expense::Expense;
use crate::domain::keys::{ChangeId, ChatKey, DraftId, ExpenseId, LedgerId, UpdateKey, UserKey};
use crate::domain::ledger::Ledger;
use crate::domain::totals::TotalKey;
use crate::ports::jobs::Parked;
use crate::ports::store::{Commit, Committed, Outcome, StoredSession};

/// Everything that a store knows. [`ExpenseStore`](crate::ports::store::ExpenseStore) and
/// [`Jobs`](crate::ports::jobs::Jobs) say what its methods promise.
#[derive(Debug, Clone, Default)]
pub struct Books {
    accounts: HashMap<LedgerId, Account>,
    /// Where every chat that a ledger has or had leads to.
    chats: HashMap<ChatKey, LedgerId>,
    sessions: HashMap<LedgerId, StoredSession>,
    outcomes: HashMap<Uuid, Kept>,
    parked: BTreeMap<u64, Parked>,
    last_parked: u64,
    claims: Claims,
    people: BTreeMap<UserKey, Person>,
}

/// A ledger with everything that belongs to it.
#[derive(Debug, Clone)]
struct Account {
    ledger: Ledger,
    last_number: u32,
    expenses: HashMap<ExpenseId, Expense>,
    order: BTreeMap<Cursor, ExpenseId>,
    totals: BTreeMap<TotalKey, Sum>,
    drafts: Shelf<DraftId, Draft>,
    changes: Shelf<ChangeId, Change>,
    /// The expenses for which a category is wanted, and since when.
    wanted: BTreeMap<ExpenseId, DateTime<Utc>>,
}

/// A cell of the kept totals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sum {
    minor: i128,
    converted: i128,
    count: i64,
}

/// An outcome as it is kept. Without its ledger, after erasing, it has no replies.
#[derive(Debug, Clone)]
struct Kept {
    ledger: LedgerId,
    at: DateTime<Utc>,
    outcome: Outcome,
}

impl Books {
    /// Records all of the commit or nothing, once per key.
    pub fn commit(&mut self, commit: &Commit) -> Committed {
        if let Some(outcome) = self.recorded(&commit.chat, &commit.key) {
            return Committed::Already(outcome);
        }
        match plan::plan(commit, self.found(commit)) {
            Err(refusal) => Committed::Refused(refusal),
            Ok(plan) => self.apply(commit, plan),
        }
    }

    /// What this key did, if it did.
    #[must_use]
    pub fn recorded(&self, chat: &ChatKey, key: &UpdateKey) -> Option<Outcome> {
        let kept = self.outcomes.get(&hashed(chat, key))?;
        Some(kept.outcome.clone())
    }

    /// The chat's ledger, if it has one.
    #[must_use]
    pub fn ledger(&self, chat: &ChatKey) -> Option<&Ledger> {
        let account = self.accounts.get(self.chats.get(chat)?)?;
        Some(&account.ledger)
    }

    /// The ledgers of those of these chats that have one, each once.
    #[must_use]
    pub fn ledgers(&self, chats: &[ChatKey]) -> Vec<Ledger> {
        let found = chats.iter().filter_map(|chat| self.ledger(chat));
        let by_id: BTreeMap<_, _> = found.map(|ledger| (ledger.id, ledger)).collect();
        by_id.into_values().cloned().collect()
    }

    /// The chat's session; the empty one of version 0 where none was kept.
    #[must_use]
    pub fn session(&self, chat: &ChatKey) -> StoredSession {
        let session = self.chats.get(chat).and_then(|id| self.sessions.get(id));
        session.cloned().unwrap_or_default()
    }

    /// Everybody about whom something was decided.
    #[must_use]
    pub fn people(&self) -> Vec<Person> {
        self.people.values().cloned().collect()
    }

    /// How much is kept.
    #[must_use]
    pub fn census(&self) -> Census {
        let numbers = self.accounts.values().map(|account| account.last_number);
        Census {
            ledgers: u64::try_from(self.accounts.len()).unwrap_or(u64::MAX),
            expenses: numbers.map(u64::from).sum(),
        }
    }

    /// The ledger that this chat leads to, or the one that it would begin.
    fn ledger_of(&self, chat: &ChatKey) -> LedgerId {
        let known = self.chats.get(chat).copied();
        known.unwrap_or_else(|| LedgerId::of(chat))
    }

    fn found(&self, commit: &Commit) -> Found {
        let led_to = || self.accounts.get(self.chats.get(&commit.chat)?);
        let own = self.accounts.get(&commit.ledger.id);
        let Some(account) = own.or_else(led_to) else {
            return Found::default();
        };
        let session = self.sessions.get(&account.ledger.id);
        let session = session.map_or(SessionVersion(0), |stored| stored.version);
        let (expenses, drafts) = plan::named(commit);
        let expense = |id| Some((id, account.expenses.get(&id)?.revision));
        let draft = |id| Some((id, account.drafts.get(&id)?.revision));
        Found {
            session,
            ledger: Some((account.ledger.id, account.ledger.revision)),
            last_number: account.last_number,
            expenses: expenses.into_iter().filter_map(expense).collect(),
            drafts: drafts.into_iter().filter_map(draft).collect(),
        }
    }
}
