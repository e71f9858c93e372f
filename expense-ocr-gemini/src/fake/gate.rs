//! Counting requests, and refusing those beyond a quota.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// Arrivals that are remembered: the oldest goes.
const REMEMBERED: usize = 100_000;

#[derive(Default)]
pub(super) struct Gate {
    arrivals: VecDeque<Instant>,
    count: usize,
    admitted: VecDeque<Instant>,
    by_period: Option<(usize, Duration)>,
    left_today: Option<usize>,
}

/// Why a request is refused.
pub(super) enum Refused {
    Minute { retry_after: Duration },
    Day,
}

impl Gate {
    pub(super) fn allow(&mut self, requests: usize, period: Duration) {
        self.by_period = Some((requests, period));
        self.admitted.clear();
    }

    pub(super) fn allow_today(&mut self, requests: usize) {
        self.left_today = Some(requests);
    }

    pub(super) fn requests(&self) -> usize {
        self.count
    }

    pub(super) fn busiest(&self, period: Duration) -> usize {
        let within = |(first, at): (usize, &Instant)| {
            let later = self.arrivals.iter().skip(first);
            later.take_while(|other| **other < *at + period).count()
        };
        self.arrivals
            .iter()
            .enumerate()
            .map(within)
            .max()
            .unwrap_or(0)
    }

    /// Counts a request and says whether it may pass.
    pub(super) fn enter(&mut self, now: Instant) -> Result<(), Refused> {
        self.count += 1;
        if self.arrivals.len() == REMEMBERED {
            self.arrivals.pop_front();
        }
        self.arrivals.push_back(now);
        if self.left_today == Some(0) {
            return Err(Refused::Day);
        }
        if let Some((requests, period)) = self.by_period {
            while self.admitted.front().is_some_and(|at| *at + period <= now) {
                self.admitted.pop_front();
            }
            if self.admitted.len() >= requests {
                let free = self.admitted.front().map(|at| *at + period);
                let retry_after = free.map_or(period, |free| free - now);
                return Err(Refused::Minute { retry_after });
            }
            self.admitted.push_back(now);
        }
        self.left_today = self.left_today.map(|left| left - 1);
        Ok(())
    }
}
