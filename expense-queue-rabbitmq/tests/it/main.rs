//! The queue on a real broker.
#![allow(clippy::unwrap_used, reason = "what a test prepares must work")]

mod broker;
mod contracts;
mod failures;
mod partitions;
mod promises;
mod sharing;
#[cfg(feature = "amqps")]
mod tls;
mod town;
mod wire;
