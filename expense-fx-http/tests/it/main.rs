//! Rates of a local server that speaks as the real ones do.
#![allow(clippy::unwrap_used, reason = "what a test prepares must work")]

mod contracts;
mod faults;
mod server;
