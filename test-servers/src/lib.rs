#![doc = include_str!("../README.md")]

pub mod postgres;
mod programs;
