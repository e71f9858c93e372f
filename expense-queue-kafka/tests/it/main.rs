//! The queue on a broker that speaks Kafka's protocol and keeps everything in memory. What needs a
//! broker that comes back with what it had is not tested here: restarts, disks, lost replicas.
#![allow(clippy::unwrap_used, reason = "what a test prepares must work")]

mod contracts;
mod promises;
mod sharing;
mod town;
