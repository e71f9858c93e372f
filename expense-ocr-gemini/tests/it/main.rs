//! Gemini as its users see it, in front of a server that stands in for Google's.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod answers;
mod common;
mod contracts;
mod failures;
mod faults;
mod menu;
mod requests;
mod sdk;
