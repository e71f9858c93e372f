#![doc = include_str!("../README.md")]

mod cache;
mod client;
#[cfg(feature = "cluster")]
mod cluster;
mod config;
mod error;
mod examine;
mod gather;
mod lease;
mod rate;
mod rights;
mod script;
mod sentinel;
mod state;
#[cfg(feature = "testing")]
pub mod testing;
mod tls;
mod wake;

// The encrypted connections of `redis` need the one implementation that this workspace names.
use rustls as _;

pub use client::Redis;
pub use config::Config;
pub use error::OpenError;
pub use examine::{Examined, examine};
