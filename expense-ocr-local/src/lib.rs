#![doc = include_str!("../README.md")]

mod boxes;
mod crop;
mod decode;
mod detect;
mod engine;
mod error;
mod fetch;
mod fields;
mod hull;
mod infer;
mod levels;
mod lines;
mod models;
mod orient;
mod pdf;
mod reader;
mod recognize;

pub use decode::Format;
pub use fetch::{Progress, Stage, fetch};
pub use models::{Models, ModelsError};
pub use reader::LocalReader;
