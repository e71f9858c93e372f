//! Texts in Telegram's HTML, in pages that it takes.

use std::ops::Range;

use expense_core::conversation::reply::{Span, Text};

/// The longest message, in UTF-16 units after its markup is read, see `sendMessage`.
pub(crate) const MESSAGE: usize = 4_096;
/// The longest caption, counted the same way, see `sendDocument`.
pub(crate) const CAPTION: usize = 1_024;

/// A part of a text that fits one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    /// With its accents, escaped: see "HTML style" of the Bot API.
    pub(crate) html: String,
    /// The bare words.
    pub(crate) plain: String,
}

/// The accents that HTML shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Accent {
    None,
    Strong,
    Code,
}

/// The text in pages of at most `limit` UTF-16 units, cut at the ends of lines where there are
/// some, else between words, else between characters. Nothing is lost but space around a cut.
pub(crate) fn pages(text: &Text, limit: usize) -> Vec<Page> {
    let (plain, accents) = flatten(text);
    let mut pages = Vec::new();
    let mut rest = trimmed(&plain, 0..plain.len());
    while !rest.is_empty() {
        let end = rest.start + cut(&plain[rest.clone()], limit);
        let page = trimmed(&plain, rest.start..end);
        if !page.is_empty() {
            pages.push(Page {
                html: html(&plain, &accents, page.clone()),
                plain: plain[page].to_owned(),
            });
        }
        rest = trimmed(&plain, end..plain.len());
    }
    pages
}

/// The bare words, and which of them carry what accent, in order.
fn flatten(text: &Text) -> (String, Vec<(Range<usize>, Accent)>) {
    let mut plain = String::new();
    let mut accents = Vec::with_capacity(text.0.len());
    for span in &text.0 {
        let (words, accent) = match span {
            Span::Plain(words) => (words.as_str(), Accent::None),
            Span::Strong(words) => (words.as_str(), Accent::Strong),
            Span::Code(words) => (words.as_str(), Accent::Code),
            Span::Number(_) => ("#…", Accent::None),
        };
        let start = plain.len();
        plain.push_str(words);
        accents.push((start..plain.len(), accent));
    }
    (plain, accents)
}

/// Telegram cuts space off both ends of a message and refuses what is nothing but space.
fn trimmed(plain: &str, range: Range<usize>) -> Range<usize> {
    let page = &plain[range.clone()];
    let start = range.start + (page.len() - page.trim_start().len());
    let end = start + page.trim().len();
    start..end
}

/// The byte before which a page of `limit` units ends.
fn cut(text: &str, limit: usize) -> usize {
    let mut units = 0;
    let (mut line, mut word) = (None, None);
    for (byte, character) in text.char_indices() {
        match character {
            '\n' if byte > 0 => line = Some(byte),
            _ if byte > 0 && character.is_whitespace() => word = Some(byte),
            _ => {}
        }
        units += character.len_utf16();
        if units > limit {
            // A page takes at least one character, whatever the limit.
            let anywhere = if byte == 0 {
                character.len_utf8()
            } else {
                byte
            };
            return line.or(word).unwrap_or(anywhere);
        }
    }
    text.len()
}

fn html(plain: &str, accents: &[(Range<usize>, Accent)], page: Range<usize>) -> String {
    let mut html = String::with_capacity(page.len() + 16);
    for (range, accent) in accents {
        let within = range.start.max(page.start)..range.end.min(page.end);
        if within.is_empty() {
            continue;
        }
        let tag = match accent {
            Accent::None => None,
            Accent::Strong => Some(("<b>", "</b>")),
            Accent::Code => Some(("<code>", "</code>")),
        };
        html.push_str(tag.map_or("", |(open, _)| open));
        escape(&plain[within], &mut html);
        html.push_str(tag.map_or("", |(_, close)| close));
    }
    html
}

fn escape(text: &str, html: &mut String) {
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            _ => html.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn text() -> Text {
        Text(vec![
            Span::Strong("#1 <lunch>".into()),
            Span::Plain(" & co\nnext".into()),
            Span::Code("a>b".into()),
        ])
    }

    #[test]
    fn escapes_what_html_reads() {
        let pages = pages(&text(), MESSAGE);
        assert_eq!(pages.len(), 1);
        assert_eq!(
            pages[0].html,
            "<b>#1 &lt;lunch&gt;</b> &amp; co\nnext<code>a&gt;b</code>"
        );
        assert_eq!(pages[0].plain, "#1 <lunch> & co\nnexta>b");
    }

    #[rstest]
    #[case::at_the_end_of_a_line("ab c\nd e\nf", 9, &["ab c\nd e", "f"])]
    #[case::between_words("ab cd ef", 6, &["ab cd", "ef"])]
    #[case::between_characters("abcdef", 4, &["abcd", "ef"])]
    #[case::not_within_a_surrogate_pair("a😀😀b", 4, &["a😀", "😀b"])]
    #[case::a_page_of_space_is_none("a\n\n\n\nb", 1, &["a", "b"])]
    #[case::nothing("  \n", 10, &[])]
    fn cuts(#[case] text: &str, #[case] limit: usize, #[case] expected: &[&str]) {
        let pages = pages(&Text::plain(text), limit);
        let plain: Vec<&str> = pages.iter().map(|page| page.plain.as_str()).collect();
        assert_eq!(plain, expected);
    }

    #[test]
    fn closes_and_opens_tags_around_a_cut() {
        let html: Vec<String> = pages(&text(), 6)
            .into_iter()
            .map(|page| page.html)
            .collect();
        assert_eq!(
            html,
            [
                "<b>#1</b>",
                "<b>&lt;lunch</b>",
                "<b>&gt;</b> &amp; co",
                "next<code>a&gt;</code>",
                "<code>b</code>"
            ]
        );
    }

    proptest! {
        #[test]
        fn loses_no_word(words in "[a-z<&😀 \n]{0,200}", limit in 2usize..40) {
            let pages = pages(&Text::plain(words.clone()), limit);
            let units = |page: &Page| page.plain.encode_utf16().count();
            prop_assert!(pages.iter().all(|page| (1..=limit).contains(&units(page))));
            let left: String = pages.iter().map(|page| page.plain.as_str()).collect();
            let dense = |text: &str| -> String { text.split_whitespace().collect() };
            prop_assert_eq!(dense(&left), dense(&words));
        }
    }
}
