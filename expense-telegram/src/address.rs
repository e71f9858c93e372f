//! Whom a message in a group is meant for.

use std::borrow::Cow;
use std::ops::Range;

use sha2::{Digest, Sha256};

use crate::update::{Entity, EntityKind, Message};

/// Who the bot is.
#[derive(Debug, Clone)]
pub(crate) struct Me {
    /// Its id.
    pub(crate) id: i64,
    /// Its username, without `@`.
    pub(crate) username: String,
}

impl Me {
    /// An update as a log may name it: its number, hashed.
    pub(crate) fn hashed(&self, update: i64) -> String {
        let hash = Sha256::digest(format!("{}/{update}", self.id));
        hash.iter()
            .take(6)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// Whether the bot is meant: by a command, a mention or a reply to it.
    pub(crate) fn is_addressed(&self, message: &Message) -> bool {
        let reply_to = message.reply_to_message.as_deref();
        let replied = reply_to.and_then(|to| to.from.as_ref());
        replied.is_some_and(|from| from.id == self.id)
            || self.is_named(message.text.as_deref(), &message.entities)
            || self.is_named(message.caption.as_deref(), &message.caption_entities)
    }

    /// Whether it begins with a command that names another bot.
    pub(crate) fn is_for_another(&self, message: &Message) -> bool {
        let text = message.text.as_deref().unwrap_or_default();
        let mut commands = message.entities.iter();
        let first = commands.find(|e| e.kind == EntityKind::BotCommand && e.offset == 0);
        let named = first.and_then(|entity| Some(stretch(text, entity)?.split_once('@')?.1));
        named.is_some_and(|name| !name.eq_ignore_ascii_case(&self.username))
    }

    /// The words without the mention of the bot, which is an address and no part of what is said.
    pub(crate) fn without_mention(&self, text: Option<&str>, entities: &[Entity]) -> String {
        let mut left = Cow::Borrowed(text.unwrap_or_default());
        // From the end, so that the offsets before stay true.
        for entity in entities.iter().rev() {
            if self.mentions(&left, entity)
                && let Some(range) = range(&left, entity)
            {
                left.to_mut().replace_range(range, "");
                left = Cow::Owned(left.trim().to_owned());
            }
        }
        left.into_owned()
    }

    fn is_named(&self, text: Option<&str>, entities: &[Entity]) -> bool {
        let text = text.unwrap_or_default();
        entities
            .iter()
            .any(|entity| self.mentions(text, entity) || self.commanded(text, entity))
    }

    fn mentions(&self, text: &str, entity: &Entity) -> bool {
        match entity.kind {
            EntityKind::Mention => {
                let name = stretch(text, entity).and_then(|word| word.strip_prefix('@'));
                name.is_some_and(|name| name.eq_ignore_ascii_case(&self.username))
            }
            EntityKind::TextMention => {
                let user = entity.user.as_ref();
                user.is_some_and(|user| user.id == self.id)
            }
            EntityKind::BotCommand | EntityKind::Other => false,
        }
    }

    /// `/list` at the beginning, and `/list@this_bot`.
    fn commanded(&self, text: &str, entity: &Entity) -> bool {
        if entity.kind != EntityKind::BotCommand || entity.offset != 0 {
            return false;
        }
        match stretch(text, entity).map(|command| command.split_once('@')) {
            Some(Some((_, name))) => name.eq_ignore_ascii_case(&self.username),
            Some(None) => true,
            None => false,
        }
    }
}

fn stretch<'t>(text: &'t str, entity: &Entity) -> Option<&'t str> {
    text.get(range(text, entity)?)
}

/// The bytes of an entity, which counts in UTF-16 units; nothing where it lies outside.
fn range(text: &str, entity: &Entity) -> Option<Range<usize>> {
    let start = byte_at(text, entity.offset)?;
    let length = byte_at(text.get(start..)?, entity.length)?;
    Some(start..start + length)
}

/// The byte at which this many UTF-16 units have passed.
fn byte_at(text: &str, units: usize) -> Option<usize> {
    let mut passed = 0;
    for (byte, character) in text.char_indices() {
        if passed >= units {
            return (passed == units).then_some(byte);
        }
        passed += character.len_utf16();
    }
    (passed == units).then_some(text.len())
}
