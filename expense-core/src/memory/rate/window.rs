//! When something was taken from one bucket.

use std::collections::VecDeque;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::memory::{earlier, later};
use crate::ports::rate::{Quota, Verdict};

/// The most refused tokens that are remembered.
const REFUSED_TOKENS: usize = 256;

/// The takes of one bucket that can still count. Takes may come out of order, as a backlog does:
/// what is older than a period before the newest counts as of then, so that two periods and
/// thus twice the burst are all there is to remember.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Window {
    taken: VecDeque<DateTime<Utc>>,
    verdicts: VecDeque<(DateTime<Utc>, String, Verdict)>,
    period: Duration,
}

impl Window {
    pub(super) fn take(&mut self, at: DateTime<Utc>, token: Option<&str>, quota: Quota) -> Verdict {
        let known = self.verdicts.iter().rev().find(|(since, name, _)| {
            Some(name.as_str()) == token && at < later(*since, quota.period)
        });
        if let Some((_, _, verdict)) = known {
            return *verdict;
        }
        self.period = quota.period;
        let counted = self.counted(at);
        let free = self.free_from(counted, quota);
        let verdict = if free == counted {
            let place = self.taken.partition_point(|taken| *taken <= counted);
            self.taken.insert(place, counted);
            Verdict::Allowed
        } else {
            let retry_after = (free - at).to_std().unwrap_or_default();
            Verdict::Limited { retry_after }
        };
        self.remember(at, token, verdict, quota);
        self.forget();
        verdict
    }

    /// What this token took counts as of `now`.
    pub(super) fn restamp(&mut self, token: &str, now: DateTime<Utc>) {
        let mut verdicts = self.verdicts.iter_mut().rev();
        let found = verdicts.find(|(_, name, _)| name == token);
        let Some((at, _, Verdict::Allowed)) = found else {
            return;
        };
        let Some(place) = self.taken.iter().position(|taken| taken == at) else {
            return;
        };
        *at = now;
        self.taken.remove(place);
        let place = self.taken.partition_point(|taken| *taken <= now);
        self.taken.insert(place, now);
    }

    /// Whether nothing here can matter to a take from now on.
    pub(super) fn is_over(&self, now: DateTime<Utc>) -> bool {
        let taken = self.taken.back().copied();
        let judged = self.verdicts.iter().map(|(at, _, _)| *at).max();
        taken
            .max(judged)
            .is_none_or(|last| later(last, self.period) <= now)
    }

    fn counted(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        let floor = self.taken.back().map(|last| earlier(*last, self.period));
        floor.map_or(at, |floor| at.max(floor))
    }

    /// The first instant from `at` on when one more fits: `at`, or one period after an earlier
    /// take.
    fn free_from(&self, at: DateTime<Utc>, quota: Quota) -> DateTime<Utc> {
        let ends = self.taken.iter().map(|taken| later(*taken, quota.period));
        std::iter::once(at)
            .chain(ends.filter(|end| *end > at))
            .find(|instant| self.fits(*instant, quota))
            .unwrap_or(at)
    }

    /// Whether no stretch of one period would hold more than the burst with one more at `at`.
    fn fits(&self, at: DateTime<Utc>, quota: Quota) -> bool {
        let burst = quota.burst.max(1) as usize;
        let period = TimeDelta::from_std(quota.period).unwrap_or(TimeDelta::MAX);
        let place = self.taken.partition_point(|taken| *taken <= at);
        // The list as it would be, without building it.
        let nth = |n: usize| match n.cmp(&place) {
            std::cmp::Ordering::Less => self.taken.get(n).copied(),
            std::cmp::Ordering::Equal => Some(at),
            std::cmp::Ordering::Greater => self.taken.get(n - 1).copied(),
        };
        (place.saturating_sub(burst)..=place).all(|first| match (nth(first), nth(first + burst)) {
            (Some(first), Some(last)) => last - first >= period,
            _ => true,
        })
    }

    /// Refused tokens are forgotten first: nobody fills the memory by asking without end.
    fn remember(&mut self, at: DateTime<Utc>, token: Option<&str>, verdict: Verdict, quota: Quota) {
        let Some(token) = token else { return };
        self.verdicts.push_back((at, token.to_owned(), verdict));
        if self.verdicts.len() > REFUSED_TOKENS.saturating_add(2 * quota.burst as usize) {
            let refused = |(_, _, verdict): &(_, _, Verdict)| *verdict != Verdict::Allowed;
            let oldest = self.verdicts.iter().position(refused).unwrap_or(0);
            self.verdicts.remove(oldest);
        }
    }

    fn forget(&mut self) {
        let Some(last) = self.taken.back() else {
            return;
        };
        let oldest = earlier(earlier(*last, self.period), self.period);
        while self.taken.front().is_some_and(|taken| *taken <= oldest) {
            self.taken.pop_front();
        }
        self.verdicts.retain(|(at, _, _)| *at > oldest);
    }
}
