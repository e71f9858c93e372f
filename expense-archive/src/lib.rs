#![doc = include_str!("../README.md")]

mod error;
mod keep;
mod manifest;
mod part;
mod read;
mod shelf;
mod status;
mod write;

pub use error::ArchiveError;
pub use keep::Keep;
pub use manifest::{FORMAT, Header, Manifest, Summary, Tally};
pub use read::{Reader, verify};
pub use shelf::{Shelf, Shelved};
pub use status::Status;
pub use write::{Writer, Written};
