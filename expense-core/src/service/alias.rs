//! Names for logs and traces that tell chats apart and nobody who they are.

use std::fmt;

use sha2::{Digest, Sha256};

use super::Inner;
use crate::domain::keys::ChatKey;

/// What aliases are made with. All instances of a deployment have the same, so that a chat has one
/// alias in all their logs; whoever does not know it can't tell whose alias one is.
#[derive(Clone, Default)]
pub struct Salt([u8; 32]);

impl Salt {
    /// The salt that follows from a secret of the deployment.
    #[must_use]
    pub fn of(secret: &str) -> Self {
        let hash = Sha256::new().chain_update(b"salt of aliases/");
        Self(hash.chain_update(secret).finalize().into())
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(…)")
    }
}

/// The alias of a chat. It is computed when it is written, so that a line that nobody logs costs
/// nothing.
pub(super) struct Alias<'a> {
    salt: &'a Salt,
    chat: &'a ChatKey,
}

impl fmt::Display for Alias<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hash = Sha256::new().chain_update(self.salt.0);
        let hash = hash.chain_update(self.chat.as_str()).finalize();
        hash.iter()
            .take(6)
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Inner {
    /// What this chat is called in logs and traces.
    pub(super) fn alias<'a>(&'a self, chat: &'a ChatKey) -> Alias<'a> {
        Alias {
            salt: &self.options.salt,
            chat,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::fixtures::chat;

    #[test]
    fn aliases_tell_chats_apart_and_depend_on_the_salt() {
        let alias = |secret: &str, name: &str| {
            let (salt, chat) = (Salt::of(secret), chat(name));
            Alias {
                salt: &salt,
                chat: &chat,
            }
            .to_string()
        };
        assert_eq!(alias("a", "home"), alias("a", "home"));
        assert_ne!(alias("a", "home"), alias("a", "work"));
        assert_ne!(alias("a", "home"), alias("b", "home"));
        assert!(!alias("a", "home").contains("home"));
    }
}
