#![doc = include_str!("../README.md")]

pub mod conversation;
pub mod domain;
pub mod memory;
pub mod ports;
pub mod service;
#[cfg(feature = "testing")]
pub mod testing;
pub mod wrap;
