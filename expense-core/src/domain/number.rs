//! Numbers as people write them, in every locale.

mod digits;
mod format;
mod parse;
mod symbols;

pub use digits::{digit, is_bidi_control, sign};
pub use format::{format, format_money};
pub use parse::{Parsed, Refusal, parse};
pub use symbols::Symbols;
