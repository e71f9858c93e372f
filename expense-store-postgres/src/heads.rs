//! What is remembered of ledgers' counters, and how far that can be relied on.
//!
//! Where one instance writes to a ledger, what it remembers stands, and a batch is written without
//! a look. Where several take turns, most batches hold a ledger that another has written to since:
//! such a batch is written in part, looked at and written again, which costs more than to look first.

use std::num::NonZeroUsize;

use expense_core::domain::keys::LedgerId;
use lru::LruCache;

use crate::config::HEADS;
use crate::look::Head;

/// Of 1,000 batches, so many that were overtaken make a look first the cheaper way: it costs about
/// a third of a write.
const TOO_MANY: i32 = 250;
/// How many batches one batch weighs in what is found of late, to one.
const OF_LATE: i32 = 16;

/// The counters of the ledgers that were written to last.
pub(crate) struct Heads {
    known: LruCache<LedgerId, Head>,
    /// Of 1,000 batches of late, those in which another instance had been quicker.
    overtaken: i32,
}

impl Heads {
    pub(crate) fn new() -> Self {
        Self {
            known: LruCache::new(NonZeroUsize::new(HEADS).unwrap_or(NonZeroUsize::MIN)),
            overtaken: 0,
        }
    }

    /// Takes what is remembered of this ledger, until it is put back.
    pub(crate) fn take(&mut self, ledger: LedgerId) -> Option<Head> {
        self.known.pop(&ledger)
    }

    pub(crate) fn put(&mut self, ledger: LedgerId, head: Head) {
        self.known.put(ledger, head);
    }

    /// Whether a batch may be written by what is remembered.
    pub(crate) fn are_trusted(&self) -> bool {
        self.overtaken < TOO_MANY
    }

    /// What a batch found of all that was remembered: that it still stood, or not.
    pub(crate) fn learn(&mut self, stood: bool) {
        let found = if stood { 0 } else { 1_000 };
        self.overtaken += (found - self.overtaken) / OF_LATE;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_overtaken_again_and_again_is_not_trusted_until_it_stands_again() {
        let mut heads = Heads::new();
        assert!(heads.are_trusted());
        heads.learn(false);
        assert!(heads.are_trusted(), "once is nothing");
        (0..10).for_each(|_| heads.learn(false));
        assert!(!heads.are_trusted());
        // One batch in five is overtaken.
        (0..40).for_each(|batch| heads.learn(batch % 5 > 0));
        assert!(heads.are_trusted());
    }
}
