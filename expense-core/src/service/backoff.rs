//! How long to wait before another try.

use std::time::Duration;

use crate::domain::limits;
use crate::ports::error::{Fault, PortError};

/// The wait before the try after `attempt` (from 1): four times longer each time, never shorter
/// than the other side asked for.
pub(super) fn after(attempt: u32, error: &PortError) -> Duration {
    growing(attempt, limits::FIRST_RETRY, limits::LAST_RETRY).max(asked(error))
}

/// The same before a reply is tried again, which somebody waits for: seconds in the first hour of
/// an outage, however many tries it has seen.
pub(super) fn reply(attempt: u32, error: &PortError) -> Duration {
    let last = match attempt {
        ..=limits::EARLY_REPLY_ATTEMPTS => limits::EARLY_REPLY_RETRY,
        _ => limits::LAST_RETRY,
    };
    growing(attempt, limits::FIRST_RETRY, last).max(asked(error))
}

/// The wait before the try after `attempt` (from 1): four times longer each time, from `first` to
/// `last`.
pub(super) fn growing(attempt: u32, first: Duration, last: Duration) -> Duration {
    let times = 4u32.saturating_pow(attempt.saturating_sub(1).min(16));
    first.saturating_mul(times).min(last)
}

/// How long the other side asked to be left alone.
pub(super) fn asked(error: &PortError) -> Duration {
    match error.fault {
        Fault::Busy { retry_after } => retry_after.unwrap_or_default(),
        Fault::Full | Fault::Unavailable | Fault::Denied | Fault::Corrupt | Fault::Bug => {
            Duration::ZERO
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::first(1, Fault::Unavailable, 250)]
    #[case::third(3, Fault::Unavailable, 4_000)]
    #[case::bounded(60, Fault::Unavailable, 300_000)]
    #[case::as_asked(1, Fault::Busy { retry_after: Some(Duration::from_secs(7)) }, 7_000)]
    #[case::not_earlier(3, Fault::Busy { retry_after: Some(Duration::from_secs(1)) }, 4_000)]
    fn waits(#[case] attempt: u32, #[case] fault: Fault, #[case] milliseconds: u64) {
        let error = PortError::new("store", "commit", fault);
        assert_eq!(after(attempt, &error), Duration::from_millis(milliseconds));
    }

    /// People who were not answered while the messenger was away are answered when it is back.
    #[rstest]
    #[case::first(1, Fault::Unavailable, 250)]
    #[case::in_the_first_hour(240, Fault::Unavailable, 15_000)]
    #[case::later(241, Fault::Unavailable, 300_000)]
    #[case::as_asked(3, Fault::Busy { retry_after: Some(Duration::from_secs(60)) }, 60_000)]
    fn replies_wait(#[case] attempt: u32, #[case] fault: Fault, #[case] milliseconds: u64) {
        let error = PortError::new("messenger", "send", fault);
        assert_eq!(reply(attempt, &error), Duration::from_millis(milliseconds));
    }
}
