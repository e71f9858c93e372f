//! A limit on how long a call may take.

use std::future::Future;
use std::time::Duration;

use super::{Call, Policy};
use crate::ports::error::{Fault, PortError, Result};

/// Gives up on a call after this time with `Fault::Unavailable`: whether it acted is unknown.
#[derive(Debug, Clone, Copy)]
pub struct Timeout(
    /// How long one call may take.
    pub Duration,
);

impl Policy for Timeout {
    async fn run<T, F>(&self, call: Call, attempt: impl Fn() -> F + Send + Sync) -> Result<T>
    where
        T: Send,
        F: Future<Output = Result<T>> + Send,
    {
        match tokio::time::timeout(self.0, attempt()).await {
            Ok(result) => result,
            Err(elapsed) => {
                let error = PortError::new(call.port, call.operation, Fault::Unavailable);
                Err(error.because(elapsed))
            }
        }
    }
}
