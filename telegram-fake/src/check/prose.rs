//! Rules that stand only in the words of the description: lengths, constants, "required if".

use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::Value;

use crate::html;

/// One rule for the value of a field.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// So many UTF-16 units; with the flag, after marks are taken out.
    Characters(usize, usize, bool),
    Bytes(usize, usize),
    Between(i64, i64),
    Constant(String),
    /// This other parameter may stand instead.
    Unless(String),
}

static LENGTH: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(\d+)-(\d+) (characters|bytes)(?:[^.;]*(after entit))?").ok());
static BETWEEN: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"Values between (\d+)-(\d+) are accepted").ok());
static CONSTANT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:always “([^”]+)”|must be ([a-z_]+)$)").ok());
static UNLESS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"Required if (\w+) is not specified").ok());

impl Rule {
    pub(super) fn find(name: &str, description: &str) -> Vec<Self> {
        let captures = |regex: &'static LazyLock<Option<Regex>>| -> Option<Captures<'_>> {
            regex.as_ref()?.captures(description)
        };
        let number = |found: &Captures<'_>, at: usize| found[at].parse().unwrap_or(usize::MAX);
        let mut rules = Vec::new();
        if let Some(found) = captures(&LENGTH) {
            let (least, most) = (number(&found, 1), number(&found, 2));
            rules.push(match &found[3] {
                "bytes" => Self::Bytes(least, most),
                _ => Self::Characters(least, most, found.get(4).is_some()),
            });
        }
        if let Some(found) = captures(&BETWEEN) {
            let bound = |at: usize| found[at].parse().unwrap_or(i64::MAX);
            rules.push(Self::Between(bound(1), bound(2)));
        }
        let tells_kinds_apart = matches!(name, "type" | "status" | "source");
        if let Some(found) = captures(&CONSTANT).filter(|_| tells_kinds_apart) {
            let constant = found.get(1).or_else(|| found.get(2));
            rules.extend(constant.map(|constant| Self::Constant(constant.as_str().to_owned())));
        }
        if let Some(found) = captures(&UNLESS) {
            rules.push(Self::Unless(found[1].to_owned()));
        }
        rules
    }

    /// What is wrong with a value. `html` tells that texts carry marks.
    pub(super) fn broken(&self, value: &Value, html: bool) -> Option<String> {
        let text = value.as_str();
        match self {
            Self::Characters(least, most, after_marks) => {
                let text = text?;
                let length = match html::parse(text) {
                    Ok(marked) if html && *after_marks => html::units(&marked.text),
                    _ => html::units(text),
                };
                out_of(length, *least, *most, "characters")
            }
            Self::Bytes(least, most) => out_of(text?.len(), *least, *most, "bytes"),
            Self::Between(least, most) => {
                let number = value.as_i64().or_else(|| text?.parse().ok())?;
                let out = !(*least..=*most).contains(&number);
                out.then(|| format!("{number} is not between {least} and {most}"))
            }
            Self::Constant(constant) => {
                let other = text != Some(constant);
                other.then(|| format!("is {value} and not {constant:?}"))
            }
            Self::Unless(_) => None,
        }
    }
}

fn out_of(length: usize, least: usize, most: usize, what: &str) -> Option<String> {
    let out = !(least..=most).contains(&length);
    out.then(|| format!("has {length} {what} and not {least} to {most}"))
}
