//! Chats with parked replies: what they are told later queues behind.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

use super::activity::Underway;
use crate::domain::keys::ChatKey;

/// The chats that this process knows to have parked replies.
#[derive(Debug)]
pub(super) struct Behind {
    chats: Mutex<Chats>,
}

#[derive(Debug, Default)]
struct Chats {
    looks: u64,
    waiting: HashMap<ChatKey, Waiting>,
}

#[derive(Debug)]
struct Waiting {
    /// Nothing is worth trying before.
    until: DateTime<Utc>,
    /// The look at the store that was the last before something changed here.
    look: u64,
    _underway: Underway,
}

impl Behind {
    pub(super) fn new() -> Self {
        Self {
            chats: Mutex::default(),
        }
    }

    pub(super) fn contains(&self, chat: &ChatKey) -> bool {
        self.chats().waiting.contains_key(chat)
    }

    /// Something of this chat waits in the store, at least until then.
    pub(super) fn add(&self, chat: &ChatKey, until: DateTime<Utc>, underway: Underway) {
        let mut chats = self.chats();
        let look = chats.looks;
        let waiting = chats.waiting.entry(chat.clone()).or_insert(Waiting {
            until,
            look,
            _underway: underway,
        });
        waiting.look = look;
        waiting.until = waiting.until.max(until);
    }

    /// What waits of this chat is in hand until then, or worth another try then.
    pub(super) fn set(&self, chat: &ChatKey, until: DateTime<Utc>) {
        let mut chats = self.chats();
        let look = chats.looks;
        if let Some(waiting) = chats.waiting.get_mut(chat) {
            (waiting.until, waiting.look) = (until, look);
        }
    }

    /// When this chat may be tried again.
    pub(super) fn until(&self, chat: &ChatKey) -> Option<DateTime<Utc>> {
        self.chats().waiting.get(chat).map(|waiting| waiting.until)
    }

    /// A look at the store begins.
    pub(super) fn look(&self) -> u64 {
        let mut chats = self.chats();
        chats.looks += 1;
        chats.looks
    }

    /// A look found all that there is at `now`: chats without anything since it began are no
    /// longer behind.
    pub(super) fn seen(&self, look: u64, now: DateTime<Utc>) {
        self.chats()
            .waiting
            .retain(|_, waiting| waiting.look >= look || waiting.until > now);
    }

    fn chats(&self) -> MutexGuard<'_, Chats> {
        self.chats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
