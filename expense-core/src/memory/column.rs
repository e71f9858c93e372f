//! What every store keeps the same in one column: words, counts and documents.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde::de::value::{Error, StrDeserializer};

use crate::domain::category::{Category, CategoryId};
use crate::domain::draft::DraftState;
use crate::domain::ledger::Lesson;
use crate::domain::person::{Member, MemberId};
use crate::ports::jobs::JobKind;

/// What a column holds is no value of its kind, or a value is none that a column can hold. It
/// names the kind and quotes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unknown(pub &'static str);

/// A whole number of another width or sign.
///
/// # Errors
///
/// [`Unknown`] where it does not fit.
pub fn narrow<N: TryFrom<V>, V>(value: V) -> Result<N, Unknown> {
    N::try_from(value).map_err(|_| Unknown("number"))
}

/// A value that is written as one text: a key, a code, a tag.
///
/// # Errors
///
/// [`Unknown`] where the text is none of those.
pub fn word<T: DeserializeOwned>(text: &str) -> Result<T, Unknown> {
    let text: StrDeserializer<'_, Error> = StrDeserializer::new(text);
    T::deserialize(text).map_err(|_| Unknown("text"))
}

/// The one text that a value is written as.
///
/// # Errors
///
/// [`Unknown`] where it is written as anything else.
pub fn text(value: &impl Serialize) -> Result<String, Unknown> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => Ok(text),
        _ => Err(Unknown("value")),
    }
}

/// A value that is kept as JSON.
///
/// # Errors
///
/// [`Unknown`] where the JSON is none of such a value.
pub fn parsed<T: DeserializeOwned>(json: &str) -> Result<T, Unknown> {
    serde_json::from_str(json).map_err(|_| Unknown("document"))
}

/// A value that is kept as JSON, the empty one where nothing is kept: the outcome of a key whose
/// ledger was erased, a session in which nothing was said.
///
/// # Errors
///
/// Those of [`parsed`].
pub fn parsed_or_empty<T: DeserializeOwned + Default>(json: Option<&str>) -> Result<T, Unknown> {
    json.map_or_else(|| Ok(T::default()), parsed)
}

/// A value as the JSON that is kept of it.
///
/// # Errors
///
/// [`Unknown`] where it can't be written as JSON.
pub fn json(value: &(impl Serialize + ?Sized)) -> Result<String, Unknown> {
    serde_json::to_string(value).map_err(|_| Unknown("value"))
}

/// A kind of work as a word.
#[must_use]
pub fn kind(kind: JobKind) -> &'static str {
    match kind {
        JobKind::Reading => "reading",
        JobKind::Reply => "reply",
        JobKind::Suggestion => "suggestion",
        JobKind::Sweep => "sweep",
        JobKind::Rate => "rate",
    }
}

/// A draft's state as a word, and from when it may be read.
#[must_use]
pub fn state(state: DraftState) -> (&'static str, Option<DateTime<Utc>>) {
    match state {
        DraftState::Waiting { from } => ("waiting", Some(from)),
        DraftState::Open => ("open", None),
        DraftState::Saved => ("saved", None),
        DraftState::Discarded => ("discarded", None),
        DraftState::Expired => ("expired", None),
    }
}

/// The state that a draft was kept with.
pub(super) fn state_of(word: &str, from: Option<DateTime<Utc>>) -> Result<DraftState, Unknown> {
    match (word, from) {
        ("waiting", Some(from)) => Ok(DraftState::Waiting { from }),
        ("open", _) => Ok(DraftState::Open),
        ("saved", _) => Ok(DraftState::Saved),
        ("discarded", _) => Ok(DraftState::Discarded),
        ("expired", _) => Ok(DraftState::Expired),
        _ => Err(Unknown("state")),
    }
}

/// A ledger's categories as a list.
///
/// # Errors
///
/// Those of [`json`].
pub fn categories(categories: &[Category]) -> Result<String, Unknown> {
    let rows = categories.iter().map(|category| {
        let merged_into = category.merged_into.map(|other| other.0);
        (category.id.0, category.name.as_str(), merged_into)
    });
    json(&rows.collect::<Vec<_>>())
}

/// A ledger's members as a list.
///
/// # Errors
///
/// Those of [`json`].
pub fn members(members: &[Member]) -> Result<String, Unknown> {
    let rows = members.iter();
    let rows = rows.map(|member| (member.id.0, member.who.as_str(), member.name.as_str()));
    json(&rows.collect::<Vec<_>>())
}

/// The categories of such a list.
pub(super) fn categories_of(list: &str) -> Result<Vec<Category>, Unknown> {
    let rows: Vec<(u32, String, Option<u32>)> = parsed(list)?;
    let category = |(id, name, merged_into): (_, String, Option<u32>)| {
        Ok(Category {
            id: CategoryId(id),
            name: word(&name)?,
            merged_into: merged_into.map(CategoryId),
        })
    };
    rows.into_iter().map(category).collect()
}

/// The members of such a list.
pub(super) fn members_of(list: &str) -> Result<Vec<Member>, Unknown> {
    let rows: Vec<(u32, String, String)> = parsed(list)?;
    let member = |(id, who, name): (_, String, String)| {
        Ok(Member {
            id: MemberId(id),
            who: word(&who)?,
            name: word(&name)?,
        })
    };
    rows.into_iter().map(member).collect()
}

/// The lessons of a list of words, each with its category.
pub(super) fn lessons_of(list: &str) -> Result<Vec<Lesson>, Unknown> {
    let rows: Vec<(String, u32)> = parsed(list)?;
    let lesson = |(words, category)| Lesson {
        words,
        category: CategoryId(category),
    };
    Ok(rows.into_iter().map(lesson).collect())
}
