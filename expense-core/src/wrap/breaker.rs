//! Leaving alone what does not answer.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Call, Policy};
use crate::ports::clock::Clock;
use crate::ports::error::{Fault, PortError, Result};

/// When something is left alone, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Failures in a row after which it is left alone, at least 1.
    pub failures: u32,
    /// The first rest; each later one is twice as long.
    pub first: Duration,
    /// The longest rest.
    pub longest: Duration,
}

impl Default for Patience {
    /// After two failures for half a second, up to four seconds: whoever comes back is soon found.
    fn default() -> Self {
        Self {
            failures: 2,
            first: Duration::from_millis(500),
            longest: Duration::from_secs(4),
        }
    }
}

/// A circuit breaker. What was busy or unavailable some times in a row is left alone for a while:
/// calls are `Fault::Busy` at once, with the time that is left, so that nobody waits for an answer
/// that does not come. Then one call is let through: if it works all are, else the rest begins
/// anew, twice as long.
///
/// As a policy it is shared by all ports of one server. Shows `breaker_open{of}`: 1 while it is
/// left alone, 0 else.
pub struct Breaker {
    of: &'static str,
    patience: Patience,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Clone, Copy)]
enum State {
    Closed {
        failures: u32,
    },
    Open {
        until: DateTime<Utc>,
        rest: Duration,
    },
    /// One call finds out how it is.
    Trying {
        rest: Duration,
    },
}

impl Breaker {
    /// One for the server of this name, which its metric and its log lines bear.
    #[must_use]
    pub fn new(of: &'static str, patience: Patience, clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self {
            of,
            patience,
            clock,
            state: Mutex::new(State::Closed { failures: 0 }),
        })
    }

    /// Lets a call through, or tells how long to leave the server alone.
    fn enter(&self) -> std::result::Result<Passage<'_>, Duration> {
        let mut state = self.state();
        let tries = match *state {
            State::Closed { .. } => false,
            State::Trying { .. } => return Err(self.patience.first),
            State::Open { until, rest } => {
                let left = (until - self.clock.now()).to_std().unwrap_or_default();
                // A clock that was set back prolongs nothing.
                if !left.is_zero() && left <= rest {
                    return Err(left);
                }
                *state = State::Trying { rest };
                true
            }
        };
        Ok(Passage {
            breaker: self,
            tries,
        })
    }

    fn worked(&self, tried: bool) {
        let mut state = self.state();
        match &mut *state {
            State::Closed { failures } => *failures = 0,
            State::Trying { .. } if tried => {
                *state = State::Closed { failures: 0 };
                drop(state);
                metrics::gauge!("breaker_open", "of" => self.of).set(0);
                tracing::info!(of = self.of, "it answers again");
            }
            // A late answer to what was asked before: the one that tries finds out.
            State::Open { .. } | State::Trying { .. } => {}
        }
    }

    fn failed(&self, tried: bool) {
        let mut state = self.state();
        match &mut *state {
            State::Closed { failures } => {
                *failures += 1;
                if *failures < self.patience.failures {
                    return;
                }
                *state = self.open(self.patience.first);
                drop(state);
                metrics::gauge!("breaker_open", "of" => self.of).set(1);
                tracing::warn!(
                    of = self.of,
                    "it does not answer and is left alone for a while"
                );
            }
            State::Trying { rest } if tried => {
                let rest = (*rest * 2).min(self.patience.longest);
                *state = self.open(rest);
            }
            State::Open { .. } | State::Trying { .. } => {}
        }
    }

    fn open(&self, rest: Duration) -> State {
        let now = self.clock.now();
        let length = TimeDelta::from_std(rest).unwrap_or(TimeDelta::MAX);
        let until = now.checked_add_signed(length).unwrap_or(now);
        State::Open { until, rest }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One call that was let through.
struct Passage<'b> {
    breaker: &'b Breaker,
    tries: bool,
}

impl Passage<'_> {
    fn ended<T>(mut self, result: &Result<T>) {
        let fault = result.as_ref().err().map(|error| error.fault);
        if matches!(fault, Some(Fault::Busy { .. } | Fault::Unavailable)) {
            self.breaker.failed(self.tries);
        } else {
            self.breaker.worked(self.tries);
        }
        self.tries = false;
    }
}

/// A call that was given up has found out nothing: the next one tries.
impl Drop for Passage<'_> {
    fn drop(&mut self) {
        if !self.tries {
            return;
        }
        let mut state = self.breaker.state();
        if let State::Trying { rest } = *state {
            let until = self.breaker.clock.now();
            *state = State::Open { until, rest };
        }
    }
}

impl Policy for Arc<Breaker> {
    async fn run<T, F>(&self, call: Call, attempt: impl Fn() -> F + Send + Sync) -> Result<T>
    where
        T: Send,
        F: Future<Output = Result<T>> + Send,
    {
        let passage = self.enter().map_err(|wait| {
            let retry_after = Some(wait);
            PortError::new(call.port, call.operation, Fault::Busy { retry_after })
        })?;
        let result = attempt().await;
        passage.ended(&result);
        result
    }
}
