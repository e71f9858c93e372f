//! Readers beside the line, in simulated time: whose turn it is, what people are told meanwhile,
//! and what comes of failures.
#![cfg(feature = "testing")]

mod app;
mod categories;
mod failures;
mod turns;
mod voice;

use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(60 * 60);
