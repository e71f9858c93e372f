//! Counting calls and how long they take.

use std::future::Future;
use std::sync::Arc;

use super::{Call, Policy};
use crate::ports::clock::Clock;
use crate::ports::error::{Fault, PortError, Result};

/// Counts calls as `port_calls_total{port, operation, outcome}` and measures them as
/// `port_call_duration_seconds{port, operation}`. All labels are ours: `outcome` is `ok` or the
/// kind of fault.
pub struct Meter {
    clock: Arc<dyn Clock>,
}

impl Meter {
    /// Measures by this clock.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock }
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
        let Call { port, operation } = call;
        let outcome = result.as_ref().map_or_else(fault, |_| "ok");
        metrics::counter!("port_calls_total",
            "port" => port, "operation" => operation, "outcome" => outcome)
        .increment(1);
        metrics::histogram!("port_call_duration_seconds",
            "port" => port, "operation" => operation)
        .record(took);
        result
    }
}

fn fault(error: &PortError) -> &'static str {
    match error.fault {
        Fault::Busy { .. } => "busy",
        Fault::Unavailable => "unavailable",
        Fault::Full => "full",
        Fault::Denied => "denied",
        Fault::Corrupt => "corrupt",
        Fault::Bug => "bug",
    }
}
