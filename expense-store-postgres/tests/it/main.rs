//! The contracts on a real server, and what only a server can do wrong.
#![allow(clippy::unwrap_used, reason = "what a test prepares must work")]

mod contracts;
mod examine;
mod gathered;
mod kill;
mod open;
mod partitions;
mod plans;
mod replica;
mod running;
mod search;
mod sharding;
mod sources;
mod tls;
