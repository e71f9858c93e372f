//! Who works on what, and how often it was tried.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::draft::Draft;
use crate::domain::keys::{DraftId, ExpenseId, LedgerId, UserKey};

/// A piece of work by what it is about. Of a ledger's parked replies, only the oldest is work.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Task {
    Reading(LedgerId, DraftId),
    Reply(LedgerId, u64),
    Suggestion(LedgerId, ExpenseId),
    Sweep(LedgerId),
    Rate(LedgerId, ExpenseId),
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Claim {
    pub(super) id: Uuid,
    pub(super) attempt: u32,
    pub(super) until: DateTime<Utc>,
}

/// All claims.
#[derive(Debug, Clone, Default)]
pub(super) struct Claims {
    last: u128,
    pub(super) by_task: HashMap<Task, Claim>,
    /// When a person's turn to have a draft read ended last, as long as they have others waiting.
    pub(super) turns: HashMap<UserKey, DateTime<Utc>>,
}

impl Claims {
    pub(super) fn is_free(&self, task: &Task, now: DateTime<Utc>) -> bool {
        self.by_task
            .get(task)
            .is_none_or(|claim| claim.until <= now)
    }

    /// Those of which somebody has claimed replies, until `dying` at the longest.
    pub(super) fn ledgers_held_for_long(
        &self,
        now: DateTime<Utc>,
        dying: DateTime<Utc>,
    ) -> HashSet<LedgerId> {
        let held = |claim: &Claim| claim.until > now && claim.until <= dying && !claim.id.is_nil();
        let claimed = self.by_task.iter().filter(|(_, claim)| held(claim));
        let of = |(task, _)| match task {
            &Task::Reply(ledger, _) => Some(ledger),
            _ => None,
        };
        claimed.filter_map(of).collect()
    }

    /// Nobody takes this before.
    pub(super) fn put_off(&mut self, task: Task, until: DateTime<Utc>) {
        let claim = Claim {
            id: Uuid::nil(),
            attempt: 0,
            until,
        };
        self.by_task.insert(task, claim);
    }

    pub(super) fn take(&mut self, task: Task, until: DateTime<Utc>) -> Claim {
        self.last += 1;
        let attempt = self.by_task.get(&task).map_or(0, |claim| claim.attempt) + 1;
        let claim = Claim {
            id: Uuid::from_u128(self.last),
            attempt,
            until,
        };
        self.by_task.insert(task, claim);
        claim
    }

    /// A draft that waits for another reading, or for none, is other work.
    pub(super) fn draft_changed(&mut self, ledger: LedgerId, before: Option<&Draft>, now: &Draft) {
        if before.is_none_or(|before| before.state != now.state) {
            self.by_task.remove(&Task::Reading(ledger, now.id));
        }
    }

    /// An expense that was changed is other work.
    pub(super) fn expense_changed(&mut self, ledger: LedgerId, id: ExpenseId) {
        self.by_task.remove(&Task::Rate(ledger, id));
    }

    /// Every rate that its ledger lacks is another one.
    pub(super) fn currency_changed(&mut self, ledger: LedgerId) {
        self.by_task
            .retain(|task, _| !matches!(task, Task::Rate(of, _) if *of == ledger));
    }

    pub(super) fn swept(&mut self, ledger: LedgerId, expired: &[DraftId]) {
        self.by_task.remove(&Task::Sweep(ledger));
        for draft in expired {
            self.by_task.remove(&Task::Reading(ledger, *draft));
        }
    }

    pub(super) fn erased(&mut self, ledger: LedgerId) {
        self.by_task.retain(|task, _| match task {
            Task::Reading(of, _)
            | Task::Reply(of, _)
            | Task::Suggestion(of, _)
            | Task::Sweep(of)
            | Task::Rate(of, _) => *of != ledger,
        });
    }
}
