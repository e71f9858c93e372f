//! Conversations in which nobody is asked anything, as this process last saw them.
//!
//! Where copies of sessions are shared, each look costs a trip, and nearly always tells that no
//! answer is waited for. That much is remembered here. A conversation that goes on at another
//! instance makes it behind, which costs what any copy costs that is behind: another try.

use crate::conversation::session::{Session, SessionVersion};
use crate::domain::keys::ChatKey;
use crate::domain::limits;
use crate::ports::state::Version;
use crate::ports::store::StoredSession;

use super::LedgerCopies;

/// The sessions at rest.
pub(super) struct Resting {
    /// Nothing where the copies are this process's own anyway.
    known: Option<moka::sync::Cache<ChatKey, Known>>,
}

/// A session at rest: it is known by its versions, since nothing is in it.
#[derive(Clone, Copy)]
struct Known {
    session: SessionVersion,
    copy: Option<Version>,
}

impl Resting {
    pub(super) fn new(options: &LedgerCopies) -> Self {
        let capacity = u64::try_from(limits::COPIES).unwrap_or(u64::MAX);
        let known = options.are_shared().then(|| {
            moka::sync::Cache::builder()
                .max_capacity(capacity)
                .time_to_live(options.ttl)
                .build()
        });
        Self { known }
    }

    /// The session of a chat at rest, and the version under which its copy is shared.
    pub(super) fn get(&self, chat: &ChatKey) -> Option<(StoredSession, Option<Version>)> {
        let known = self.known.as_ref()?.get(chat)?;
        let session = StoredSession {
            version: known.session,
            session: Session::default(),
        };
        Some((session, known.copy))
    }

    /// This is what is shared now under that version.
    pub(super) fn note(&self, chat: &ChatKey, stored: &StoredSession, copy: Option<Version>) {
        let Some(known) = &self.known else {
            return;
        };
        if stored.session == Session::default() {
            let session = stored.version;
            known.insert(chat.clone(), Known { session, copy });
        } else {
            known.invalidate(chat);
        }
    }

    pub(super) fn drop(&self, chat: &ChatKey) {
        if let Some(known) = &self.known {
            known.invalidate(chat);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use crate::memory::cache::MemoryCache;
    use crate::memory::clock::SystemClock;
    use crate::memory::state::MemoryState;
    use crate::testing::fixtures;
    use crate::testing::instances::{Counted, Instance, Shared};

    /// What is known of a chat at one instance is behind as soon as another one asks it something.
    #[tokio::test(start_paused = true)]
    async fn a_question_of_one_instance_is_answered_at_another_that_knew_of_none() {
        let store = Counted::answering_after(Duration::ZERO);
        let clock = Arc::new(SystemClock);
        let shared = Shared {
            cache: Arc::new(MemoryCache::new(clock.clone(), 10)),
            states: Arc::new(MemoryState::new(clock, 10)),
        };
        let start = |name| Instance::start(name, &store, &shared, Duration::from_secs(300));
        let (one, two) = (start("one"), start("two"));
        let chat = fixtures::chat("anna");
        for _ in 0..2 {
            assert!(one.say(&chat, "12.50 lunch").await.contains("12.50"));
            assert!(two.say(&chat, "3 coffee").await.contains("3.00"));
        }
        assert!(one.service.inner.resting.get(&chat).is_some());
        let asked = two.say(&chat, "/edit 1").await;
        assert!(two.service.inner.resting.get(&chat).is_none(), "{asked}");
        let asked = one.say(&chat, "amount").await;
        assert!(asked.contains("Write the new amount"), "{asked}");
        let answered = two.say(&chat, "20").await;
        assert!(answered.contains("20.00"), "{answered}");
        // Both learn that it is at rest again, and then look no more: what is shared is spoilt, and
        // whoever looked would have to ask the store.
        for _ in 0..2 {
            assert!(two.say(&chat, "4 tea").await.contains("4.00"));
            assert!(one.say(&chat, "5 bus").await.contains("5.00"));
        }
        let (states, key) = (&shared.states, format!("session/{}", chat.as_str()));
        let seen = states.load(&key).await.unwrap().unwrap().version;
        let spoilt = states.save(&key, Some(seen), b"none", Duration::from_secs(60));
        spoilt.await.unwrap();
        let asked = store.calls("session");
        assert!(one.say(&chat, "6 tram").await.contains("6.00"));
        assert!(two.say(&chat, "7 taxi").await.contains("7.00"));
        assert_eq!(store.calls("session"), asked);
    }
}
