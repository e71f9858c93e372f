//! What survives the loss of a database: archives between databases, a drill, recovery to a moment.
#![allow(clippy::unwrap_used, reason = "what a test prepares must work")]

mod columns;
mod drill;
mod held;
mod life;
mod recovery;
mod round_trip;
mod stores;
