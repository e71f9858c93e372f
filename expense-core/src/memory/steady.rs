//! Clocks to wait by: somebody may set the machine's at any time, by hours if need be.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{later, locked};
use crate::ports::clock::Clock;

/// Shows when it was made and how much has passed since, whatever the clock that it was made from
/// is set to: right for waits that end with this process, wrong for dates.
pub struct SteadyClock {
    clock: Arc<dyn Clock>,
    began: DateTime<Utc>,
    at: Duration,
}

impl SteadyClock {
    /// It shows what the other one shows now.
    #[must_use]
    pub fn over(clock: Arc<dyn Clock>) -> Self {
        let (began, at) = (clock.now(), clock.steady());
        Self { clock, began, at }
    }
}

impl Clock for SteadyClock {
    fn now(&self) -> DateTime<Utc> {
        after(self.began, self.steady().saturating_sub(self.at))
    }

    fn steady(&self) -> Duration {
        self.clock.steady()
    }
}

/// Goes with another clock, but never back: where that one is set back, it goes on by what
/// passes. It is for times that are written down and waited for by whoever reads them, perhaps
/// another process: they know nothing else of each other's time. A process that begins after a
/// clock was set back waits by it at most for so much longer.
pub struct OnwardClock {
    clock: Arc<dyn Clock>,
    shown: Mutex<(DateTime<Utc>, Duration)>,
}

impl OnwardClock {
    /// It shows what the other one shows now.
    #[must_use]
    pub fn over(clock: Arc<dyn Clock>) -> Self {
        let shown = Mutex::new((clock.now(), clock.steady()));
        Self { clock, shown }
    }
}

impl Clock for OnwardClock {
    fn now(&self) -> DateTime<Utc> {
        let mut shown = locked(&self.shown);
        let (last, at) = *shown;
        let (now, passed) = (self.clock.now(), self.clock.steady());
        let onward = after(last, passed.saturating_sub(at));
        if now >= onward {
            *shown = (now, passed);
        }
        now.max(onward)
    }

    fn steady(&self) -> Duration {
        self.clock.steady()
    }
}

/// In whole microseconds, as clocks show them.
fn after(instant: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    let micros = u64::try_from(by.as_micros()).unwrap_or(u64::MAX);
    later(instant, Duration::from_micros(micros))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::memory::clock::ManualClock;

    const HOUR: TimeDelta = TimeDelta::hours(1);

    /// What these show after each move of the clock.
    fn shown(clock: &Arc<ManualClock>, by: &dyn Clock, moves: &[TimeDelta]) -> Vec<i64> {
        let began = by.now();
        let mut seconds = Vec::new();
        for set in moves {
            clock.set(clock.now() + *set);
            clock.advance(Duration::from_secs(1));
            seconds.push((by.now() - began).num_seconds());
        }
        seconds
    }

    fn manual() -> Arc<ManualClock> {
        Arc::new(ManualClock::at(DateTime::UNIX_EPOCH + HOUR * 24))
    }

    #[test]
    fn what_has_passed_is_no_matter_of_how_the_clock_is_set() {
        let clock = manual();
        let steady = SteadyClock::over(clock.clone());
        let moves = [TimeDelta::zero(), HOUR, -HOUR, -HOUR, HOUR];
        assert_eq!(shown(&clock, &steady, &moves), [1, 2, 3, 4, 5]);
    }

    #[test]
    fn a_clock_that_is_set_back_goes_on_and_is_followed_once_it_is_ahead() {
        let clock = manual();
        let onward = OnwardClock::over(clock.clone());
        let moves = [TimeDelta::zero(), -HOUR, TimeDelta::zero(), HOUR * 2];
        assert_eq!(shown(&clock, &onward, &moves), [1, 2, 3, 3_604]);
    }
}
