//! Texts with HTML marks, read as the official server reads them, with its errors.

use std::borrow::Cow;

use crate::error::ApiError;
use crate::model::Entity;

/// A text without marks, and the marks.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Marked {
    pub(crate) text: String,
    pub(crate) entities: Vec<Entity>,
}

/// A tag that is open.
struct Open {
    tag: String,
    kind: &'static str,
    offset: usize,
    start: usize,
    url: Option<String>,
    language: Option<String>,
}

/// Reads marks of <https://core.telegram.org/bots/api#html-style>.
pub(crate) fn parse(html: &str) -> Result<Marked, ApiError> {
    let mut reader = Reader {
        html,
        at: 0,
        units: 0,
        marked: Marked::default(),
        open: Vec::new(),
    };
    reader
        .run()
        .map_err(|why| ApiError::bad(format_args!("can't parse entities: {why}")))?;
    let mut marked = reader.marked;
    marked
        .entities
        .sort_by_key(|entity| (entity.offset, usize::MAX - entity.length));
    Ok(trimmed(marked))
}

/// The server drops white space at the ends, and marks that mark nothing.
pub(crate) fn trimmed(marked: Marked) -> Marked {
    let text = marked.text.trim_start();
    let cut = units(&marked.text) - units(text);
    let text = text.trim_end();
    let length = units(text);
    let entities = marked.entities.into_iter().filter_map(|mut entity| {
        let end = (entity.offset + entity.length)
            .saturating_sub(cut)
            .min(length);
        entity.offset = entity.offset.saturating_sub(cut);
        entity.length = end
            .checked_sub(entity.offset)
            .filter(|length| *length > 0)?;
        Some(entity)
    });
    Marked {
        entities: entities.collect(),
        text: text.to_owned(),
    }
}

/// The length by which the platform measures.
pub(crate) fn units(text: &str) -> usize {
    match text.is_ascii() {
        true => text.len(),
        false => text.encode_utf16().count(),
    }
}

struct Reader<'a> {
    html: &'a str,
    at: usize,
    units: usize,
    marked: Marked,
    open: Vec<Open>,
}

impl<'a> Reader<'a> {
    fn run(&mut self) -> Result<(), String> {
        while let Some(next) = self.rest().find(['<', '&']) {
            let (plain, _) = self.rest().split_at(next);
            self.say(plain);
            self.at += next;
            if self.rest().starts_with('&') {
                self.entity();
            } else if self.rest().starts_with("</") {
                self.end_tag()?;
            } else {
                self.start_tag()?;
            }
        }
        self.say(self.rest());
        match self.open.last() {
            None => Ok(()),
            Some(open) => Err(format!(
                "Can't find end tag corresponding to start tag \"{}\"",
                open.tag
            )),
        }
    }

