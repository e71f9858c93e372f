//! Texts that people write, cleaned.

use serde::{Deserialize, Serialize};

/// What an expense was for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Description(String);

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Tag(String);

/// Folded for comparing.
#[must_use]
pub fn fold(text: &str) -> String {
    text.to_lowercase()
}
