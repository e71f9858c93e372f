//! Sparing a messenger that is away: while nothing can be said, few replies are tried.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::domain::limits;
use crate::ports::error::{Fault, PortError};

/// How many tries to say something failed in a row, whichever chats they were for.
#[derive(Debug, Default)]
pub(super) struct Outage {
    failed: AtomicU64,
}

impl Outage {
    /// What a try came to. True where the messenger was away until then.
    pub(super) fn tried(&self, failed: Option<&PortError>) -> bool {
        let unheard = |error: &PortError| {
            error.port == "messenger" && matches!(error.fault, Fault::Unavailable)
        };
        match failed {
            Some(error) if unheard(error) => {
                self.failed.fetch_add(1, Ordering::Relaxed);
                false
            }
            // A store that can't make a file says nothing of the messenger.
            Some(error) if error.port != "messenger" => false,
            Some(_) | None => {
                self.failed.load(Ordering::Relaxed) > 0
                    && self.failed.swap(0, Ordering::Relaxed) >= limits::AWAY_AFTER
            }
        }
    }

    pub(super) fn lasts(&self) -> bool {
        self.failed.load(Ordering::Relaxed) >= limits::AWAY_AFTER
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_lasts_from_many_failures_in_a_row_to_the_first_answer() {
        let outage = Outage::default();
        let unheard = PortError::new("messenger", "send", Fault::Unavailable);
        let refused = PortError::new("messenger", "send", Fault::Denied);
        let unmade = PortError::new("store", "list", Fault::Unavailable);
        for _ in 1..limits::AWAY_AFTER {
            assert!(!outage.tried(Some(&unheard)));
        }
        assert!(!outage.tried(Some(&unmade)));
        assert!(!outage.lasts());
        assert!(!outage.tried(Some(&unheard)));
        assert!(outage.lasts());
        assert!(outage.tried(Some(&refused)), "a refusal is an answer");
        assert!(!outage.lasts());
        assert!(!outage.tried(None), "it was there already");
    }
}
