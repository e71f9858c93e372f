//! How many people use the bot, counted in bounded memory.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};

use crate::domain::keys::UserKey;
use crate::domain::limits;

/// The people whose updates this process handled within `limits::ACTIVE`. Exact up to
/// `limits::ACTIVE_KNOWN` of them; beyond that a part of them, chosen by their hashes, stands for
/// all, which is right to within some hundredths.
pub(super) struct Active {
    hasher: RandomState,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// One in two to this power of all people is counted.
    halvings: u32,
    seen: HashMap<u64, DateTime<Utc>>,
}

impl Active {
    pub(super) fn new() -> Self {
        Self {
            hasher: RandomState::new(),
            known: Mutex::default(),
        }
    }

    /// This person did something.
    pub(super) fn saw(&self, who: &UserKey, now: DateTime<Utc>) {
        let hash = self.hasher.hash_one(who);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.counts(hash) {
            return;
        }
        known.seen.insert(hash, now);
        while known.seen.len() > limits::ACTIVE_KNOWN {
            known.forget(now);
            if known.seen.len() > limits::ACTIVE_KNOWN {
                known.halvings += 1;
                let halvings = known.halvings;
                known.seen.retain(|hash, _| counts(*hash, halvings));
            }
        }
    }

    /// How many there are.
    pub(super) fn count(&self, now: DateTime<Utc>) -> u64 {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.forget(now);
        if known.seen.is_empty() {
            known.halvings = 0;
        }
        let seen = u64::try_from(known.seen.len()).unwrap_or(u64::MAX);
        seen.checked_shl(known.halvings).unwrap_or(u64::MAX)
    }
}

impl Known {
    fn counts(&self, hash: u64) -> bool {
        counts(hash, self.halvings)
    }

    fn forget(&mut self, now: DateTime<Utc>) {
        let fresh = |at: DateTime<Utc>| (now - at).to_std().unwrap_or_default() < limits::ACTIVE;
        self.seen.retain(|_, at| fresh(*at));
    }
}

/// Whether this one is of the part that is counted: its last digits are zero.
fn counts(hash: u64, halvings: u32) -> bool {
    hash.trailing_zeros() >= halvings
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::testing::fixtures::noon;

    fn person(number: usize) -> UserKey {
        UserKey::new(format!("test:{number}")).unwrap()
    }

    #[test]
    fn each_person_counts_once_and_for_a_day() {
        let active = Active::new();
        for number in (0..100).chain(0..100) {
            active.saw(&person(number), noon());
        }
        assert_eq!(active.count(noon()), 100);
        let evening = noon() + TimeDelta::hours(6);
        active.saw(&person(7), evening);
        assert_eq!(active.count(noon() + TimeDelta::hours(25)), 1);
        assert_eq!(active.count(evening + TimeDelta::hours(25)), 0);
    }

    #[test]
    fn a_crowd_is_counted_by_a_part_of_it() {
        let active = Active::new();
        let crowd = 100_000;
        for number in 0..crowd {
            active.saw(&person(number), noon());
        }
        let kept = active.known.lock().unwrap().seen.len();
        assert!(kept <= limits::ACTIVE_KNOWN, "{kept}");
        let counted = usize::try_from(active.count(noon())).unwrap();
        assert!(counted.abs_diff(crowd) < crowd / 8, "{counted}");
    }
}
