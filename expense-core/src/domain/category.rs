//! Categories of a ledger.

use std::ops::Deref;
use std::sync::{Arc, LazyLock};

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

/// The categories of a ledger, deleted ones included, by id.
///
/// Copies share one list until it changes, and those that every ledger begins with are held once
/// in a process, however many ledgers there are. These are kept as nothing (`null`) by serde.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Option<Vec<Category>>", into = "Option<Vec<Category>>")]
pub struct Categories(Arc<Vec<Category>>);

static FIRST: LazyLock<Arc<Vec<Category>>> = LazyLock::new(|| {
    let named = |(id, name)| {
        let name = CategoryName::new(name).ok()?;
        Some(Category {
            id: CategoryId(id),
            name,
            merged_into: None,
        })
    };
    Arc::new((1..).zip(DEFAULT_CATEGORIES).filter_map(named).collect())
});

impl Categories {
    /// Brings in a category: in place of the one with its id, or a new one.
    pub fn put(&mut self, category: &Category) {
        let categories = Arc::make_mut(&mut self.0);
        match categories.binary_search_by_key(&category.id, |known| known.id) {
            Ok(place) => {
                if let Some(known) = categories.get_mut(place) {
                    known.clone_from(category);
                }
            }
            Err(place) => categories.insert(place, category.clone()),
        }
    }
}

impl Default for Categories {
    /// [`DEFAULT_CATEGORIES`].
    fn default() -> Self {
        Self(Arc::clone(&FIRST))
    }
}

impl Deref for Categories {
    type Target = [Category];

    fn deref(&self) -> &[Category] {
        &self.0
    }
}

impl<'a> IntoIterator for &'a Categories {
    type Item = &'a Category;
    type IntoIter = std::slice::Iter<'a, Category>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl From<Vec<Category>> for Categories {
    fn from(categories: Vec<Category>) -> Self {
        if categories == **FIRST {
            Self::default()
        } else {
            Self(Arc::new(categories))
        }
    }
}

impl From<Option<Vec<Category>>> for Categories {
    fn from(kept: Option<Vec<Category>>) -> Self {
        kept.map(Self::from).unwrap_or_default()
    }
}

impl From<Categories> for Option<Vec<Category>> {
    fn from(categories: Categories) -> Self {
        let first = Arc::ptr_eq(&categories.0, &FIRST);
        (!first).then(|| categories.0.to_vec())
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_every_ledger_begins_with_is_held_once() {
        let first = Categories::default();
        assert_eq!(first.len(), DEFAULT_CATEGORIES.len());
        let read = Categories::from(first.to_vec());
        assert!(Arc::ptr_eq(&first.0, &read.0));
        assert_eq!(serde_json::to_string(&read).unwrap(), "null");

        let mut renamed = read.clone();
        let name = CategoryName::new("Eating out").unwrap();
        let category = Category {
            name,
            ..first[0].clone()
        };
        renamed.put(&category);
        assert_eq!((&renamed[0], renamed.len()), (&category, first.len()));
        assert_eq!(read, first);
        let kept = serde_json::to_string(&renamed).unwrap();
        assert_eq!(serde_json::from_str::<Categories>(&kept).unwrap(), renamed);
        assert_eq!(serde_json::from_str::<Categories>("null").unwrap(), first);
    }
}
