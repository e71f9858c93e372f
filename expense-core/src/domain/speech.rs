//! What a person said aloud, and the expense in it.

use std::fmt;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::currency::Currency;
use super::limits;
use super::text::{Description, clean};

/// What came of listening.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Speech {
    /// Somebody names what was spent.
    Expense {
        /// What was said.
        transcript: Transcript,
        /// What it means.
        expense: Box<Spoken>,
    },
    /// Somebody speaks, and of no expense.
    Other {
        /// What was said.
        transcript: Transcript,
    },
    /// Nobody can be understood: silence, noise, a damaged recording, a file that is none.
    Nothing,
}

/// The fields of an expense as they were said; what was not said is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Spoken {
    /// How much; a refund is negative. In `currency`, or, where none was named, in the one that
    /// the speaker takes for granted.
    pub amount: Option<Decimal>,
    /// In what.
    pub currency: Option<Currency>,
    /// The day of the purchase, "yesterday" being the speaker's.
    pub date: Option<NaiveDate>,
    /// From whom.
    pub merchant: Option<Description>,
    /// What for.
    pub description: Option<Description>,
    /// One of the ledger's own category names.
    pub category: Option<String>,
}

/// Spoken words as text: one line of at most [`limits::TRANSCRIPT_CHARS`] characters, without
/// control characters and marks that change the direction of text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Transcript(String);

impl Transcript {
    /// `text` cleaned; what exceeds the bound is cut and ends in `…`.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut text = clean(text);
        if let Some((end, _)) = text.char_indices().nth(limits::TRANSCRIPT_CHARS) {
            text.truncate(end);
            text.pop();
            text.push('…');
        }
        Self(text)
    }

    /// The text. Never for a log.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing was said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<String> for Transcript {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

impl From<Transcript> for String {
    fn from(transcript: Transcript) -> Self {
        transcript.0
    }
}

impl fmt::Debug for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Transcript(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transcript_is_one_line_within_its_bound() {
        assert_eq!(
            Transcript::new(" ten\n\u{202E}euros ").as_str(),
            "ten euros"
        );
        let long = "é".repeat(limits::TRANSCRIPT_CHARS + 1);
        let cut = Transcript::new(&long);
        assert_eq!(cut.as_str().chars().count(), limits::TRANSCRIPT_CHARS);
        assert!(cut.as_str().ends_with("é…"));
        let just = "é".repeat(limits::TRANSCRIPT_CHARS);
        assert_eq!(Transcript::new(&just).as_str(), just);
    }
}
