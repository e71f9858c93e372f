//! Counting calls and how long they take.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use metrics::{Counter, Histogram, counter, histogram};

use super::{Call, Policy};
use crate::ports::clock::Clock;
use crate::ports::error::Result;

/// Counts calls as `port_calls_total{port, operation, outcome}` and measures them as
/// `port_call_duration_seconds{port, operation}`. All labels are ours: `outcome` is `ok` or the
/// kind of fault. A name is put together when a call ends in a way for the first time, not each
/// time.
pub struct Meter {
    clock: Arc<dyn Clock>,
    /// A port has few operations.
    series: Mutex<Vec<Series>>,
}

/// How the calls of one operation ended.
struct Series {
    call: Call,
    duration: Histogram,
    outcomes: Vec<(&'static str, Counter)>,
}

impl Meter {
    /// Measures by this clock.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            series: Mutex::default(),
        }
    }
}

impl Policy for Meter {
    async fn run<T, F>(&self, call: Call, attempt: impl Fn() -> F + Send + Sync) -> Result<T>
    where
        T: Send,
        F: Future<Output = Result<T>> + Send,
    {
        let began = self.clock.now();
        let result = attempt().await;
        // A clock that was set back measures nothing.
        let took = (self.clock.now() - began).to_std().unwrap_or_default();
        let outcome = result.as_ref().map_or_else(|e| e.fault.kind(), |_| OK);
        self.note(call, outcome, took);
        result
    }
}

const OK: &str = "ok";

impl Meter {
    fn note(&self, call: Call, outcome: &'static str, took: Duration) {
        let mut series = self.series.lock().unwrap_or_else(PoisonError::into_inner);
        let known = series.iter().position(|series| series.call == call);
        let at = known.unwrap_or_else(|| {
            series.push(Series::new(call));
            series.len() - 1
        });
        if let Some(series) = series.get_mut(at) {
            series.duration.record(took);
            series.outcome(outcome).increment(1);
        }
    }
}

impl Series {
    fn new(call: Call) -> Self {
        let Call { port, operation } = call;
        Self {
            call,
            duration: histogram!("port_call_duration_seconds",
                "port" => port, "operation" => operation),
            outcomes: Vec::new(),
        }
    }

    fn outcome(&mut self, outcome: &'static str) -> Counter {
        let known = self.outcomes.iter().find(|(known, _)| *known == outcome);
        if let Some((_, counter)) = known {
            return counter.clone();
        }
        let Call { port, operation } = self.call;
        let counter = counter!("port_calls_total",
            "port" => port, "operation" => operation, "outcome" => outcome);
        self.outcomes.push((outcome, counter.clone()));
        counter
    }
}
