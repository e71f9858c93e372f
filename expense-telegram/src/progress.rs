//! How far replies came that take several messages: whoever tries again goes on there, and repeats
//! nothing. A group may hear two messages at once and has to wait for the third.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Replies that are remembered; beyond that all are begun anew.
const REPLIES: usize = 4_096;
/// How long it is remembered how far one came.
const KEPT: Duration = Duration::from_secs(60 * 60);

/// The replies that are not whole yet.
#[derive(Default)]
pub(crate) struct Progress {
    begun: Mutex<HashMap<u64, Begun>>,
    hashing: RandomState,
}

struct Begun {
    messages: usize,
    named: i64,
    at: Instant,
}

impl Progress {
    /// How many messages of it were sent, and the one that names it.
    pub(crate) fn of(&self, reply: u64) -> (usize, Option<i64>) {
        match self.begun().get(&reply) {
            Some(begun) if begun.at.elapsed() < KEPT => (begun.messages, Some(begun.named)),
            _ => (0, None),
        }
    }

    /// So many of its messages were sent.
    pub(crate) fn note(&self, reply: u64, messages: usize, named: i64) {
        let mut begun = self.begun();
        if begun.len() >= REPLIES {
            begun.retain(|_, begun| begun.at.elapsed() < KEPT);
        }
        if begun.len() >= REPLIES {
            begun.clear();
        }
        let at = Instant::now();
        let so_far = Begun {
            messages,
            named,
            at,
        };
        begun.insert(reply, so_far);
    }

    /// It was sent.
    pub(crate) fn whole(&self, reply: u64) {
        self.begun().remove(&reply);
    }

    /// What a reply is known by.
    pub(crate) fn key(&self, reply: impl std::hash::Hash) -> u64 {
        self.hashing.hash_one(reply)
    }

    fn begun(&self) -> MutexGuard<'_, HashMap<u64, Begun>> {
        self.begun.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
