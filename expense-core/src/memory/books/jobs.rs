//! Work that waits, in the order in which it is claimed.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::apply::is_due;
use super::claims::Task;
use super::{Account, Books};
use crate::domain::draft::{Draft, DraftState};
use crate::domain::keys::{ChatKey, DraftId, LedgerId, UserKey};
use crate::domain::limits;
use crate::memory::{earlier, later};
use crate::ports::jobs::{Backlog, ClaimRequest, Job, JobKind, Parked, Release, Served, Work};

impl Books {
    /// What is wanted, the longest waiting first.
    pub fn claim(&mut self, now: DateTime<Utc>, wanted: ClaimRequest) -> Vec<Job> {
        let mut tasks = match wanted.kind {
            JobKind::Reading => self.in_turn(now),
            JobKind::Reply => self.replies(),
            JobKind::Suggestion => self.suggestions(),
            JobKind::Sweep => self.sweeps(now),
            JobKind::Rate => self.rates(),
        };
        tasks.retain(|task| self.claims.is_free(task, now) && self.is_served(task, wanted.served));
        tasks.truncate(wanted.limit);
        let until = later(now, wanted.ttl);
        self.end_turns(now, &tasks);
        tasks
            .into_iter()
            .filter_map(|task| self.job(task, until))
            .collect()
    }

    /// Ends a claim; an outdated one changes nothing.
    pub fn release(&mut self, now: DateTime<Utc>, job: &Job, release: Release) {
        let held = self
            .claims
            .by_task
            .iter()
            .find(|(_, claim)| claim.id == job.claim);
        let Some(task) = held.map(|(task, _)| task.clone()) else {
            return;
        };
        let until = later(now, release.pause());
        match (&task, release) {
            (Task::Reply(_, place), Release::Done) => {
                self.parked.remove(place);
                self.claims.by_task.remove(&task);
            }
            (Task::Suggestion(ledger, expense), Release::Done) => {
                if let Some(account) = self.accounts.get_mut(ledger) {
                    account.wanted.remove(expense);
                }
                self.claims.by_task.remove(&task);
            }
            _ => {
                if let Some(claim) = self.claims.by_task.get_mut(&task) {
                    claim.until = until;
                    claim.id = Uuid::nil();
                    claim.attempt -= u32::from(matches!(release, Release::NotBegun { .. }));
                }
            }
        }
    }

    /// Keeps replies that can't be sent before `from`.
    pub fn park(&mut self, parked: &Parked, from: DateTime<Utc>) {
        let same = |kept: &Parked| {
            (&kept.chat, &kept.key, kept.first) == (&parked.chat, &parked.key, parked.first)
        };
        if !self.parked.values().any(same) {
            self.last_parked += 1;
            self.parked.insert(self.last_parked, parked.clone());
            let ledger = self.ledger_of(&parked.chat);
            let task = Task::Reply(ledger, self.last_parked);
            self.claims.put_off(task, from);
        }
    }

    /// The drafts that could be claimed for reading now, in their order.
    pub fn waiting(&self, now: DateTime<Utc>, limit: usize) -> Vec<DraftId> {
        let drafts = self.in_turn(now).into_iter().filter_map(|task| match task {
            Task::Reading(_, draft) => Some(draft),
            _ => None,
        });
        drafts.take(limit).collect()
    }

    /// The chats for which replies are parked, but for those that somebody has claimed until `dying`
    /// at the longest.
    #[must_use]
    pub fn parked(
        &self,
        now: DateTime<Utc>,
        limit: usize,
        served: Served,
        dying: DateTime<Utc>,
    ) -> Vec<ChatKey> {
        let mut ledgers = self.claims.ledgers_held_for_long(now, dying);
        let mut chats = Vec::new();
        for (place, parked) in &self.parked {
            let ledger = self.ledger_of(&parked.chat);
            if !parked.replies.is_empty() && chats.len() < limit && ledgers.insert(ledger) {
                let chat = self.reply(ledger, *place).map(|(_, chat)| chat);
                chats.extend(chat.filter(|chat| served.has(chat)));
            }
        }
        chats
    }

