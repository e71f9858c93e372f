#![doc = include_str!("../README.md")]

mod acks;
mod broadcast;
mod config;
mod desk;
mod error;
mod grave;
mod link;
mod message;
mod node;
mod pace;
mod partition;
mod publisher;
mod queue;
mod roll;
mod share;
mod shared;
#[cfg(feature = "testing")]
pub mod testing;
mod topology;
mod wake;
mod worker;

pub use config::Config;
pub use error::OpenError;
pub use queue::RabbitQueue;
pub use shared::Waiting;
