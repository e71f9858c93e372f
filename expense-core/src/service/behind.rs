//! Chats with parked replies: what they are told later queues behind.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::activity::Underway;
use crate::domain::keys::ChatKey;
use crate::domain::limits;

/// The chats that this process knows to have parked replies: its own at once, those of others and
/// of earlier processes from one question to the store to the next. Times are by what has passed.
#[derive(Debug)]
pub(super) struct Behind {
    chats: Mutex<Chats>,
    /// One asks the store at a time: an older answer never takes the place of a newer one.
    pub(super) asking: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Chats {
    looks: u64,
    waiting: HashMap<ChatKey, Waiting>,
    /// All of them, by the store's last word.
    known: HashSet<ChatKey>,
    /// When that was asked for.
    asked: Option<Duration>,
}

#[derive(Debug)]
struct Waiting {
    /// Nothing is worth trying before.
    not_before: Duration,
    /// Something may be claimed, unseen by a look, until then.
    claimed_until: Duration,
    /// The look at the store that was the last before something changed here.
    look: u64,
    _underway: Underway,
}

impl Waiting {
    /// Whether it waits for certain after this look.
    fn surely(&self, look: u64, now: Duration) -> bool {
        self.look >= look || self.not_before > now || self.claimed_until > now
    }
}

impl Behind {
    pub(super) fn new() -> Self {
        Self {
            chats: Mutex::default(),
            asking: tokio::sync::Mutex::default(),
        }
    }

    pub(super) fn contains(&self, chat: &ChatKey) -> bool {
        let chats = self.chats();
        chats.waiting.contains_key(chat) || chats.known.contains(chat)
    }

    /// Whether the store is to be asked for all of them: more often while there are any. Where no
    /// other process parks anything, once, and until what earlier ones parked is sent.
    pub(super) fn is_to_ask(&self, now: Duration, others_park: bool) -> bool {
        let chats = self.chats();
        let Some(asked) = chats.asked else {
            return true;
        };
        match (chats.known.is_empty(), others_park) {
            (false, _) => asked + limits::BEHIND_LOOK <= now,
            (true, true) => asked + limits::NOBODY_BEHIND_LOOK <= now,
            (true, false) => false,
        }
    }

    /// These were all, when this was asked for.
    pub(super) fn know(&self, all: Vec<ChatKey>, asked: Duration) {
        let mut chats = self.chats();
        chats.known = HashSet::from_iter(all);
        chats.asked = Some(asked);
    }

    /// Whether there were any by the store's last word.
    pub(super) fn knows_any(&self) -> bool {
        !self.chats().known.is_empty()
    }

    /// Something of this chat waits in the store, not worth a try before then.
    pub(super) fn add(&self, chat: &ChatKey, not_before: Duration, underway: Underway) {
        let mut chats = self.chats();
        let look = chats.looks;
        let waiting = chats.waiting.entry(chat.clone()).or_insert(Waiting {
            not_before,
            claimed_until: not_before,
            look,
            _underway: underway,
        });
        waiting.look = look;
        waiting.not_before = waiting.not_before.max(not_before);
    }

    /// What waits of this chat is claimed at the longest until then.
    pub(super) fn claimed(&self, chat: &ChatKey, until: Duration) {
        if let Some(waiting) = self.chats().waiting.get_mut(chat) {
            waiting.claimed_until = until;
        }
    }

    /// A look failed, and what it claimed is unknown.
    pub(super) fn maybe_claimed(&self, until: Duration) {
        for waiting in self.chats().waiting.values_mut() {
            waiting.claimed_until = waiting.claimed_until.max(until);
        }
    }

    /// A claim of this chat ended; what is left is worth a try then.
    pub(super) fn released(&self, chat: &ChatKey, not_before: Duration) {
        let mut chats = self.chats();
        let look = chats.looks;
        if let Some(waiting) = chats.waiting.get_mut(chat) {
            (waiting.not_before, waiting.claimed_until) = (not_before, not_before);
            waiting.look = look;
        }
    }

    /// When this chat may be tried again.
    pub(super) fn not_before(&self, chat: &ChatKey) -> Option<Duration> {
        let chats = self.chats();
        chats.waiting.get(chat).map(|waiting| waiting.not_before)
    }

    /// A look at the store begins.
    pub(super) fn look(&self) -> u64 {
        let mut chats = self.chats();
        chats.looks += 1;
        chats.looks
    }

    /// Whether a look that found all that is free at `now` leaves chats without anything since it
    /// began: what is parked of them may be put off, by another process, too.
    pub(super) fn doubts(&self, look: u64, now: Duration) -> bool {
        let chats = self.chats();
        chats
            .waiting
            .values()
            .any(|waiting| !waiting.surely(look, now))
    }

    /// Those are no longer behind, but for whom the store knows something.
    pub(super) fn seen(&self, look: u64, now: Duration) {
        let mut chats = self.chats();
        let Chats { waiting, known, .. } = &mut *chats;
        waiting.retain(|chat, waiting| waiting.surely(look, now) || known.contains(chat));
    }

    fn chats(&self) -> MutexGuard<'_, Chats> {
        self.chats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
