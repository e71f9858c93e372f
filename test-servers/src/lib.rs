#![doc = include_str!("../README.md")]

pub mod certificate;
pub mod door;
pub mod kafka;
mod keeper;
pub mod postgres;
mod processor;
mod programs;
pub mod proxy;
pub mod rabbitmq;
pub mod redis;

/// The processor time that this process has used so far.
///
/// # Errors
///
/// Where `/proc` does not tell.
pub fn processor_time() -> std::io::Result<std::time::Duration> {
    processor_time_of(std::process::id())
}

/// The processor time that another process and its children have used so far.
///
/// # Errors
///
/// Where `/proc` does not tell.
pub fn processor_time_of(process: u32) -> std::io::Result<std::time::Duration> {
    processor::of_family(process)
}
