//! Keys: who, where, and which, as values that are parsed once and then passed.
//!
//! None of them shows what it holds in `Debug`: a log line never names a person. A copy of a text
//! key shares its text: a message passes its keys on a dozen times.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The longest text key, in bytes.
pub const MAX_KEY_BYTES: usize = 120;

/// A text is no key: keys are 1 to [`MAX_KEY_BYTES`] bytes of visible ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key is 1 to {MAX_KEY_BYTES} visible ASCII characters")]
pub struct InvalidKey;

macro_rules! text_key {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// The key with this text.
            ///
            /// # Errors
            ///
            /// [`InvalidKey`] unless it is 1 to [`MAX_KEY_BYTES`] bytes of visible ASCII.
            pub fn new(text: impl Into<String>) -> Result<Self, InvalidKey> {
                let text = text.into();
                let fits = (1..=MAX_KEY_BYTES).contains(&text.len());
                if fits && text.bytes().all(|byte| byte.is_ascii_graphic()) {
                    Ok(Self(text.into()))
                } else {
                    Err(InvalidKey)
                }
            }

            /// The text of the key. It may identify a person: never for a log.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidKey;

            fn try_from(text: String) -> Result<Self, InvalidKey> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(key: $name) -> Self {
                key.as_str().to_owned()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    };
}

text_key! {
    /// The idempotency key of one update: `telegram:<bot>:<update_id>`, `console:<run>:<line>`,
    /// `reading:<draft>:<round>`, `tick:<job>:<ledger>:<period>`. What it caused is recorded once.
    UpdateKey
}
text_key! {
    /// A chat on one transport: `telegram:-100123`, `console:1`.
    ChatKey
}
text_key! {
    /// A person on one transport: `telegram:4711`, `console:1`.
    UserKey
}
text_key! {
    /// A message within its chat, as the transport names it.
    MessageKey
}

macro_rules! derived_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// The id of the `index`-th of its kind that this update causes: the same whenever
            /// and wherever the update is handled again.
            #[must_use]
            pub fn derive(ledger: LedgerId, update: &UpdateKey, index: usize) -> Self {
                let name = format!(concat!($kind, "/{}/{}/{}"), ledger.0, update.as_str(), index);
                Self(Uuid::new_v5(&NAMESPACE, name.as_bytes()))
            }

            /// The id that a store kept.
            #[must_use]
            pub fn from_uuid(id: Uuid) -> Self {
                Self(id)
            }

            /// The id as a store keeps it.
            #[must_use]
            pub fn as_uuid(&self) -> &Uuid {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0.simple())
            }
        }
    };
}

const NAMESPACE: Uuid = Uuid::from_u128(0x6c0f_7a52_1d5e_4c0b_9a52_3f9d_14a7_c8e1);

derived_id! {
    /// An expense within its ledger.
    ExpenseId, "expense"
}
derived_id! {
    /// A draft within its ledger.
    DraftId, "draft"
}
derived_id! {
    /// A change that can be undone.
    ChangeId, "change"
}

/// A ledger. Derived from the chat that it was opened in and kept when that chat moves; 63 bits,
/// so that every database holds it as an integer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LedgerId(i64);

impl LedgerId {
    /// The id of the ledger that is opened in this chat.
    #[must_use]
    pub fn of(chat: &ChatKey) -> Self {
        let hash = Uuid::new_v5(&NAMESPACE, format!("ledger/{}", chat.as_str()).as_bytes());
        let (high, _) = hash.as_u64_pair();
        Self(i64::try_from(high >> 1).unwrap_or(i64::MAX))
    }

    /// The id that a store kept.
    #[must_use]
    pub fn from_i64(id: i64) -> Self {
        Self(id)
    }

    /// The id as a store keeps it.
    #[must_use]
    pub fn as_i64(self) -> i64 {
        self.0
    }
}

impl fmt::Debug for LedgerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LedgerId(…)")
    }
}

/// The number by which people name an expense, as in `#12`: per ledger, from 1, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Number(pub u32);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}
