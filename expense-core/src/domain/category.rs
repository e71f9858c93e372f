//! Categories of a ledger.

use serde::{Deserialize, Serialize};

use super::limits;
use super::text::fold;

/// A category within its ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CategoryId(pub u32);

/// The category that expenses fall into when nothing else decides. It can be renamed, never
/// deleted.
pub const OTHERS: CategoryId = CategoryId(12);

/// The categories that every ledger begins with; their ids are their places, from 1.
pub const DEFAULT_CATEGORIES: [&str; 16] = [
    "Food - Dining Out",
    "Food - Grocery",
    "Transportation",
    "Communication",
    "Housing - Mortgage",
    "Housing - Others",
    "Personal Care",
    "Health and Wellness",
    "Education",
    "Entertainment",
    "Credit/Debt Payments",
    "Others",
    "Utilities",
    "Travel & Vacation",
    "Subscriptions",
    "Donations",
];

/// A category. Deleting one moves its expenses without touching them: it stays as a signpost
/// to the category that took them over, and undoing that removes the signpost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// Its id, never reused.
    pub id: CategoryId,
    /// Its name, unique among the living ones of the ledger without regard to case.
    pub name: CategoryName,
    /// Where its expenses went when it was deleted.
    pub merged_into: Option<CategoryId>,
}

/// A category's name: 1 to [`limits::CATEGORY_CHARS`] characters on one line, no brackets.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CategoryName(String);

/// Why a text is no category name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CategoryNameError {
    /// Nothing is left of it.
    #[error("a category needs a name")]
    Empty,
    /// It is too long.
    #[error("a category's name has at most {} characters", limits::CATEGORY_CHARS)]
    TooLong,
    /// It holds a sign that names can't have.
    #[error("a category's name can't contain [ ] # or ->")]
    Forbidden,
}

impl CategoryName {
    /// The name with its white space folded.
    ///
    /// # Errors
    ///
    /// A [`CategoryNameError`] that says what is wrong with it.
    pub fn new(text: &str) -> Result<Self, CategoryNameError> {
        let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.is_empty() {
            return Err(CategoryNameError::Empty);
        }
        if name.chars().count() > limits::CATEGORY_CHARS {
            return Err(CategoryNameError::TooLong);
        }
        let forbidden = |c: char| matches!(c, '[' | ']' | '#') || c.is_control();
        if name.contains(forbidden) || name.contains("->") {
            return Err(CategoryNameError::Forbidden);
        }
        Ok(Self(name))
    }

    /// The name as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether both are the same name to a person.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        fold(&self.0) == fold(text.trim())
    }
}

impl TryFrom<String> for CategoryName {
    type Error = CategoryNameError;

    fn try_from(text: String) -> Result<Self, CategoryNameError> {
        Self::new(&text)
    }
}

impl From<CategoryName> for String {
    fn from(name: CategoryName) -> Self {
        name.0
    }
}
