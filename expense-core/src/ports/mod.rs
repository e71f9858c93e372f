//! The contracts: one trait a consumer, few methods, what normally happens is a value and what
//! went wrong is a [`PortError`](error::PortError).

pub mod error;
pub mod ocr;
