//! What people are called.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::keys::UserKey;
use super::limits;
use super::text::Description;

/// A person's name as the platform shows it: one line of 1 to `limits::PERSON_NAME` characters,
/// without control and bidirectional override characters. Names change hands: nothing is allowed
/// or denied by one.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PersonName(String);

/// Somebody who uses a ledger that several people share, by what they are called there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Its place among the members, for buttons; never used again within the ledger.
    pub id: MemberId,
    /// The person.
    pub who: UserKey,
    /// The name that the platform showed last.
    pub name: PersonName,
}

/// A member within its ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MemberId(pub u32);

/// Nothing of the text can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a name needs a character that can be shown")]
pub struct InvalidName;

impl PersonName {
    /// The name in this text, shortened where it is long.
    ///
    /// # Errors
    ///
    /// [`InvalidName`] where nothing can be shown.
    pub fn new(text: &str) -> Result<Self, InvalidName> {
        let cleaned = Description::new(text);
        let name: String = cleaned.as_str().chars().take(limits::PERSON_NAME).collect();
        let name = name.trim();
        if name.is_empty() {
            Err(InvalidName)
        } else {
            Ok(Self(name.to_owned()))
        }
    }

    /// The name. Never for a log.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for PersonName {
    type Error = InvalidName;

    fn try_from(text: String) -> Result<Self, InvalidName> {
        Self::new(&text)
    }
}

impl From<PersonName> for String {
    fn from(name: PersonName) -> Self {
        name.0
    }
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonName(…)")
    }
}
