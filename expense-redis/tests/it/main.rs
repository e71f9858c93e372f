//! The contracts on a real server, and what only a server can do wrong.
#![allow(clippy::unwrap_used, reason = "what a test prepares must work")]

mod contracts;
mod gone;
mod ledgers;
mod limits;
#[cfg(feature = "cluster")]
mod parts;
mod promises;
mod rights;
mod sentinel;
mod tls;
mod waking;