    /// How much waits.
    #[must_use]
    pub fn backlog(&self) -> Backlog {
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let readings = self
            .accounts
            .values()
            .flat_map(|account| account.drafts.iter());
        let waits = |draft: &&Draft| matches!(draft.state, DraftState::Waiting { .. });
        Backlog {
            readings: count(readings.filter(waits).count()),
            replies: count(self.parked.len()),
            suggestions: count(self.suggestions().len()),
            rates: count(self.rates().len()),
        }
    }

    /// Drafts that wait and are free: the first of every person in the order of their turns, then
    /// the second of everybody, and so on.
    fn in_turn(&self, now: DateTime<Utc>) -> Vec<Task> {
        let mut free: Vec<(DateTime<Utc>, &UserKey, Task)> = Vec::new();
        for account in self.accounts.values() {
            let id = account.ledger.id;
            free.extend(account.drafts.iter().filter_map(|draft| match draft.state {
                DraftState::Waiting { from } if from <= now => {
                    Some((from, &draft.opened_by, Task::Reading(id, draft.id)))
                }
                _ => None,
            }));
        }
        free.retain(|(_, _, task)| self.claims.is_free(task, now));
        free.sort_by_key(|(from, _, _)| *from);
        let mut ranks = HashMap::new();
        let mut turns: Vec<(usize, DateTime<Utc>, Task)> = Vec::new();
        for (from, person, task) in free {
            let rank = ranks.entry(person).or_insert(0_usize);
            *rank += 1;
            let turn = self
                .claims
                .turns
                .get(person)
                .map_or(from, |last| from.max(*last));
            turns.push((*rank, turn, task));
        }
        turns.sort_by_key(|(rank, turn, _)| (*rank, *turn));
        turns.into_iter().map(|(_, _, task)| task).collect()
    }

    /// Anybody can do the other kinds.
    fn is_served(&self, task: &Task, served: Served) -> bool {
        match task {
            Task::Reading(ledger, _) => {
                let account = self.accounts.get(ledger);
                account.is_some_and(|account| served.has(&account.ledger.chat))
            }
            Task::Reply(ledger, place) => {
                let reply = self.reply(*ledger, *place);
                reply.is_some_and(|(_, chat)| served.has(&chat))
            }
            Task::Suggestion(..) | Task::Sweep(_) | Task::Rate(..) => true,
        }
    }

    /// Whoever has a draft claimed goes to the end of the line with the others.
    fn end_turns(&mut self, now: DateTime<Utc>, claimed: &[Task]) {
        let waiting: HashSet<UserKey> = self.people_waiting();
        self.claims
            .turns
            .retain(|person, _| waiting.contains(person));
        for task in claimed {
            if let Task::Reading(ledger, draft) = task
                && let Some(account) = self.accounts.get(ledger)
                && let Some(draft) = account.drafts.get(draft)
            {
                self.claims.turns.insert(draft.opened_by.clone(), now);
            }
        }
    }

    fn people_waiting(&self) -> HashSet<UserKey> {
        let drafts = self
            .accounts
            .values()
            .flat_map(|account| account.drafts.iter());
        drafts
            .filter(|draft| matches!(draft.state, DraftState::Waiting { .. }))
            .map(|draft| draft.opened_by.clone())
            .collect()
    }

    fn suggestions(&self) -> Vec<Task> {
        let mut wanted: Vec<(DateTime<Utc>, Task)> = Vec::new();
        for account in self.accounts.values() {
            let id = account.ledger.id;
            let those = account.wanted.iter();
            wanted.extend(those.map(|(expense, from)| (*from, Task::Suggestion(id, *expense))));
        }
        wanted.sort_by_key(|(from, _)| *from);
        wanted.into_iter().map(|(_, task)| task).collect()
    }

