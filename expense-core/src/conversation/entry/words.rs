//! Cutting a line into words.

use crate::domain::number::digit;
use crate::domain::text::is_removed;

/// Punctuation that joins an amount to its text, or lists items.
const JOINTS: [char; 13] = [
    '-', '−', '–', '—', ':', ';', ',', '.', '=', '|', '•', '·', '*',
];

/// A word of a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word<'a> {
    /// The word as typed, without characters that nobody sees.
    pub(super) text: &'a str,
    /// The word without punctuation at its end.
    pub(super) bare: &'a str,
    /// Whether a day, a tag or a category has taken the word out of the text.
    pub(super) used: bool,
}

impl Word<'_> {
    /// Whether the word is this one, in any case of ASCII letters.
    pub(super) fn is(&self, other: &str) -> bool {
        self.bare.eq_ignore_ascii_case(other)
    }

    pub(super) fn is_one_of(&self, list: &[&str]) -> bool {
        list.iter().any(|other| self.is(other))
    }

    /// Whether the word has neither letters nor digits: punctuation, an emoji.
    pub(super) fn is_ornament(&self) -> bool {
        !self.text.chars().any(char::is_alphanumeric)
    }

    /// Whether the word is punctuation alone.
    pub(super) fn is_punctuation(&self) -> bool {
        self.text.chars().all(|c| JOINTS.contains(&c))
    }
}

/// The line without invisible characters; white space is folded to single spaces, except that a
/// no-break space between two digits stays one, as it groups them.
pub(super) fn prepare(line: &str) -> String {
    let mut prepared = String::with_capacity(line.len());
    let mut chars = line.chars().filter(|c| !is_removed(*c)).peekable();
    while let Some(c) = chars.next() {
        if !c.is_whitespace() && c != '\u{200B}' {
            prepared.push(c);
            continue;
        }
        let after_digit = prepared
            .chars()
            .next_back()
            .is_some_and(|c| digit(c).is_some());
        let before_digit = chars.peek().is_some_and(|c| digit(*c).is_some());
        if groups_digits(c) && after_digit && before_digit {
            prepared.push('\u{A0}');
        } else if !prepared.is_empty() && !prepared.ends_with(' ') {
            prepared.push(' ');
        }
    }
    prepared
}

fn groups_digits(c: char) -> bool {
    matches!(
        c,
        '\u{A0}' | '\u{2007}' | '\u{2009}' | '\u{200A}' | '\u{202F}'
    )
}

/// The words of a prepared line.
pub(super) fn split(prepared: &str) -> Vec<Word<'_>> {
    let words = prepared.split(' ').filter(|text| !text.is_empty());
    words
        .map(|text| Word {
            text,
            bare: bare(text),
            used: false,
        })
        .collect()
}

fn bare(text: &str) -> &str {
    let bare = text.trim_end_matches(['.', ',', ';', ':', '!', '?', '…', '。', '！', '？']);
    if bare.is_empty() { text } else { bare }
}

/// The text without the punctuation that joined it to what was taken out of it.
pub(super) fn trimmed<'a>(words: impl Iterator<Item = &'a Word<'a>>) -> String {
    let words: Vec<&Word<'a>> = words.collect();
    let first = words.iter().position(|word| !word.is_punctuation());
    let last = words.iter().rposition(|word| !word.is_punctuation());
    let (Some(first), Some(last)) = (first, last) else {
        return String::new();
    };
    let text: Vec<&str> = words[first..=last].iter().map(|word| word.text).collect();
    text.join(" ").trim_end_matches([',', ';', ':']).to_owned()
}
