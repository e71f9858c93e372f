//! Archives that are whole, and every way in which they are not.
#![allow(clippy::unwrap_used, reason = "what a test prepares must work")]

mod files;
mod keeping;
mod shelves;
