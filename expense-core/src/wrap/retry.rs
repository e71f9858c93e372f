//! Another try where it may help.

use std::future::Future;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};

use super::{Call, Policy};
use crate::ports::error::{Fault, PortError, Result};

/// Tries transient faults again, after a pause that doubles, varies by chance, and is never
/// shorter than what the other side asked for. When it asked for more than `longest`, the error
/// is returned at once: whoever called can do something better than wait.
#[derive(Debug, Clone, Copy)]
pub struct Retry {
    /// How often a call is tried at most, the first time included.
    pub attempts: usize,
    /// The first pause.
    pub first: Duration,
    /// The longest pause.
    pub longest: Duration,
}

impl Default for Retry {
    /// Four tries, within about a second if nobody asks for longer pauses.
    fn default() -> Self {
        Self {
            attempts: 4,
            first: Duration::from_millis(50),
            longest: Duration::from_secs(2),
        }
    }
}

impl Retry {
    fn is_worth_it(&self, error: &PortError) -> bool {
        match error.fault {
            Fault::Busy { retry_after } => retry_after.is_none_or(|wait| wait <= self.longest),
            Fault::Unavailable => true,
            // Room is made by people: whoever waits for it waits longer than this.
            Fault::Full | Fault::Denied | Fault::Corrupt | Fault::Bug => false,
        }
    }
}

/// The pause, or the longer one that was asked for.
fn pause(error: &PortError, pause: Option<Duration>) -> Option<Duration> {
    let asked = match error.fault {
        Fault::Busy { retry_after } => retry_after.unwrap_or_default(),
        Fault::Full | Fault::Unavailable | Fault::Denied | Fault::Corrupt | Fault::Bug => {
            Duration::ZERO
        }
    };
    pause.map(|pause| pause.max(asked))
}

impl Policy for Retry {
    async fn run<T, F>(&self, _: Call, attempt: impl Fn() -> F + Send + Sync) -> Result<T>
    where
        T: Send,
        F: Future<Output = Result<T>> + Send,
    {
        let pauses = ExponentialBuilder::default()
            .with_min_delay(self.first)
            .with_max_delay(self.longest)
            .with_max_times(self.attempts.saturating_sub(1))
            .with_jitter();
        attempt
            .retry(pauses)
            .when(|error| self.is_worth_it(error))
            .adjust(pause)
            .await
    }
}
