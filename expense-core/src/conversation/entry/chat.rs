//! Words that tell chat from expenses (English).

use super::words::Word;

/// After a number, these make it a measure, not an amount.
const UNITS: &[&str] = &[
    "%",
    "percent",
    "s",
    "sec",
    "secs",
    "min",
    "mins",
    "minutes",
    "h",
    "hr",
    "hrs",
    "hours",
    "am",
    "pm",
    "a.m",
    "p.m",
    "o'clock",
    "o’clock",
    "km",
    "mi",
    "miles",
    "cm",
    "mm",
    "kg",
    "g",
    "lb",
    "lbs",
    "oz",
    "l",
    "ml",
    "cl",
    "gb",
    "tb",
    "mb",
    "pcs",
    "x",
    "×",
];

/// After a whole number, these do.
const COUNTED: &[&str] = &[
    "seconds", "days", "nights", "weeks", "months", "years", "pieces", "people", "persons", "pax",
    "degrees", "times",
];

/// After a whole number, these leave it open: `25 day pass`, `12 month subscription`.
const SINGULAR: &[&str] = &[
    "second", "minute", "hour", "day", "night", "week", "month", "year",
];

/// Before a number up to 24, these make it an hour.
const BEFORE_HOURS: &[&str] = &[
    "at", "by", "till", "until", "before", "after", "since", "around", "from", "@",
];

/// Before a number, these make it a name's part.
const BEFORE_NAMES: &[&str] = &[
    "in", "no", "nr", "№", "version", "chapter", "page", "vs", "than",
];

/// The number after one of these is rather a part of a name, if another may be the amount.
const NUMBERED: &[&str] = &[
    "room",
    "terminal",
    "gate",
    "seat",
    "table",
    "platform",
    "bus",
    "line",
    "tram",
    "route",
    "flight",
    "zone",
    "exit",
    "floor",
    "level",
    "flat",
    "apartment",
    "unit",
    "size",
    "part",
    "season",
    "episode",
    "volume",
    "iphone",
    "ipad",
    "pixel",
    "galaxy",
    "playstation",
    "ps",
    "xbox",
    "windows",
];

/// What is not calculated.
const OPERATORS: &[&str] = &["/", "÷", "+", "*"];

/// A line that begins with one of these may be chat even if a number ends it.
const OPENERS: &[&str] = &[
    "i", "i'm", "i’m", "i'll", "i’ll", "im", "we", "we're", "we’re", "you", "he", "she", "they",
    "it", "it's", "it’s", "is", "are", "am", "can", "could", "will", "would", "should", "do",
    "does", "did", "what", "when", "where", "why", "who", "how", "call", "see", "meet", "let's",
    "let’s", "lets", "please", "pls", "hi", "hello", "hey", "ok", "okay", "yes", "thanks", "thank",
    "come", "be", "your", "there", "this", "that",
];

/// Lines of more words than this are rather sentences than entries.
const ENTRY_WORDS: usize = 12;

/// How a word beside a number changes what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Hint {
    /// Not at all.
    None,
    /// The number may be an hour or a count: `bought at 50`, `shoes for 50`.
    Doubtful,
    /// The number is a measure, an hour or part of a name: `5 km`, `at 5`, `in 2026`.
    Chat,
}

/// What the word after a number says about it; `weak`: a whole number without a sign.
pub(super) fn hint_after(word: &Word<'_>, weak: bool) -> Hint {
    if word.numeric {
        Hint::None
    } else if word.is_one_of(UNITS) || (weak && word.is_one_of(COUNTED)) {
        Hint::Chat
    } else if weak && (word.is_one_of(SINGULAR) || word.is_one_of(OPERATORS)) {
        Hint::Doubtful
    } else {
        Hint::None
    }
}

/// What the word before a weak number says about it, which may be an hour where it is small.
pub(super) fn hint_before(word: &Word<'_>, hour: bool) -> Hint {
    if word.numeric {
        Hint::None
    } else if word.is_one_of(OPERATORS)
        || word.is_one_of(BEFORE_NAMES)
        || (hour && word.is_one_of(BEFORE_HOURS))
    {
        Hint::Chat
    } else if word.is("for") || word.is_one_of(BEFORE_HOURS) {
        Hint::Doubtful
    } else {
        Hint::None
    }
}

/// Whether a number after the word is rather a part of a name.
pub(super) fn is_numbered(word: &Word<'_>) -> bool {
    word.is_one_of(NUMBERED)
}

/// Whether a line reads like chat although a number stands where amounts do.
pub(super) fn sounds_like_chat(words: &[Word<'_>]) -> bool {
    let opener = words.first().is_some_and(|word| word.is_one_of(OPENERS));
    opener || is_asked_or_exclaimed(words) || words.len() > ENTRY_WORDS
}

pub(super) fn is_asked_or_exclaimed(words: &[Word<'_>]) -> bool {
    words
        .last()
        .is_some_and(|word| word.text.ends_with(['?', '!', '？', '！']))
}
