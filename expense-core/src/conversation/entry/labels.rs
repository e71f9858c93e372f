//! Tags and categories in a line.

use std::cell::OnceCell;

use super::outcome::Invalid;
use super::words::Word;
use crate::domain::limits::{CATEGORY_CHARS, TAGS_PER_EXPENSE};
use crate::domain::text::{Tag, TagError, fold};

/// Takes the tags out of the words, each once, in their order. `#12` is no tag, it stays.
pub(super) fn take_tags(words: &mut [Word<'_>]) -> Result<Vec<Tag>, Invalid> {
    let mut tags: Vec<Tag> = Vec::new();
    for word in words
        .iter_mut()
        .filter(|word| word.text.starts_with(['#', '＃']))
    {
        let found: Result<Vec<Tag>, TagError> =
            word.bare.split(['#', '＃']).skip(1).map(Tag::new).collect();
        match found {
            Ok(found) => {
                word.used = true;
                for tag in found {
                    // One too many says enough.
                    if tags.len() <= TAGS_PER_EXPENSE && !tags.contains(&tag) {
                        tags.push(tag);
                    }
                }
            }
            Err(TagError::TooLong) => return Err(Invalid::TagTooLong),
            Err(TagError::Sign) => {}
        }
    }
    if tags.len() > TAGS_PER_EXPENSE {
        Err(Invalid::TooManyTags)
    } else {
        Ok(tags)
    }
}

/// The last `[name]` of a line: the line without it, and the name. Brackets without a letter
/// inside are text.
pub(super) fn cut_brackets(line: &str) -> Option<(String, &str)> {
    let open = line.rfind('[')?;
    let close = open + line[open..].find(']')?;
    let name = line[open + 1..close].trim();
    let cut = format!("{} {}", &line[..open], &line[close + 1..]);
    name.contains(char::is_alphabetic).then_some((cut, name))
}

/// The name that a line has in brackets, whatever is called so.
pub(crate) fn bracketed(line: &str) -> Option<&str> {
    cut_brackets(line).map(|(_, name)| name)
}

/// The most words of a name.
const NAME_WORDS: usize = CATEGORY_CHARS / 2;
/// A name is shorter than this, however its characters are composed.
const NAME_BYTES: usize = CATEGORY_CHARS * 16;

/// The names of a ledger's categories, folded at most once however many lines ask for them.
pub(super) struct Names<'a> {
    typed: &'a [&'a str],
    folded: OnceCell<Vec<String>>,
}

impl<'a> Names<'a> {
    pub(super) fn new(typed: &'a [&'a str]) -> Self {
        Self {
            typed,
            folded: OnceCell::new(),
        }
    }

    fn folded(&self) -> &[String] {
        self.folded
            .get_or_init(|| self.typed.iter().map(|name| fold(name)).collect())
    }

    /// The category that `name` means: the one of this name, else the only one that begins with
    /// it.
    pub(super) fn named(&self, name: &str) -> Result<usize, Invalid> {
        let name = fold(name);
        if let Some(at) = self.folded().iter().position(|folded| *folded == name) {
            return Ok(at);
        }
        let all = self.folded().iter().enumerate();
        let mut begun = all.filter(|(_, folded)| folded.starts_with(&name));
        match (begun.next(), begun.next()) {
            (Some((at, _)), None) => Ok(at),
            (Some(_), Some(_)) => Err(Invalid::UnclearCategory),
            (None, _) => Err(Invalid::UnknownCategory),
        }
    }

    /// Finds the longest name that the unused words end with. Gives its place and how many of
    /// those words it takes.
    pub(super) fn trailing(&self, words: &[Word<'_>]) -> Option<(usize, usize)> {
        let unused = words.iter().rev().filter(|word| !word.used);
        let mut short = unused
            .map(|word| word.bare)
            .take(NAME_WORDS)
            .take_while(|word| word.len() <= NAME_BYTES);
        let last = short.next()?;
        if !self.typed.iter().any(|name| may_end_with(name, last)) {
            return None;
        }
        let tail: Vec<String> = std::iter::once(last).chain(short).map(fold).collect();
        let mut found: Option<(usize, usize)> = None;
        for (at, (name, folded)) in self.typed.iter().zip(self.folded()).enumerate() {
            if !folded.ends_with(&tail[0]) {
                continue;
            }
            let count = name.split_whitespace().count();
            let longer = found.is_none_or(|(_, longest)| count > longest);
            if longer && count <= tail.len() && is_joined(folded, &tail[..count]) {
                found = Some((at, count));
            }
        }
        found
    }
}

/// A cheap look before the words are folded.
fn may_end_with(category: &str, last: &str) -> bool {
    if !category.is_ascii() || !last.is_ascii() {
        return true;
    }
    let start = category.len().checked_sub(last.len());
    start.is_some_and(|start| category[start..].eq_ignore_ascii_case(last))
}

/// Whether a folded name is these words, the last first.
fn is_joined(folded: &str, tail: &[String]) -> bool {
    let words = tail.iter().rev().map(String::as_str);
    folded == words.collect::<Vec<_>>().join(" ")
}
