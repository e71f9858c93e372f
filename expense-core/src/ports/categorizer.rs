//! Suggesting a category where neither the text nor what was learned decides.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::error::Result;
use crate::domain::text::Description;

/// What a category is sought for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Subject {
    /// What was bought, as its buyer put it.
    pub description: Description,
    /// Who sold, where it is known.
    pub merchant: Option<Description>,
    /// The names of the ledger's living categories, the only possible answers.
    pub categories: Vec<String>,
}

/// A category, and who thought of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// One of the names that were given, letter for letter.
    pub category: String,
    /// Who suggests it, in words for the person: "by Gemini".
    pub place: String,
}

/// Suggests categories.
///
/// Promises, each a case of the conformance suite: the answer is one of the names that were given
/// or none; without names, or with nothing described, it is none and nobody is asked; a
/// description is data: one that gives orders is answered by the same rules.
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait Categorizer: Send + Sync {
    /// The category that fits, if one does.
    async fn suggest(&self, subject: &Subject) -> Result<Option<Suggestion>>;
}