    fn replies(&self) -> Vec<Task> {
        let mut ledgers = HashSet::new();
        self.parked
            .iter()
            .map(|(place, parked)| (self.ledger_of(&parked.chat), *place))
            .filter(|(ledger, _)| ledgers.insert(*ledger))
            .map(|(ledger, place)| Task::Reply(ledger, place))
            .collect()
    }

    /// Nobody sweeps for an erased ledger any more, so that its old keys go here.
    fn sweeps(&mut self, now: DateTime<Utc>) -> Vec<Task> {
        let old = earlier(now, limits::OUTCOMES);
        let accounts = &self.accounts;
        self.outcomes
            .retain(|_, kept| accounts.contains_key(&kept.ledger) || kept.at > old);
        let outcomes = self.outcomes.values().filter(|kept| kept.at <= old);
        let stale: HashSet<LedgerId> = outcomes.map(|kept| kept.ledger).collect();
        let due = |account: &&Account| {
            stale.contains(&account.ledger.id)
                || account.drafts.iter().any(|draft| is_due(draft, now))
        };
        let due = self.accounts.values().filter(due);
        due.map(|account| Task::Sweep(account.ledger.id)).collect()
    }

    fn rates(&self) -> Vec<Task> {
        let mut waiting = Vec::new();
        for account in self.accounts.values() {
            let ledger = &account.ledger;
            let lacking = account.expenses.values();
            let lacking = lacking.filter(|expense| expense.lacks_rate(ledger.settings.currency));
            waiting.extend(
                lacking.map(|expense| (expense.recorded_at, Task::Rate(ledger.id, expense.id))),
            );
        }
        waiting.sort_by_key(|(since, _)| *since);
        waiting.into_iter().map(|(_, task)| task).collect()
    }

    /// What is parked there, and where its chat is now.
    fn reply(&self, ledger: LedgerId, place: u64) -> Option<(&Parked, ChatKey)> {
        let parked = self.parked.get(&place)?;
        let account = self.accounts.get(&ledger);
        let chat = account.map_or(&parked.chat, |account| &account.ledger.chat);
        Some((parked, chat.clone()))
    }

    fn job(&mut self, task: Task, until: DateTime<Utc>) -> Option<Job> {
        let (ledger, chat, work) = match &task {
            Task::Reading(ledger, draft) => {
                let account = self.accounts.get(ledger)?;
                let work = Work::Reading {
                    draft: Box::new(account.drafts.get(draft)?.clone()),
                    settings: Box::new(account.ledger.clone()),
                };
                (*ledger, account.ledger.chat.clone(), work)
            }
            Task::Reply(ledger, place) => {
                let (parked, chat) = self.reply(*ledger, *place)?;
                (*ledger, chat, Work::Reply(parked.clone()))
            }
            Task::Suggestion(ledger, expense) => {
                let account = self.accounts.get(ledger)?;
                let work = Work::Suggestion {
                    expense: Box::new(account.expenses.get(expense)?.clone()),
                    settings: Box::new(account.ledger.clone()),
                };
                (*ledger, account.ledger.chat.clone(), work)
            }
            Task::Sweep(ledger) => {
                let chat = self.accounts.get(ledger)?.ledger.chat.clone();
                (*ledger, chat, Work::Sweep)
            }
            Task::Rate(ledger, expense) => {
                let account = self.accounts.get(ledger)?;
                let work = Work::Rate {
                    expense: Box::new(account.expenses.get(expense)?.clone()),
                    into: account.ledger.settings.currency,
                };
                (*ledger, account.ledger.chat.clone(), work)
            }
        };
        let claim = self.claims.take(task, until);
        Some(Job {
            claim: claim.id,
            attempt: claim.attempt,
            chat,
            ledger,
            work,
        })
    }
}
