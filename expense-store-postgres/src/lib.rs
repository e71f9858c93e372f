#![doc = include_str!("../README.md")]

mod columns;
mod commit;
mod common;
mod config;
mod copy;
mod desk;
mod dump;
mod error;
mod examine;
mod gathered;
mod heads;
mod jobs;
mod kept;
mod list;
mod load;
mod look;
mod migrate;
mod moving;
mod open;
mod parked;
mod partition;
#[cfg(all(test, feature = "testing"))]
mod plans;
mod read;
mod readers;
mod replica;
mod rows;
mod search;
mod sql;
mod state;
mod store;
#[cfg(feature = "testing")]
pub mod testing;
mod tls;
mod totals;
mod work;
mod writes;

pub use config::Config;
pub use copy::CopyError;
pub use dump::dump;
pub use error::OpenError;
pub use examine::{Examined, examine, examine_standby};
pub use load::load;
pub use migrate::newest as schema;
pub use partition::{BY_LEDGER, PARTITIONS, partition};
pub use readers::PoolUse;
pub use replica::PostgresReplica;
pub use store::PostgresStore;
