//! A categorizer that was told what belongs where.

use std::collections::HashMap;

use async_trait::async_trait;

use crate::domain::text::fold;
use crate::ports::categorizer::{Categorizer, Subject, Suggestion};
use crate::ports::error::Result;

/// [`Categorizer`] that answers by the merchant, else by the description, without regard to case;
/// what it does not know, and a category that is not among the given ones, is no suggestion.
#[derive(Debug, Default)]
pub struct ScriptedCategorizer {
    categories: HashMap<String, String>,
}

impl ScriptedCategorizer {
    /// Whom it names.
    pub const PLACE: &'static str = "from a script";

    /// The same categorizer, which knows one more merchant or description.
    #[must_use]
    pub fn with(mut self, what: &str, category: &str) -> Self {
        self.categories.insert(fold(what), category.to_owned());
        self
    }
}

#[async_trait]
impl Categorizer for ScriptedCategorizer {
    async fn suggest(&self, subject: &Subject) -> Result<Option<Suggestion>> {
        let described = subject.merchant.iter().chain([&subject.description]);
        let category = described
            .filter_map(|text| self.categories.get(&fold(text.as_str())))
            .find(|category| subject.categories.contains(category));
        Ok(category.map(|category| Suggestion {
            category: category.clone(),
            place: Self::PLACE.to_owned(),
        }))
    }
}
