//! Compares values with their types.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::api::{Api, Field, Kind};
use super::prose::Rule;
use crate::params::Params;

type Verdict = Result<(), String>;

/// One comparison.
pub(super) struct Walk<'a> {
    api: &'a Api,
    html: bool,
}

impl<'a> Walk<'a> {
    pub(super) fn new(api: &'a Api) -> Self {
        Self { api, html: false }
    }

    /// A call: its method, and each parameter.
    pub(super) fn request(&mut self, method: &str, params: &Params) -> Verdict {
        let Some(method) = self.api.methods.get(method) else {
            return Err(format!("{method} is no method"));
        };
        self.html = params.text("parse_mode").is_some();
        for (name, value) in &params.fields {
            let path = format!("{}.{name}", method.name);
            let Some(field) = method.fields.get(name) else {
                return Err(format!("{path} is no parameter"));
            };
            if !value.is_null() {
                self.field(&unpacked(value, &field.kinds), field, &path)?;
            }
        }
        for (name, field) in &method.fields {
            let given = |name: &str| params.get(name).is_some() || params.upload(name).is_some();
            let instead = field.rules.iter().find_map(|rule| match rule {
                Rule::Unless(other) => Some(other.as_str()),
                _ => None,
            });
            let needed = field.required || instead.is_some_and(|other| !given(other));
            if needed && !given(name) {
                return Err(format!("{}.{name} is missing", method.name));
            }
        }
        self.files(&method.name, &method.fields, params)
    }

    /// Files go where files may go; others are named by `attach://`.
    fn files(&self, method: &str, fields: &HashMap<String, Field>, params: &Params) -> Verdict {
        let named = |part: &str| {
            let name = format!("attach://{part}");
            params
                .fields
                .values()
                .any(|value| value.to_string().contains(&name))
        };
        let takes = |field: &Field| {
            let file = |kind: &Kind| matches!(kind, Kind::Object(name) if name == "InputFile");
            field.kinds.iter().any(file)
        };
        let lost = params
            .files
            .iter()
            .find(|(part, _)| !fields.get(part).is_some_and(takes) && !named(part));
        match lost {
            None => Ok(()),
            Some((part, _)) => Err(format!("{method}.{part} takes no file")),
        }
    }

    fn field(&self, value: &Value, field: &Field, path: &str) -> Verdict {
        self.value(value, &field.kinds, path)?;
        for rule in &field.rules {
            if let Some(why) = rule.broken(value, self.html) {
                return Err(format!("{path} {why}"));
            }
        }
        Ok(())
    }

    /// A value is of one of these types.
    pub(super) fn value(&self, value: &Value, kinds: &[Kind], path: &str) -> Verdict {
        let mut first = None;
        for kind in kinds {
            match self.kind(value, kind, path) {
                Ok(()) => return Ok(()),
                Err(error) => first = first.or(Some(error)),
            }
        }
        first.map_or(Ok(()), Err)
    }

    fn kind(&self, value: &Value, kind: &Kind, path: &str) -> Verdict {
        let fits = match kind {
            Kind::Integer => value.is_i64() || value.is_u64(),
            Kind::Float => value.is_number(),
            Kind::String => value.is_string(),
            Kind::Boolean => value.is_boolean(),
            Kind::List(item) => {
                let Some(list) = value.as_array() else {
                    return Err(format!("{path} is no list"));
                };
                for (index, value) in list.iter().enumerate() {
                    self.kind(value, item, &format!("{path}[{index}]"))?;
                }
                true
            }
            Kind::Object(name) => return self.object(value, name, path),
        };
        match fits {
            true => Ok(()),
            false => Err(format!("{path} is of another type")),
        }
    }

    /// An object of this type, or of one that belongs to it.
    pub(super) fn object(&self, value: &Value, name: &str, path: &str) -> Verdict {
        if name == "InputFile" {
            return self.kind(value, &Kind::String, path);
        }
        let Some(object) = self.api.types.get(name) else {
            return Err(format!("{path}: the description lacks {name}"));
        };
        if !object.subtypes.is_empty() {
            let mut errors = Vec::new();
            for subtype in &object.subtypes {
                match self.object(value, subtype, path) {
                    Ok(()) => return Ok(()),
                    Err(error) => errors.push(error),
                }
            }
            return Err(format!("{path} is no {name}: {}", errors.join("; ")));
        }
        let Some(fields) = value.as_object() else {
            return Err(format!("{path} is no {name}"));
        };
        self.fields(fields, &object.fields, path)
    }

    fn fields(
        &self,
        values: &Map<String, Value>,
        fields: &HashMap<String, Field>,
        path: &str,
    ) -> Verdict {
        for (name, value) in values {
            let path = format!("{path}.{name}");
            match fields.get(name) {
                Some(field) => self.field(value, field, &path)?,
                None => return Err(format!("{path} is no field")),
            }
        }
        let missing = fields
            .iter()
            .find(|(name, field)| field.required && !values.contains_key(*name));
        match missing {
            None => Ok(()),
            Some((name, _)) => Err(format!("{path}.{name} is missing")),
        }
    }
}

/// Forms carry everything as words: numbers, flags and JSON are taken out of them where the type
/// asks for it.
fn unpacked(value: &Value, kinds: &[Kind]) -> Value {
    let Value::String(text) = value else {
        return value.clone();
    };
    if kinds.iter().any(|kind| matches!(kind, Kind::String)) {
        return value.clone();
    }
    if text.starts_with("attach://") {
        return value.clone();
    }
    let lower = match kinds.first() {
        Some(Kind::Boolean) => text.to_ascii_lowercase(),
        _ => text.clone(),
    };
    serde_json::from_str(&lower).unwrap_or_else(|_| value.clone())
}
