//! Tags and categories in a line.

use super::outcome::Invalid;
use super::words::Word;
use crate::domain::limits;
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
                    if !tags.contains(&tag) {
                        tags.push(tag);
                    }
                }
            }
            Err(TagError::TooLong) => return Err(Invalid::TagTooLong),
            Err(TagError::Sign) => {}
        }
    }
    if tags.len() > limits::TAGS_PER_EXPENSE {
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

/// The category that `name` means: the one of this name, else the only one that begins with it.
pub(super) fn named(name: &str, categories: &[&str]) -> Result<usize, Invalid> {
    let name = fold(name);
    if let Some(at) = categories
        .iter()
        .position(|category| fold(category) == name)
    {
        return Ok(at);
    }
    let mut begun = categories
        .iter()
        .enumerate()
        .filter(|(_, c)| fold(c).starts_with(&name));
    match (begun.next(), begun.next()) {
        (Some((at, _)), None) => Ok(at),
        (Some(_), Some(_)) => Err(Invalid::UnclearCategory),
        (None, _) => Err(Invalid::UnknownCategory),
    }
}

/// Finds the longest category name that the unused words before `end` end with. Gives its place
/// and how many of those words it takes.
pub(super) fn trailing(
    words: &[Word<'_>],
    end: usize,
    categories: &[&str],
) -> Option<(usize, usize)> {
    let words = &words[..end];
    let tail: Vec<&str> = words
        .iter()
        .rev()
        .filter(|w| !w.used)
        .map(|w| w.bare)
        .take(32)
        .collect();
    let last = tail.first()?;
    let mut found: Option<(usize, usize)> = None;
    for (at, category) in categories.iter().enumerate() {
        if !may_end_with(category, last) {
            continue;
        }
        let count = category.split_whitespace().count();
        let longer = found.is_none_or(|(_, longest)| count > longest);
        if longer && count <= tail.len() && same_words(category, &tail[..count]) {
            found = Some((at, count));
        }
    }
    found
}

/// A cheap look before the words are folded.
fn may_end_with(category: &str, last: &str) -> bool {
    if !category.is_ascii() || !last.is_ascii() {
        return true;
    }
    let start = category.len().checked_sub(last.len());
    start.is_some_and(|start| category[start..].eq_ignore_ascii_case(last))
}

fn same_words(category: &str, tail: &[&str]) -> bool {
    let text = tail.iter().rev().copied().collect::<Vec<_>>().join(" ");
    fold(category) == fold(&text)
}
