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
    /// Whether no space stands before it.
    pub(super) glued: bool,
    /// Whether it has a digit of any script.
    pub(super) numeric: bool,
    /// Whether a day, a tag or a category has taken the word out of the text.
    pub(super) used: bool,
}

impl<'a> Word<'a> {
    fn new(text: &'a str, glued: bool) -> Self {
        let numeric = text.chars().any(|c| digit(c).is_some());
        Self {
            text,
            bare: bare(text),
            glued,
            numeric,
            used: false,
        }
    }

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

/// The words of a prepared line. Scripts that do not put spaces between words are cut where
/// they touch a number: `午饭25元`.
pub(super) fn split(prepared: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    for text in prepared.split(' ').filter(|text| !text.is_empty()) {
        let mut rest = text;
        while !rest.is_empty() {
            let last = text[..text.len() - rest.len()].chars().next_back();
            let (word, after) = rest.split_at(part_length(rest, last));
            words.push(Word::new(word, last.is_some()));
            rest = after;
        }
    }
    words
}

/// The bytes before a number touches a script without spaces, or the other way round. Signs for
/// years, months, days, hours and money stand alone after a number.
fn part_length(text: &str, before: Option<char>) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    if let Some(first) = text.chars().next()
        && COUNTERS.contains(&first)
        && before.is_some_and(|c| digit(c).is_some())
    {
        return first.len_utf8();
    }
    let mut chars = text.char_indices().zip(text.chars().skip(1));
    let touch =
        |a: char, b: char| is_dense(a) != is_dense(b) && (digit(a).is_some() || digit(b).is_some());
    let cut = chars.find(|((_, a), b)| touch(*a, *b));
    cut.map_or(text.len(), |((at, a), _)| at + a.len_utf8())
}

/// What is counted or paid, in one character.
const COUNTERS: [char; 19] = [
    '年', '月', '日', '号', '號', '点', '點', '時', '时', '分', '秒', '元', '円', '圆', '圓', '원',
    '년', '월', '일',
];

/// Whether a character belongs to a script that writes without spaces, or is an emoji.
fn is_dense(c: char) -> bool {
    let script = matches!(
        u32::from(c),
        0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17DA | 0x2600..=0x27BF | 0x3040..=0x30FF
            | 0x3400..=0x9FFF | 0xAC00..=0xD7AF | 0xF900..=0xFAFF | 0x1F000..=0x1FAFF
            | 0x20000..=0x3FFFF
    );
    script && digit(c).is_none() && !matches!(c, '฿' | '✕')
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
    let mut text = String::new();
    for word in &words[first..=last] {
        if !text.is_empty() && !word.glued {
            text.push(' ');
        }
        text.push_str(word.text);
    }
    text.truncate(text.trim_end_matches([',', ';', ':']).len());
    text
}
