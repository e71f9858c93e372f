//! The contracts on a real file, and what only a file can do wrong.
#![allow(clippy::unwrap_used, reason = "what a test prepares must work")]

mod contracts;
mod conversions;
mod copies;
mod diary;
mod kill;
mod open;
mod running;
