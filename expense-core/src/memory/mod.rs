//! Reference adapters, always compiled: the readable definition of each contract.
//!
//! All of them live in one process and need nothing beside it. [`books`] is the heart of the
//! store without async; [`plan`] is what every store computes the same, whatever it writes to.

pub mod books;
pub mod plan;
