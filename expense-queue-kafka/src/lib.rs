#![doc = include_str!("../README.md")]

mod config;
mod desk;
mod error;
mod grave;
mod message;
mod publisher;
mod queue;
mod reader;
mod rebalance;
mod settling;
#[cfg(feature = "testing")]
pub mod testing;
mod topology;
mod waiting;
mod worker;

pub use config::Config;
pub use error::OpenError;
pub use queue::KafkaQueue;
