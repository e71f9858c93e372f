#![doc = include_str!("../README.md")]

mod backup;
mod commit;
mod config;
mod error;
mod examine;
mod jobs;
mod list;
mod look;
mod migrate;
mod moving;
mod open;
#[cfg(test)]
mod plans;
mod read;
mod rows;
mod sql;
mod state;
mod store;
mod totals;
mod turn;
mod work;
mod writes;

pub use backup::{BackupError, Restored, backup, restore};
pub use config::Config;
pub use error::OpenError;
pub use examine::examine;
pub use store::SqliteStore;
