#![doc = include_str!("../README.md")]

mod client;
mod config;
mod error;
mod wire;

pub use client::HttpRates;
pub use config::{Config, InvalidUrl, TIMEOUT};
pub use error::Unusable;
