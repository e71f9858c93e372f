//! The machine-readable description of the Bot API.

use std::collections::HashMap;

use serde::Deserialize;

use super::prose::Rule;

/// Methods by their names in lower case, and types by name.
pub(super) struct Api {
    pub(super) methods: HashMap<String, Method>,
    pub(super) types: HashMap<String, Object>,
}

pub(super) struct Method {
    pub(super) name: String,
    pub(super) fields: HashMap<String, Field>,
    pub(super) returns: Vec<Kind>,
}

pub(super) struct Object {
    pub(super) fields: HashMap<String, Field>,
    /// It is one of these.
    pub(super) subtypes: Vec<String>,
}

pub(super) struct Field {
    pub(super) kinds: Vec<Kind>,
    pub(super) required: bool,
    /// What stands only in the words.
    pub(super) rules: Vec<Rule>,
}

/// The type of a value.
pub(super) enum Kind {
    Integer,
    Float,
    String,
    Boolean,
    List(Box<Kind>),
    Object(String),
}

impl Kind {
    fn read(name: &str) -> Self {
        match name {
            "Integer" => Self::Integer,
            "Float" => Self::Float,
            "String" => Self::String,
            "Boolean" => Self::Boolean,
            _ => match name.strip_prefix("Array of ") {
                Some(item) => Self::List(Box::new(Self::read(item))),
                None => Self::Object(name.to_owned()),
            },
        }
    }
}

#[derive(Deserialize)]
struct File {
    methods: HashMap<String, Entry>,
    types: HashMap<String, Entry>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    #[serde(default)]
    fields: Vec<FieldEntry>,
    #[serde(default)]
    returns: Vec<String>,
    #[serde(default)]
    subtypes: Vec<String>,
}

#[derive(Deserialize)]
struct FieldEntry {
    name: String,
    types: Vec<String>,
    required: bool,
    description: String,
}

impl Api {
    pub(super) fn read(text: &[u8]) -> Option<Self> {
        let file: File = serde_json::from_slice(text).ok()?;
        let methods = file.methods.into_values().map(|entry| {
            let method = Method {
                fields: fields(entry.fields),
                returns: entry.returns.iter().map(|name| Kind::read(name)).collect(),
                name: entry.name,
            };
            (method.name.to_ascii_lowercase(), method)
        });
        let types = file.types.into_values().map(|entry| {
            let object = Object {
                fields: fields(entry.fields),
                subtypes: entry.subtypes,
            };
            (entry.name, object)
        });
        Some(Self {
            methods: methods.collect(),
            types: types.collect(),
        })
    }
}

fn fields(entries: Vec<FieldEntry>) -> HashMap<String, Field> {
    let fields = entries.into_iter().map(|entry| {
        let field = Field {
            kinds: entry.types.iter().map(|name| Kind::read(name)).collect(),
            required: entry.required,
            rules: Rule::find(&entry.name, &entry.description),
        };
        (entry.name, field)
    });
    fields.collect()
}
