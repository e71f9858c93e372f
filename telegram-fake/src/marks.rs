//! The marks that the platform finds by itself in what people write.

use crate::html::units;
use crate::model::Entity;

/// Commands, mentions and hash tags.
pub(crate) fn find(text: &str) -> Vec<Entity> {
    let mut found = Vec::new();
    let mut offset = 0;
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        let kind = match word.chars().next() {
            Some('/') => Some(("bot_command", '@')),
            Some('@') => Some(("mention", '_')),
            Some('#') => Some(("hashtag", '_')),
            _ => None,
        };
        if let Some((kind, also)) = kind {
            let belongs = |c: char| c.is_alphanumeric() || c == '_' || c == also;
            let rest = word.get(1..).unwrap_or_default();
            let end = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
            if end > 0 {
                found.push(Entity {
                    kind,
                    offset,
                    length: 1 + units(rest.get(..end).unwrap_or_default()),
                    url: None,
                    language: None,
                });
            }
        }
        offset += units(piece);
    }
    found
}
