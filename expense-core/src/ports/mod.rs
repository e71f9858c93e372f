//! The contracts: one trait a consumer, few methods, no default bodies.
//!
//! Three rules decide the cut. One consumer, one trait. What must change together goes through
//! one method. What normally happens is a value, what went wrong is a
//! [`PortError`](error::PortError).
//!
//! Every promise below is a case of the conformance suite of the same name in
//! `expense_core::testing`; an adapter proves itself in one line, and every decorator passes the
//! suite of the port that it wraps.

pub mod attachments;
pub mod cache;
pub mod categorizer;
pub mod clock;
pub mod error;
pub mod fx;
pub mod jobs;
pub mod lease;
pub mod messenger;
pub mod ocr;
pub mod queue;
pub mod rate;
pub mod replica;
pub mod speech;
pub mod state;
pub mod store;
pub mod wake;
