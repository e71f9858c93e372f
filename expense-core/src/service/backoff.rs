//! How long to wait before another try.

use std::time::Duration;

use crate::domain::limits;
use crate::ports::error::{Fault, PortError};

/// The wait before the try after `attempt` (from 1): four times longer each time, never shorter
/// than the other side asked for.
pub(super) fn after(attempt: u32, error: &PortError) -> Duration {
    growing(attempt, limits::FIRST_RETRY, limits::LAST_RETRY).max(asked(error))
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
}
