//! Decisions: what a message means and what follows from it, as values.
//!
//! [`step`](step::step) is the only way in. It asks [`Question`](question::Question)s until it
//! can decide; it reads no clock, draws no random number and waits for nothing, so that a
//! conversation is tested by a script alone.

pub mod action;
mod categorize;
mod changes;
pub mod command;
mod context;
pub mod decision;
pub mod entry;
pub mod event;
mod flows;
mod introduction;
mod patch;
mod payer;
pub mod payload;
pub mod period;
pub mod question;
pub mod reply;
pub mod session;
pub mod step;
pub(crate) mod wording;
pub mod write;
