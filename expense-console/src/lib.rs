#![doc = include_str!("../README.md")]

mod book;
#[cfg(test)]
mod conformance;
mod console;
mod delivery;
mod files;
mod inbound;
mod input;
mod line;
mod models;
#[cfg(test)]
mod outage;
mod outbound;
mod path;
mod render;
mod setup;
mod terminal;

pub use console::Console;
pub use delivery::{ChatError, Unrecorded};
pub use files::Files;
pub use inbound::SERVED;
pub use input::Input;
pub use models::Models;
pub use setup::Setup;
pub use terminal::restore_terminal;
