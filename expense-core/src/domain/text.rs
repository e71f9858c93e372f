//! Texts that people write, cleaned.

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

use super::number::is_bidi_control;

/// The most characters of a description, as people count them (grapheme clusters).
pub const DESCRIPTION_CHARS: usize = 200;
/// The most characters of a tag, as people count them (grapheme clusters).
pub const TAG_CHARS: usize = 30;
/// A description's characters are at most this many bytes together, whatever is piled on them.
const DESCRIPTION_BYTES: usize = 4_000;
const TAG_BYTES: usize = 600;

/// What an expense was for: one line of at most [`DESCRIPTION_CHARS`] characters of any script,
/// without control characters and marks that change the direction of text. May be empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Description(#[serde(deserialize_with = "described")] String);

impl Description {
    /// `text` cleaned: what does not belong is removed, white space is folded, and what exceeds
    /// the bound is cut between characters.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(
            bounded(&clean(text), DESCRIPTION_CHARS, DESCRIPTION_BYTES)
                .trim_end()
                .to_owned(),
        )
    }

    /// Whether [`Description::new`] would have to cut `text`.
    #[must_use]
    pub fn is_too_long(text: &str) -> bool {
        let text = clean(text);
        bounded(&text, DESCRIPTION_CHARS, DESCRIPTION_BYTES).len() < text.len()
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing was written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn described<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
    Ok(Description::new(&text).0)
}

/// A tag without its `#`: letters and digits of any script, `_` and `-`, with at least one
/// letter, at most [`TAG_CHARS`] characters, in small letters, so that `#Work` is `#work`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Tag(String);

/// Why a text is no tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TagError {
    /// It has no letter, or signs that tags can't have.
    #[error("a tag is letters, digits, _ and -, with at least one letter: for example #work")]
    Sign,
    /// It is too long.
    #[error("a tag has at most {TAG_CHARS} characters: write a shorter one")]
    TooLong,
}

impl Tag {
    /// The tag that `text` names, with or without `#`.
    ///
    /// # Errors
    ///
    /// A [`TagError`] that says what is wrong with it.
    pub fn new(text: &str) -> Result<Self, TagError> {
        let text = text.strip_prefix(['#', '＃']).unwrap_or(text);
        if bounded(text, TAG_CHARS, TAG_BYTES).len() < text.len() {
            return Err(TagError::TooLong);
        }
        let tag = fold(text);
        if !tag.chars().all(is_tag_sign) || !tag.chars().any(char::is_alphabetic) {
            return Err(TagError::Sign);
        }
        Ok(Self(tag))
    }

    /// The tag without `#`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Tag {
    type Error = TagError;

    fn try_from(text: String) -> Result<Self, TagError> {
        Self::new(&text)
    }
}

impl From<Tag> for String {
    fn from(tag: Tag) -> Self {
        tag.0
    }
}

/// Whether a tag may contain the character: marks and joiners belong to their letters.
fn is_tag_sign(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c) || matches!(c, '_' | '-' | '\u{200C}' | '\u{200D}')
}

/// `text` for comparing and searching: compatibility forms are one (NFKC), letters are small,
/// white space is folded.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return words(&text.to_ascii_lowercase());
    }
    // Small letters may need composing again.
    words(
        &text
            .nfkc()
            .flat_map(char::to_lowercase)
            .nfkc()
            .collect::<String>(),
    )
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `text` on one line, white space folded, without control characters, marks that change the
/// direction of text, and characters that cannot be seen yet are not part of any script.
#[must_use]
pub fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() || c == '\u{200B}' {
            if !cleaned.is_empty() && !cleaned.ends_with(' ') {
                cleaned.push(' ');
            }
        } else if !is_removed(c) {
            cleaned.push(c);
        }
    }
    cleaned.truncate(cleaned.trim_end().len());
    cleaned
}

/// Whether a character never belongs to a text that a person reads.
#[must_use]
pub fn is_removed(c: char) -> bool {
    is_bidi_control(c)
        || (c.is_control() && !c.is_whitespace())
        || matches!(c, '\u{2060}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{206A}'..='\u{206F}')
        || matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{FFFE}' | '\u{FFFF}')
}

/// The beginning of `text` with at most so many grapheme clusters and bytes.
fn bounded(text: &str, characters: usize, bytes: usize) -> &str {
    if text.len() <= characters {
        return text;
    }
    let ends = text
        .grapheme_indices(true)
        .map(|(at, cluster)| at + cluster.len());
    let end = ends
        .take(characters)
        .take_while(|end| *end <= bytes)
        .last()
        .unwrap_or(0);
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("  lunch \t with\nAnna ", "lunch with Anna")]
    #[case("a\u{202E}b\u{2066}c\u{0007}d", "abcd")]
    #[case("👩‍👩‍👧 dinner", "👩‍👩‍👧 dinner")]
    #[case("", "")]
    fn a_description_is_cleaned(#[case] text: &str, #[case] cleaned: &str) {
        assert_eq!(Description::new(text).as_str(), cleaned);
    }

    #[test]
    fn a_description_is_cut_between_characters() {
        let family = "👩‍👩‍👧";
        let cut = Description::new(&family.repeat(300));
        assert_eq!(cut.as_str().graphemes(true).count(), DESCRIPTION_CHARS);
        assert!(Description::is_too_long(&family.repeat(201)));
        assert!(!Description::is_too_long(&family.repeat(200)));
        let pile = format!("e{}", "\u{0301}".repeat(10_000));
        assert!(Description::new(&pile).as_str().len() <= DESCRIPTION_BYTES);
    }

    #[rstest]
    #[case("#Work", Ok("work"))]
    #[case("हिन्दी", Ok("हिन्दी"))]
    #[case("q3-2026", Ok("q3-2026"))]
    #[case("123", Err(TagError::Sign))]
    #[case("a b", Err(TagError::Sign))]
    #[case("", Err(TagError::Sign))]
    #[case("abcdefghijklmnopqrstuvwxyz1234", Ok("abcdefghijklmnopqrstuvwxyz1234"))]
    #[case("abcdefghijklmnopqrstuvwxyz12345", Err(TagError::TooLong))]
    fn tags(#[case] text: &str, #[case] tag: Result<&str, TagError>) {
        assert_eq!(
            Tag::new(text).as_ref().map(Tag::as_str).map_err(|e| *e),
            tag
        );
    }

    #[test]
    fn folding_makes_variants_one() {
        assert_eq!(fold("Ｃafé  ÉTÉ"), fold("cafe\u{301} été"));
        assert_eq!(fold(&fold("İstanbul")), fold("İstanbul"));
    }
}
