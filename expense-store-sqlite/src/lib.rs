#![doc = include_str!("../README.md")]

mod commit;
mod config;
mod copy;
mod dump;
mod error;
mod examine;
mod jobs;
mod list;
mod load;
mod look;
mod migrate;
mod moving;
mod open;
mod parked;
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

pub use config::Config;
pub use copy::{CopyError, snapshot};
pub use dump::dump;
pub use error::OpenError;
pub use examine::examine;
pub use load::{Loaded, load};
pub use migrate::newest as schema;
pub use store::SqliteStore;
