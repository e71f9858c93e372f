//! The program as its operator sees it: metrics, signs of life, logs, traces, rules.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

#[cfg(feature = "otel")]
mod collector;
mod dashboards;
mod health;
mod page;
mod privacy;
mod program;
mod rules;
#[cfg(feature = "otel")]
mod traces;