    fn rest(&self) -> &'a str {
        self.html.get(self.at..).unwrap_or_default()
    }

    fn say(&mut self, text: &str) {
        self.marked.text.push_str(text);
        self.units += units(text);
    }

    /// `&lt;`, `&gt;`, `&amp;`, `&quot;` and numbers; anything else stays as it is.
    fn entity(&mut self) {
        let (decoded, length) = decode(self.rest()).unwrap_or(('&', 1));
        self.say(decoded.encode_utf8(&mut [0; 4]));
        self.at += length;
    }

    fn start_tag(&mut self) -> Result<(), String> {
        let begin = self.at;
        let inner = self.rest().get(1..).unwrap_or_default();
        let name_end = inner.find(|c: char| c.is_ascii_whitespace() || c == '>');
        let unclosed = || format!("Unclosed start tag at byte offset {begin}");
        let name_end = name_end.ok_or_else(unclosed)?;
        let (name, after) = inner.split_at(name_end);
        let tag = name.to_ascii_lowercase();
        let Some(mut kind) = kind_of(&tag) else {
            return Err(format!(
                "Unsupported start tag \"{tag}\" at byte offset {begin}"
            ));
        };
        let (attributes, length) = attributes(after, &tag, begin)?;
        let value = |wanted: &str| {
            let found = attributes.iter().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.clone())
        };
        if tag == "span" && value("class").as_deref() != Some("tg-spoiler") {
            return Err(format!(
                "Tag \"span\" must have class \"tg-spoiler\" at byte offset {begin}"
            ));
        }
        if tag == "blockquote" && value("expandable").is_some() {
            kind = "expandable_blockquote";
        }
        let class = value("class").filter(|_| tag == "code");
        self.open.push(Open {
            kind,
            offset: self.units,
            start: self.marked.text.len(),
            url: value("href").filter(|_| tag == "a"),
            language: class.and_then(|class| class.strip_prefix("language-").map(str::to_owned)),
            tag,
        });
        self.at = begin + 1 + name_end + length;
        Ok(())
    }

    fn end_tag(&mut self) -> Result<(), String> {
        let begin = self.at;
        let Some(open) = self.open.pop() else {
            return Err(format!("Unexpected end tag at byte offset {begin}"));
        };
        let inner = self.rest().get(2..).unwrap_or_default();
        let Some(end) = inner.find('>') else {
            return Err(format!("Unclosed end tag at byte offset {begin}"));
        };
        let name = inner
            .get(..end)
            .unwrap_or_default()
            .trim_end()
            .to_ascii_lowercase();
        if !name.is_empty() && name != open.tag {
            return Err(format!(
                "Unmatched end tag at byte offset {begin}, expected \"</{}>\", found \"</{name}>\"",
                open.tag
            ));
        }
        self.at = begin + 2 + end + 1;
        self.close(open);
        Ok(())
    }

    fn close(&mut self, open: Open) {
        let length = self.units - open.offset;
        let inside = self.marked.text.get(open.start..).unwrap_or_default();
        let url = match open.kind {
            "text_link" => open.url.or_else(|| Some(inside.to_owned())),
            _ => None,
        };
        let has_address = url.as_deref().is_none_or(|url| url.contains(['.', ':']));
        if length == 0 || !has_address {
            return;
        }
        self.marked.entities.push(Entity {
            kind: open.kind,
            offset: open.offset,
            length,
            url,
            language: open.language,
        });
    }
}

fn kind_of(tag: &str) -> Option<&'static str> {
    Some(match tag {
        "b" | "strong" => "bold",
        "i" | "em" => "italic",
        "u" | "ins" => "underline",
        "s" | "strike" | "del" => "strikethrough",
        "tg-spoiler" | "span" => "spoiler",
        "a" => "text_link",
        "code" => "code",
        "pre" => "pre",
        "blockquote" => "blockquote",
        _ => return None,
    })
}

type Attributes = Vec<(String, String)>;

/// The attributes up to and with `>`, and how many bytes they took.
fn attributes(text: &str, tag: &str, begin: usize) -> Result<(Attributes, usize), String> {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix('>') {
            return Ok((found, text.len() - after.len()));
        }
        let end = rest.find(|c: char| c.is_ascii_whitespace() || c == '=' || c == '>');
        let Some(end) = end else {
            return Err(format!(
                "Unclosed start tag \"{tag}\" at byte offset {begin}"
            ));
        };
        let (name, after) = rest.split_at(end);
        if name.is_empty() {
            return Err(format!(
                "Empty attribute name in the tag \"{tag}\" at byte offset {begin}"
            ));
        }
        let after = after.trim_start();
        let Some(value) = after.strip_prefix('=') else {
            found.push((name.to_ascii_lowercase(), String::new()));
            rest = after;
            continue;
        };
        let (value, after) = attribute(value.trim_start())
            .ok_or_else(|| format!("Unclosed start tag at byte offset {begin}"))?;
        found.push((name.to_ascii_lowercase(), value.into_owned()));
        rest = after;
    }
}

/// The value, with or without quotes, and what follows.
fn attribute(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''));
    let (raw, after) = match quote {
        Some(quote) => text.get(1..)?.split_once(quote)?,
        None => text.split_at(text.find(|c: char| c.is_ascii_whitespace() || c == '>')?),
    };
    let mut value = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(next) = rest.chars().next() {
        let (decoded, length) = decode(rest).unwrap_or((next, next.len_utf8()));
        value.push(decoded);
        rest = rest.get(length..)?;
    }
    Some((Cow::Owned(value), after))
}

/// The character that an entity at the beginning stands for, and its length.
fn decode(text: &str) -> Option<(char, usize)> {
    let inner = text.strip_prefix('&')?;
    let end = inner
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '#')
        .unwrap_or(inner.len());
    let name = inner.get(..end)?;
    let decoded = match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        _ => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(code).filter(|c| *c != '\0')?
        }
    };
    let closed = inner.get(end..)?.starts_with(';');
    Some((decoded, 1 + end + usize::from(closed)))
}
